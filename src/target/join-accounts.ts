// The names by which clients verify the endpoints of a local Service that other meshes join: an annotation of that Service says them.
import type { MeshId, RouteId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type KubeObject, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { pointer, valueAt, withValueAt } from "../core/pointer.ts";
import { egressIdentity, peersOfLinks } from "../federation/gateways.ts";
import { findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import { subjectAltNames } from "./import-entries.ts";

/**
 * Identities besides those of a Service's pods; istiod splits the text at commas and does not trim (Istio 1.20,
 * pilot/pkg/serviceregistry/kube/conversion.go), and adds them to those of the endpoints (pilot/pkg/model/push_context.go,
 * initServiceAccounts). A DestinationRule with names of its own would replace the pods' instead.
 */
export const accountsAnnotation = "alpha.istio.io/canonical-serviceaccounts";
/** Which of them we have added: nobody else's are ever taken away. */
export const addedAnnotation = "meshferry.dev/added-serviceaccounts";

/** One local Service of theirs, and its two next states. */
export interface JoinedService {
  readonly importer: MeshId;
  readonly object: KubeObject;
  readonly routes: readonly RouteId[];
  /**
   * With the other meshes' identities, and, while federation is there, that of its egress gateway: then every endpoint passes,
   * local, federation's and ours, and the order in which they come and go does not matter.
   */
  readonly wide: Json;
  /** The same without those that we added and that nobody answers under any more. */
  readonly narrow: Json;
}

/** The joined Services of one importer, in the order of refKey. */
export function joinedServices(inventory: Inventory, group: readonly CarriedRoute[]): JoinedService[] {
  const joining = group.flatMap(({ join, ...carried }) => (join ? [{ ...carried, join }] : []));
  const byService = groupBy(joining, ({ join }) => refKey(join.service));
  const joined = [...byService].flatMap(([key, backends]): JoinedService[] => {
    const [first] = backends;
    const mesh = first?.importer.mesh;
    const object = mesh && clusterOf(inventory, mesh).objects.get(key);
    if (!mesh || !object) return [];
    const remote = sortedUnique(backends.flatMap(subjectAltNames));
    const links = new Set(backends.flatMap(({ route }) => route.backends.flatMap((backend) => backend.links)));
    const peers = peersOfLinks(mesh, links).filter(({ ref }) => hasImports(inventory, mesh, ref.name));
    const gateways = sortedUnique(peers.map((peer) => `spiffe://${egressIdentity(mesh, peer)}`));
    const wide = withAccounts(object.body, [...remote, ...gateways]);
    return [
      {
        importer: mesh.id,
        object,
        routes: sortedUnique(backends.map(({ route }) => route.id)),
        wide,
        narrow: withoutAccounts(wide, remote),
      },
    ];
  });
  return sortedBy(joined, ({ object }) => refKey(object.ref));
}

function hasImports(inventory: Inventory, mesh: Mesh, peer: string): boolean {
  const kind = "ImportedServiceSet.federation.maistra.io";
  return findTyped(clusterOf(inventory, mesh), kind, mesh.namespace, peer) !== undefined;
}

function listAt(body: Json, annotation: string): string[] {
  const text = valueAt(body, pointer("metadata", "annotations", annotation));
  return typeof text === "string" && text !== "" ? text.split(",") : [];
}

function withAccounts(body: Json, accounts: readonly string[]): Json {
  const present = listAt(body, accountsAnnotation);
  const missing = accounts.filter((account) => !present.includes(account));
  if (missing.length === 0) return body;
  const listed = withList(body, accountsAnnotation, [...present, ...missing]);
  return withList(listed, addedAnnotation, [...listAt(body, addedAnnotation), ...missing]);
}

function withoutAccounts(body: Json, needed: readonly string[]): Json {
  const added = listAt(body, addedAnnotation);
  const gone = new Set(added.filter((account) => !needed.includes(account)));
  if (gone.size === 0) return body;
  const kept = (list: readonly string[]): string[] => list.filter((account) => !gone.has(account));
  return withList(
    withList(body, accountsAnnotation, kept(listAt(body, accountsAnnotation))),
    addedAnnotation,
    kept(added),
  );
}

/** The body with the annotation; without it where the list is empty, since an empty text is one nameless account for nobody. */
function withList(body: Json, annotation: string, list: readonly string[]): Json {
  if (list.length > 0) return withValueAt(body, pointer("metadata", "annotations", annotation), list.join(","));
  const annotations = valueAt(body, "/metadata/annotations");
  const kept = Object.entries(isJsonObject(annotations) ? annotations : {}).filter(([key]) => key !== annotation);
  return withValueAt(body, "/metadata/annotations", Object.fromEntries(kept));
}
