// A mesh's ServiceMeshControlPlane with its federation gateways, and the roll of its members where the operator makes none.
import type { Json, JsonObject } from "../../core/json.ts";
import { sortedUnique } from "../../core/order.ts";
import { merged } from "../merge.ts";
import type { Gateway, Ingress, ScaffoldMesh } from "../scaffold.ts";
import { madeObject, type MadeObject } from "./made-object.ts";

/** Federation's own ports (Maistra 2.5, pkg/servicemesh/federation/common). */
export const servicePort = 15443;
export const discoveryPort = 8188;

/** Every field that the guide's "Lab Setup" gives a control plane; the mesh's own `spec` is laid over it. */
export function controlPlane(mesh: ScaffoldMesh): MadeObject {
  const { addons, accessLog, env, trustDomainAliases, logLevels } = mesh;
  const spec: JsonObject = {
    mode: mesh.mode,
    version: mesh.version,
    addons: {
      grafana: { enabled: addons.grafana },
      kiali: { enabled: addons.kiali },
      prometheus: { enabled: addons.prometheus },
    },
    tracing: { type: mesh.tracing },
    general: { logging: { componentLevels: { ...logLevels } } },
    ...(trustDomainAliases.length === 0 ? {} : { techPreview: { meshConfig: { trustDomainAliases } } }),
    ...(accessLog === null ? {} : { proxy: { accessLogging: { file: { name: accessLog } } } }),
    ...(Object.keys(env).length === 0
      ? {}
      : { runtime: { components: { pilot: { container: { env: { ...env } } } } } }),
    cluster: { network: mesh.network },
    security: {
      identity: { type: mesh.identity },
      trust: { domain: mesh.trustDomain },
      manageNetworkPolicy: mesh.manageNetworkPolicy,
    },
    gateways: {
      ingress: { enabled: mesh.ingressGateway },
      egress: { enabled: mesh.egressGateway },
      ...federationGateways(mesh),
    },
  };
  return madeObject(mesh.cluster, {
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    namespace: mesh.namespace,
    name: mesh.controlPlane,
    rest: { spec: merged(spec, mesh.spec, "remove") },
  });
}

/** None where the mesh has no link. */
function federationGateways({ peer, ingress, egress }: ScaffoldMesh): JsonObject {
  if (egress.length === 0) return {};
  return {
    additionalEgress: Object.fromEntries(egress.map((gateway) => [gateway.name, egressGateway(gateway)])),
    additionalIngress: { [ingress.name]: ingressGateway(ingress, peer) },
  };
}

function egressGateway({ name, peers }: Gateway): JsonObject {
  const [only, ...others] = peers;
  return {
    enabled: true,
    // The network of what a peer exports is called so (Maistra 2.5, pkg/servicemesh/federation/common), whatever its SMCP says.
    requestedNetworkView: peers.map((peer) => `network-${peer}`),
    service: {
      // The label's value is for people (OSSM 2.6 documentation, "Federation egress gateways"): a gateway of many is its own.
      metadata: {
        labels: { "federation.maistra.io/egress-for": only !== undefined && others.length === 0 ? only : name },
      },
      ports: [
        { port: servicePort, name: "tls" },
        { port: discoveryPort, name: "http-discovery" },
      ],
    },
  };
}

function ingressGateway({ type, annotations, nodePorts }: Ingress, peer: string): JsonObject {
  const fixed = (nodePort: number | undefined): JsonObject => (nodePort === undefined ? {} : { nodePort });
  return {
    enabled: true,
    service: {
      type,
      metadata: {
        labels: { "federation.maistra.io/ingress-for": peer },
        ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
      },
      ports: [
        { port: servicePort, name: "tls", ...fixed(nodePorts?.service) },
        { port: discoveryPort, name: "https-discovery", ...fixed(nodePorts?.discovery) },
      ],
    },
  };
}

/**
 * The member roll of a MultiTenant mesh; of a ClusterWide one the operator makes it, over the label that our namespaces
 * carry (Maistra operator 2.5, strategy_v2_5.go, createMemberRoll). It reads a roll of this name alone.
 */
export function memberRoll({ mode, cluster, namespace, apps }: ScaffoldMesh): MadeObject | null {
  if (mode === "ClusterWide") return null;
  const members: Json = sortedUnique(apps.map((app) => app.namespace));
  return madeObject(cluster, {
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMemberRoll",
    namespace,
    name: "default",
    rest: { spec: { members } },
  });
}
