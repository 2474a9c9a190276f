// A host with endpoints in several meshes has a rule by which clients leave a mesh that fails.
import { sortedUnique } from "../../../core/order.ts";
import { valueAt } from "../../../core/pointer.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { Route } from "../../../routes/route.ts";
import { failoverWithoutDetection } from "../../codes/routes.ts";
import type { Check, CheckInput } from "../check.ts";

/**
 * Locality failover works only together with outlierDetection (Istio documentation, locality load balancing; Istio 1.20,
 * pilot/pkg/networking/core/v1alpha3/loadbalancer). The endpoint of another mesh is its gateway, which accepts connections
 * whatever the servers behind it do.
 */
const run: Check["run"] = (input) => {
  const shared = new Map(
    input.target.carried
      .filter(({ route }) => route.backends.length > 1)
      .map(({ route, importer }) => [route.id, { route, importer }]),
  );
  // A rule that the plan copies beside the entry goes on to detect.
  const copied = new Set(
    input.target.objects
      .filter(({ role, template }) => role === "import-rule" && valueAt(template, detection) !== undefined)
      .flatMap((object) => object.routes),
  );
  return [...shared.values()]
    .filter(({ route }) => !copied.has(route.id))
    .filter(({ route, importer }) => !detects(input, route, importer.mesh.id, importer.entryNamespace))
    .map(({ route, importer }) =>
      failoverWithoutDetection.at([importer.mesh.controlPlane.ref], {
        host: route.host,
        importer: route.importer,
        exporters: sortedUnique(route.backends.map(({ exported }) => exported.exporter)).join(", "),
        namespace: importer.entryNamespace,
      }),
    );
};

const detection = "/spec/trafficPolicy/outlierDetection";

/** Rules are looked up in the client's namespace, the service's and the root namespace (Istio 1.20, pilot/pkg/model/push_context.go). */
function detects({ inventory }: CheckInput, route: Route, importer: string, entryNamespace: string): boolean {
  const mesh = inventory.meshes.find(({ id }) => id === importer);
  if (!mesh) return false;
  const everywhere = new Set([entryNamespace, mesh.namespace]);
  const rules = clusterOf(inventory, mesh)
    .typed["DestinationRule.networking.istio.io"].filter(({ view }) => view.spec.host === route.host)
    .filter(({ view }) => view.spec.trafficPolicy?.outlierDetection)
    .map(({ ref }) => ref.namespace ?? "");
  return (
    rules.some((namespace) => everywhere.has(namespace)) || route.clientNamespaces.every((name) => rules.includes(name))
  );
}

export const failoverDetection: Check = {
  fact: "Clients leave a mesh that fails, where a host has endpoints in several",
  codes: [failoverWithoutDetection],
  reads: ["DestinationRule.networking.istio.io"],
  run,
};
