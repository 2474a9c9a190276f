// The classes of our Gateways are Istio's.
import type { Finding } from "../../../core/finding.ts";
import { valueAt } from "../../../core/pointer.ts";
import type { Cluster } from "../../../inventory/cluster.ts";
import { gatewayClassForeign, remoteClassForeign } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const gatewayClasses = "GatewayClass.gateway.networking.k8s.io";

/** Istio 1.20, pilot/pkg/config/kube/gateway/deploymentcontroller.go (constants.ManagedGatewayController, UnmanagedGatewayController). */
const controllers = { istio: "istio.io/gateway-controller", "istio-remote": "istio.io/unmanaged-gateway" } as const;

const run: Check["run"] = (input) => {
  const { exporters, importers } = participants(input);
  const exporting = new Set(exporters.map(({ cluster }) => cluster));
  const importing = new Set(importers.map(({ cluster }) => cluster));
  return input.inventory.clusters.flatMap((cluster) => [
    // The deployment controller looks at the class and leaves foreign ones alone; the translation of remote gateways does not (ibid., conversion.go).
    ...(exporting.has(cluster.id) ? foreign(cluster, "istio", gatewayClassForeign) : []),
    ...(importing.has(cluster.id) ? foreign(cluster, "istio-remote", remoteClassForeign) : []),
  ]);
};

function foreign(cluster: Cluster, name: keyof typeof controllers, code: typeof gatewayClassForeign): Finding[] {
  return (cluster.byKind.get(gatewayClasses) ?? [])
    .filter(({ ref }) => ref.name === name)
    .flatMap(({ ref, body }) => {
      const controller = valueAt(body, "/spec/controllerName") ?? "";
      return controller === controllers[name] ? [] : [code.at([ref], { cluster: cluster.id, controller })];
    });
}

export const classesOfGateways: Check = {
  fact: "The classes of our Gateways are Istio's",
  codes: [gatewayClassForeign, remoteClassForeign],
  reads: [gatewayClasses],
  run,
};
