// The pairs that a probe group stands for, and what a client should hold for each of them.
import type { MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import { type Backend, portsInBackend, type Route } from "../routes/route.ts";
import type { PlanIndex, PlannedMesh } from "./planned.ts";

export interface Probe {
  readonly client: ObjectRef;
  readonly route: Route;
  readonly port: number;
}

/** Each client with every port of each route that its Sidecar does not hide; in the order of the group. */
export function probesIn(group: ProbeGroup, { routes }: PlanIndex): Probe[] {
  const hidden = new Map((group.except ?? []).map(({ client, routes: ids }) => [refKey(client), new Set<string>(ids)]));
  const known = group.routes.flatMap((id) => {
    const route = routes.get(id);
    return route ? [{ route, ports: portsOf(route) }] : [];
  });
  return group.clients.flatMap((client) => {
    const except = hidden.get(refKey(client));
    return known.flatMap(({ route, ports }) =>
      except?.has(route.id) === true ? [] : ports.map((port) => ({ client, route, port })),
    );
  });
}

/** The numbers under which a route's clients dial it over TCP. */
export function portsOf({ carry, ports }: Pick<Route, "carry" | "ports">): number[] {
  const all = carry.mode === "join-local" ? carry.ports : ports;
  return all.filter(({ protocol }) => protocol !== "UDP").map(({ number }) => number);
}

/** The backends of a route that answer at one of its ports. */
export function backendsAt({ carry, backends }: Route, port: number): readonly Backend[] {
  if (carry.mode !== "join-local") return backends;
  return backends.filter(({ exported }) => portsInBackend(carry, exported).some(({ number }) => number === port));
}

/** The identities under which a backend answers: every account that runs it, in its mesh's trust domain (Istio's SPIFFE form). */
export function namesOf({ exported: { service, runners } }: Backend, { trustDomain }: PlannedMesh): string[] {
  if (!runners.known) return [];
  const accounts = sortedUnique(runners.value.map(({ serviceAccount }) => serviceAccount));
  return accounts.map((account) => `spiffe://${trustDomain}/ns/${service.namespace ?? ""}/sa/${account}`);
}

/** What the name in a handshake through a passthrough gateway says (Istio, model.BuildDNSSrvSubsetKey). */
export function sniOf(host: string, port: number): string {
  return `outbound_.${port}_._.${host}`;
}

/** The remote Gateway by which an importer knows an exporter. */
export function remoteGatewayOf(importer: PlannedMesh, exporter: PlannedMesh): ObjectRef {
  return {
    cluster: importer.istiod.cluster,
    group: "gateway.networking.k8s.io",
    kind: "Gateway",
    namespace: importer.entryNamespace,
    name: exporter.remoteNetwork,
  };
}

/** The meshes that a group's routes lead to, each with the importer it is seen from; each pair once. */
export function partnersIn(
  group: ProbeGroup,
  { routes, meshes }: PlanIndex,
): readonly { readonly importer: PlannedMesh; readonly exporter: PlannedMesh }[] {
  const found = new Map<string, { readonly importer: PlannedMesh; readonly exporter: PlannedMesh }>();
  for (const id of group.routes) {
    const route = routes.get(id);
    const importer = route && meshes.get(route.importer);
    for (const { exported } of route?.backends ?? []) {
      const exporter: PlannedMesh | undefined = meshes.get(exported.exporter satisfies MeshId);
      if (importer && exporter) found.set(`${importer.id}|${exporter.id}`, { importer, exporter });
    }
  }
  return [...found.values()];
}
