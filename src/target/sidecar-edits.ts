// What the clients' Sidecars must show besides, and which clients do not see a host today.
import type { RouteId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { pointer, valueAt, withValueAt } from "../core/pointer.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import type { Cluster } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import { patternShows, type SidecarObject, sidecarLookup, shows } from "../routes/sidecar-scope.ts";

export interface ImporterClients {
  readonly cluster: Cluster;
  readonly mesh: Mesh;
  readonly pods: PodIndex;
  /** Its own gateways that send to imported hosts; Sidecars do not speak for them. */
  readonly gateways: readonly PodShape[];
  /** The carried routes of this importer, each once. */
  readonly routes: readonly Route[];
  /** Where our entries of the routes live. */
  readonly entryNamespace: string;
}

/** A client, and the routes whose hosts it does not see. */
export interface HiddenPairs {
  readonly client: ObjectRef;
  readonly routes: readonly RouteId[];
}

/** The Sidecars of others that hide our entries from clients that see federation's service today, each with its new body. */
export function sidecarEdits(importer: ImporterClients): { readonly sidecar: SidecarObject; readonly body: Json }[] {
  const { entryNamespace } = importer;
  const bySidecar = groupBy(sidecarsInUse(importer), ({ sidecar }) => refKey(sidecar.ref));
  return [...bySidecar.values()].flatMap((uses) => {
    const [first] = uses;
    const egress = first?.sidecar.view.spec.egress;
    if (!first || !egress) return [];
    const { sidecar } = first;
    let body: Json = sidecar.object.body;
    egress.forEach(({ hosts }, index) => {
      const missing = sortedUnique(uses.flatMap(({ from }) => missingPatterns(hosts, from, importer)));
      if (missing.length === 0) return;
      const path = pointer("spec", "egress", String(index), "hosts");
      const listed = valueAt(body, path);
      body = withValueAt(body, path, [...(Array.isArray(listed) ? (listed as readonly Json[]) : []), ...missing]);
    });
    return body === sidecar.object.body ? [] : [{ sidecar, body }];
  });

  /** For what one listener shows of federation today, and would not show of ours. */
  function missingPatterns(hosts: readonly string[], from: string, { routes }: ImporterClients): string[] {
    // Who joins a local Service finds the endpoints where that Service is: nothing has to be shown.
    const seen = routes
      .filter(isOfOurs)
      .filter((route) => hosts.some((each) => patternShows(each, from, today(route))));
    const hidden = seen.filter(
      ({ host }) => !hosts.some((each) => patternShows(each, from, { namespace: entryNamespace, host })),
    );
    if (hidden.length === 0) return [];
    // Who sees every imported host may see every entry; who sees some gets these and no others.
    return seen.length === routes.filter(isOfOurs).length
      ? [`${entryNamespace}/*`]
      : hidden.map(({ host }) => `${entryNamespace}/${host}`);
  }
}

/**
 * The clients to whom their Sidecar, or the exportTo of the local Service that is joined, hides hosts today: they do not count as
 * clients of these.
 */
export function hiddenPairs(importer: ImporterClients): HiddenPairs[] {
  const hidden = new Map<string, HiddenPairs>();
  const sidecarOf = sidecarLookup(importer.cluster, importer.mesh);
  const clients = [
    ...clientShapes(importer).map((shape) => ({ shape, sidecar: sidecarOf(shape.namespace, shape.labels) })),
    ...importer.gateways.map((shape) => ({ shape, sidecar: null })),
  ];
  const hiddenFrom = hiddenRoutes(importer);
  for (const { shape, sidecar } of clients) {
    const routes = hiddenFrom(sidecar, shape.namespace);
    if (routes.length > 0) hidden.set(refKey(shape.workload), { client: shape.workload, routes });
  }
  return sortedBy(hidden.values(), ({ client }) => refKey(client));
}

/** The routes that a Sidecar, or a local Service, hides in a namespace: worked out once for all pods that are alike in that. */
function hiddenRoutes(
  importer: ImporterClients,
): (sidecar: SidecarObject | null, namespace: string) => readonly RouteId[] {
  const joined = importer.routes.filter(({ carry }) => carry.mode === "join-local" && carry.visibleIn !== null);
  const known = new Map<string, readonly RouteId[]>();
  return (sidecar, namespace) => {
    const restricting = sidecar?.view.spec.egress ? sidecar : null;
    const key = `${restricting ? refKey(restricting.ref) : ""}|${namespace}`;
    const ids =
      known.get(key) ??
      (restricting ? importer.routes : joined)
        .filter((route) => isHiddenByService(route, namespace) || isHiddenBy(restricting, namespace, route, importer))
        .map(({ id }) => id)
        .sort();
    known.set(key, ids);
    return ids;
  };
}

function isHiddenBy(
  sidecar: SidecarObject | null,
  from: string,
  route: Route,
  { entryNamespace }: Pick<ImporterClients, "entryNamespace">,
): boolean {
  if (!sidecar?.view.spec.egress || shows(sidecar, from, today(route))) return false;
  return !(isOfOurs(route) && shows(sidecar, from, { namespace: entryNamespace, host: route.host }));
}

function isHiddenByService({ carry }: Route, from: string): boolean {
  return carry.mode === "join-local" && carry.visibleIn !== null && !carry.visibleIn.includes(from);
}

/** Dialled through an entry of ours. */
function isOfOurs({ carry }: Route): boolean {
  return carry.mode === "passthrough";
}

function today({ homeNamespace, host }: Route) {
  return { namespace: homeNamespace, host };
}

function clientShapes({ mesh, pods }: ImporterClients): PodShape[] {
  const members = new Set(mesh.memberNamespaces);
  return [...pods.pods, ...pods.templates].filter(({ sidecar, namespace }) => sidecar && members.has(namespace));
}

function sidecarsInUse(importer: ImporterClients): { readonly sidecar: SidecarObject; readonly from: string }[] {
  const sidecarOf = sidecarLookup(importer.cluster, importer.mesh);
  const found = new Map<string, { readonly sidecar: SidecarObject; readonly from: string }>();
  for (const { namespace, labels } of clientShapes(importer)) {
    const sidecar = sidecarOf(namespace, labels);
    if (sidecar) found.set(`${refKey(sidecar.ref)}|${namespace}`, { sidecar, from: namespace });
  }
  return sortedBy(found, ([key]) => key).map(([, use]) => use);
}
