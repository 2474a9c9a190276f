// Which kinds are read, and with which schema. A kind is added here and nowhere else.
import type { Field, Out } from "./fields.ts";
import { adminNetworkPolicy } from "./admin-network-policy.ts";
import { authorizationPolicy } from "./authorization-policy.ts";
import { istioGateway } from "./istio-gateway.ts";
import { virtualService } from "./virtual-service.ts";
import { destinationRule } from "./destination-rule.ts";
import { egressFirewall, egressIp, egressRouter } from "./egress-firewall.ts";
import { endpointSlice, endpoints } from "./endpoint-slice.ts";
import { exportedServiceSet } from "./exported-service-set.ts";
import { importedServiceSet } from "./imported-service-set.ts";
import { serviceMeshMember, serviceMeshMemberRoll } from "./members.ts";
import { networkPolicy } from "./network-policy.ts";
import { peerAuthentication } from "./peer-authentication.ts";
import { configMap, namespace, node, secret } from "./plain.ts";
import { service } from "./service.ts";
import { serviceEntry } from "./service-entry.ts";
import { serviceMeshControlPlane } from "./service-mesh-control-plane.ts";
import { sidecar } from "./sidecar.ts";
import { serviceMeshPeer } from "./service-mesh-peer.ts";
import { workloadEntry } from "./workload-entry.ts";
import { pod, workload } from "./workloads.ts";

/** By kindKey (src/core/object-ref.ts). */
export const kinds = {
  Namespace: namespace,
  ConfigMap: configMap,
  Secret: secret,
  Node: node,
  Service: service,
  Endpoints: endpoints,
  "EndpointSlice.discovery.k8s.io": endpointSlice,
  Pod: pod,
  "Deployment.apps": workload,
  "StatefulSet.apps": workload,
  "DaemonSet.apps": workload,
  "ReplicaSet.apps": workload,
  "DeploymentConfig.apps.openshift.io": workload,
  "AuthorizationPolicy.security.istio.io": authorizationPolicy,
  "DestinationRule.networking.istio.io": destinationRule,
  "Gateway.networking.istio.io": istioGateway,
  "NetworkPolicy.networking.k8s.io": networkPolicy,
  "AdminNetworkPolicy.policy.networking.k8s.io": adminNetworkPolicy,
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io": adminNetworkPolicy,
  "EgressFirewall.k8s.ovn.org": egressFirewall,
  "EgressNetworkPolicy.network.openshift.io": egressFirewall,
  "EgressIP.k8s.ovn.org": egressIp,
  "EgressRouter.network.operator.openshift.io": egressRouter,
  "PeerAuthentication.security.istio.io": peerAuthentication,
  "ServiceEntry.networking.istio.io": serviceEntry,
  "Sidecar.networking.istio.io": sidecar,
  "VirtualService.networking.istio.io": virtualService,
  "WorkloadEntry.networking.istio.io": workloadEntry,
  "ServiceMeshControlPlane.maistra.io": serviceMeshControlPlane,
  "ServiceMeshMemberRoll.maistra.io": serviceMeshMemberRoll,
  "ServiceMeshMember.maistra.io": serviceMeshMember,
  "ServiceMeshPeer.federation.maistra.io": serviceMeshPeer,
  "ExportedServiceSet.federation.maistra.io": exportedServiceSet,
  "ImportedServiceSet.federation.maistra.io": importedServiceSet,
} as const satisfies Readonly<Record<string, Field<unknown>>>;

export type KindName = keyof typeof kinds;
export type View<K extends KindName> = Out<(typeof kinds)[K]>;
