// The workloads that run a proxy of a mesh: clients, servers, and the gateways of its control plane's namespace.
import type { ObjectRef } from "../core/object-ref.ts";
import { refKey, sortedRefs } from "../core/object-ref.ts";
import { injectedWorkloads } from "../routes/client-namespaces.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { PlanContext } from "./plan-context.ts";

/** Injected workloads of the members and everything with a proxy in the control plane's namespace; sorted. */
export function proxyWorkloads(context: PlanContext, mesh: Mesh): ObjectRef[] {
  const pods = context.podsOf(mesh);
  const gateways = pods.pods.filter(({ namespace, sidecar }) => sidecar && namespace === mesh.namespace);
  return sortedRefs([...[...injectedWorkloads(mesh, pods).values()].flat(), ...gateways.map(({ workload }) => workload)]);
}

/** The injected workloads of an importer whose running pods carry another network than `network`, or none; sorted. */
export function workloadsWithoutNetwork(context: PlanContext, mesh: Mesh, network: string): ObjectRef[] {
  const members = new Set(mesh.memberNamespaces);
  const wrong = context
    .podsOf(mesh)
    .pods.filter(({ namespace, sidecar }) => sidecar && members.has(namespace))
    .filter(({ spec }) =>
      [...spec.containers, ...spec.initContainers]
        .filter(({ name }) => name === "istio-proxy")
        // The proxy's own network is what its environment said when it started (Istio 1.20, injection template).
        .every(({ env }) => !env.some(({ name, value }) => name === "ISTIO_META_NETWORK" && value === network)),
    );
  return sortedRefs(wrong.map(({ workload }) => workload));
}

/** The federation gateways' Deployments that the mesh's peers use; sorted. */
export function federationGatewayWorkloads(mesh: Mesh): ObjectRef[] {
  const names = new Set(
    mesh.peers.flatMap(({ view }) => [view.spec.gateways.ingress.name, view.spec.gateways.egress.name]).filter((name) => name !== ""),
  );
  const refs = [...names].map(
    (name): ObjectRef => ({ cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace: mesh.namespace, name }),
  );
  return refs.sort((left, right) => (refKey(left) < refKey(right) ? -1 : 1));
}
