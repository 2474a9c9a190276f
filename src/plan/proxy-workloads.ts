// The workloads that run a proxy of a mesh: clients, servers, and the gateways of its control plane's namespace.
import type { LinkId } from "../core/ids.ts";
import type { Finding } from "../core/finding.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { refKey, refText, sortedRefs } from "../core/object-ref.ts";
import { notRestartable } from "../findings/codes/plan.ts";
import { injectedWorkloads } from "../routes/client-namespaces.ts";
import { gatewayNamespace } from "../federation/gateways.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { gatewayClients } from "../routes/gateway-clients.ts";
import type { PlanContext } from "./plan-context.ts";

/** Injected workloads of the members and everything with a proxy in the control plane's namespace; sorted. */
export function proxyWorkloads(context: PlanContext, mesh: Mesh): ObjectRef[] {
  const pods = context.podsOf(mesh);
  const gateways = pods.pods.filter(({ namespace, sidecar }) => sidecar && namespace === mesh.namespace);
  return sortedRefs([
    ...[...injectedWorkloads(mesh, pods, ownGateways(context, mesh)).values()].flat(),
    ...gateways.map(({ workload }) => workload),
  ]);
}

/** Kinds that a rolling restart can be asked of: their pods come back by themselves, with the annotation in the template. */
const restartableKinds = ["Deployment", "StatefulSet", "DaemonSet", "DeploymentConfig"];

/** The workloads that a plan may restart. Bare pods and the pods of Jobs are left to whoever runs them. */
export function restartable(workloads: readonly ObjectRef[]): ObjectRef[] {
  return workloads.filter(({ kind }) => restartableKinds.includes(kind));
}

/** One finding for each workload with a proxy that takes part and that no plan can restart. */
export function notRestartables(context: PlanContext): Finding[] {
  return context.participants
    .flatMap((mesh) => proxyWorkloads(context, mesh))
    .filter(({ kind }) => !restartableKinds.includes(kind))
    .map((workload) => notRestartable.at([workload], { workload: refText(workload) }));
}

/** The injected workloads of an importer whose running pods carry another network than `network`, or none; sorted. */
export function workloadsWithoutNetwork(context: PlanContext, mesh: Mesh, network: string): ObjectRef[] {
  const members = new Set(mesh.memberNamespaces);
  const pods = context.podsOf(mesh);
  const clients = pods.pods.filter(({ namespace, sidecar }) => sidecar && members.has(namespace));
  const wrong = [...clients, ...ownGateways(context, mesh).filter(({ live }) => live)].filter(({ spec }) =>
    [...spec.containers, ...spec.initContainers]
      .filter(({ name }) => name === "istio-proxy")
      // The proxy's own network is what its environment said when it started (Istio 1.20, injection template).
      .every(({ env }) => !env.some(({ name, value }) => name === "ISTIO_META_NETWORK" && value === network)),
  );
  return sortedRefs(wrong.map(({ workload }) => workload));
}

/** The importer's own gateways that send requests to carried hosts. */
function ownGateways(context: PlanContext, mesh: Mesh): readonly PodShape[] {
  const hosts = new Set<string>(
    context.carried.filter(({ importer }) => importer.mesh.id === mesh.id).map(({ route }) => route.host),
  );
  return gatewayClients(clusterOf(context.inventory, mesh), mesh, context.podsOf(mesh), hosts);
}

/** The federation gateways' Deployments that some of the mesh's peers use; sorted, each once. */
export function federationGatewayWorkloads(mesh: Mesh, peers: Mesh["peers"]): ObjectRef[] {
  return sortedRefs(
    peers.flatMap(({ view }) =>
      (["ingress", "egress"] as const).flatMap((kind): ObjectRef[] => {
        const { name } = view.spec.gateways[kind];
        const namespace = gatewayNamespace(mesh, kind, name);
        return name === "" ? [] : [{ cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace, name }];
      }),
    ),
  );
}

/** The gateways that only peers of retirable links use: the others go on carrying what stays, and would never be idle. */
export function retiringGateways(context: PlanContext, busy: ReadonlySet<LinkId> = new Set()): ObjectRef[] {
  const going = new Set(
    context.federation.links
      .filter(({ id }) => context.retirableLinks.has(id) && !busy.has(id))
      .flatMap(({ ends }) => ends.map(({ peer }) => refKey(peer))),
  );
  return context.inventory.meshes.flatMap((mesh) => {
    const used = (goes: boolean): ObjectRef[] =>
      federationGatewayWorkloads(
        mesh,
        mesh.peers.filter(({ ref }) => going.has(refKey(ref)) === goes),
      );
    const staying = new Set(used(false).map(refKey));
    return used(true).filter((ref) => !staying.has(refKey(ref)));
  });
}
