// No filter or plug-in acts on the proxies of clients and servers without a word: what it makes of new identities and paths is not known.
import type { Finding } from "../../../core/finding.ts";
import { type KubeObject, refKey, refText } from "../../../core/object-ref.ts";
import { groupBy } from "../../../core/order.ts";
import { valueAt } from "../../../core/pointer.ts";
import { shapesBehind } from "../../../federation/find-runners.ts";
import { findTyped } from "../../../inventory/cluster.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { isNotByUsers } from "../../../inventory/ownership.ts";
import { filterPlaces, selects, type Workload } from "../../../policies/selected-workloads.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { clientGroups } from "../../../target/client-groups.ts";
import { importerClients } from "../../../target/importer-clients.ts";
import { notEvaluated } from "../../codes/plan.ts";
import type { Check, CheckInput } from "../check.ts";
import { participants } from "../participants.ts";

const filterKind = "EnvoyFilter.networking.istio.io";
const pluginKind = "WasmPlugin.extensions.istio.io";

/** Where the workloads of one side are, and what to call them. */
interface Side {
  readonly workloads: readonly Workload[];
  readonly subject: string;
  readonly acts: (object: KubeObject) => boolean;
}

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  const exporters = groupBy(carried, ({ exporter }) => exporter.mesh.id);
  const importers = groupBy(carried, ({ importer }) => importer.mesh.id);
  return participants(input).all.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const objects = [filterKind, pluginKind]
      .flatMap((kind) => cluster.byKind.get(kind) ?? [])
      .filter((object) => !isNotByUsers(object));
    if (objects.length === 0) return [];
    const sides: Side[] = [
      {
        workloads: serversOf(input, mesh, exporters.get(mesh.id) ?? []),
        subject: `services exported from ${mesh.id}`,
        acts: actsOnServers,
      },
      {
        workloads: clientsOf(input, importers.get(mesh.id) ?? []),
        subject: `clients of ${mesh.id}`,
        acts: (object) => object.ref.kind === "EnvoyFilter" && filterPlaces(object).has("outbound"),
      },
    ];
    return objects.flatMap((object) => ofObject(object, mesh, sides));
  });
};

function ofObject(object: KubeObject, mesh: Mesh, sides: readonly Side[]): Finding[] {
  const side = sides.find(
    ({ workloads, acts }) =>
      acts(object) && workloads.some((workload) => selects(object, mesh.namespace, workload) !== "no"),
  );
  if (!side) return [];
  const { ref } = object;
  return [notEvaluated.at([ref], { kind: ref.kind, object: refText(ref, false), subject: side.subject })];
}

/** A filter of incoming requests, or a plug-in that says who may pass: of headers alone nothing changes. */
function actsOnServers(object: KubeObject): boolean {
  if (object.ref.kind === "EnvoyFilter") return filterPlaces(object).has("inbound");
  const phase = valueAt(object.body, "/spec/phase");
  return phase === "AUTHN" || phase === "AUTHZ";
}

function serversOf(input: CheckInput, mesh: Mesh, group: readonly CarriedRoute[]): Workload[] {
  const cluster = clusterOf(input.inventory, mesh);
  const services = new Map(group.map(({ exported }) => [refKey(exported.service), exported.service]));
  return [...services.values()].flatMap(({ namespace, name }) => {
    const service = findTyped(cluster, "Service", namespace, name);
    return service ? [...shapesBehind(input.podsOf(mesh), service)] : [];
  });
}

function clientsOf(input: CheckInput, group: readonly CarriedRoute[]): Workload[] {
  return group.length === 0 ? [] : clientGroups(importerClients(input.inventory, group, input.podsOf));
}

export const objectsNotEvaluated: Check = {
  fact: "No filter or plug-in that is not evaluated acts on clients or servers",
  codes: [notEvaluated],
  reads: [filterKind, "Gateway.networking.istio.io", "Service", "VirtualService.networking.istio.io", pluginKind],
  run,
};
