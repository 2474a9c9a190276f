// Each mesh's istiod makes the proxies of the plan's Gateways, and nobody else does.
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { type Cluster, findTyped } from "../../../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../../../inventory/mesh.ts";
import { gatewayApiOff, secondControlPlane } from "../../codes/platform.ts";
import type { Check, CheckInput } from "../check.ts";
import { participants } from "../participants.ts";
import { settingOf } from "../control-plane-setting.ts";

/** Both are on by default (Maistra 2.6, pilot/pkg/features/pilot.go); the second one makes the Deployment of a Gateway. */
const discovery = "PILOT_ENABLE_GATEWAY_API";
const deployment = "PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER";
const deployments = "Deployment.apps";

const run: Check["run"] = (input) => {
  const { all, exporters } = participants(input);
  const exporting = new Set(exporters.map(({ id }) => id));
  return all.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const needed = exporting.has(mesh.id) ? [discovery, deployment] : [discovery];
    const off = switchedOff(cluster, mesh, needed);
    return [
      ...(off.length > 0
        ? [gatewayApiOff.at([mesh.controlPlane.ref], { mesh: mesh.id, settings: off.join(", ") })]
        : []),
      ...(exporting.has(mesh.id) ? rivals(input, cluster, mesh) : []),
    ];
  });
};

/** What istiod runs with, where its Deployment was supplied; otherwise what the control plane asks for. */
function switchedOff(cluster: Cluster, mesh: Mesh, needed: readonly string[]): string[] {
  const istiod = findTyped(cluster, deployments, mesh.namespace, mesh.istiod.name);
  const env = istiod?.view.spec.template.spec.containers.find(({ name }) => name === "discovery")?.env;
  if (env) {
    // Of two variables of one name the later counts (Kubernetes, EnvVar of a Container).
    return needed.flatMap((name) =>
      env.findLast((each) => each.name === name)?.value === "false" ? [`${name}=false`] : [],
    );
  }
  const asked = mesh.controlPlane.view.spec.runtime.components.pilot.container.env;
  const stated = needed.flatMap((name) => (asked[name] === "false" ? [`${name}=false`] : []));
  const preview =
    settingOf(mesh, "/techPreview/gatewayAPI/enabled") === false ? ["techPreview.gatewayAPI.enabled: false"] : [];
  return [...stated, ...(needed.some((name) => asked[name] === "true") ? [] : preview)];
}

/**
 * istiod makes the proxies of a Gateway whose label istio.io/rev is its own revision, wherever the Gateway is that it sees
 * (Istio 1.20, pilot/pkg/config/kube/gateway/deploymentcontroller.go). One in MultiTenant mode sees its members only.
 */
function rivals({ inventory, target }: CheckInput, cluster: Cluster, mesh: Mesh): Finding[] {
  const namespace = target.places.get(mesh.id)?.gatewayNamespace ?? "";
  return cluster.typed[deployments]
    .filter(({ ref, view: { metadata } }) => {
      const { app, "istio.io/rev": revision } = metadata.labels;
      return app === "istiod" && revision === mesh.name && ref.namespace !== mesh.namespace;
    })
    .filter(({ ref }) => sees(inventory, cluster, ref.namespace ?? "", namespace))
    .map(({ ref }) =>
      secondControlPlane.at([mesh.controlPlane.ref, ref], {
        other: refText(ref, false),
        revision: mesh.name,
        mesh: mesh.id,
        namespace,
      }),
    );
}

function sees(inventory: Inventory, cluster: Cluster, home: string, namespace: string): boolean {
  const mesh = inventory.meshes.find((each) => each.cluster === cluster.id && each.namespace === home);
  return mesh?.mode !== "MultiTenant" || mesh.memberNamespaces.includes(namespace);
}

export const gatewayControl: Check = {
  fact: "Each mesh's istiod makes the proxies of our Gateways, and nobody else does",
  codes: [gatewayApiOff, secondControlPlane],
  reads: [deployments],
  run,
};
