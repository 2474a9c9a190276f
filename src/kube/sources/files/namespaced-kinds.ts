// What files do not say about the kinds that the product reads or writes: which of them live in namespaces, and the kind behind a
// must-gather's file name. A kind that is not listed here is taken as its object says.

// Plural in must-gather paths, by kindKey.
const namespacedKinds: Readonly<Record<string, string>> = {
  Service: "services",
  ServiceAccount: "serviceaccounts",
  Pod: "pods",
  ConfigMap: "configmaps",
  Secret: "secrets",
  Endpoints: "endpoints",
  "EndpointSlice.discovery.k8s.io": "endpointslices",
  "Deployment.apps": "deployments",
  "StatefulSet.apps": "statefulsets",
  "DaemonSet.apps": "daemonsets",
  "ReplicaSet.apps": "replicasets",
  "DeploymentConfig.apps.openshift.io": "deploymentconfigs",
  "Route.route.openshift.io": "routes",
  "NetworkPolicy.networking.k8s.io": "networkpolicies",
  "EgressFirewall.k8s.ovn.org": "egressfirewalls",
  "EgressNetworkPolicy.network.openshift.io": "egressnetworkpolicies",
  "EgressRouter.network.operator.openshift.io": "egressrouters",
  "ServiceMeshControlPlane.maistra.io": "servicemeshcontrolplanes",
  "ServiceMeshMemberRoll.maistra.io": "servicemeshmemberrolls",
  "ServiceMeshMember.maistra.io": "servicemeshmembers",
  "ServiceMeshPeer.federation.maistra.io": "servicemeshpeers",
  "ExportedServiceSet.federation.maistra.io": "exportedservicesets",
  "ImportedServiceSet.federation.maistra.io": "importedservicesets",
  "Gateway.gateway.networking.k8s.io": "gateways",
  "HTTPRoute.gateway.networking.k8s.io": "httproutes",
  "Gateway.networking.istio.io": "gateways",
  "VirtualService.networking.istio.io": "virtualservices",
  "DestinationRule.networking.istio.io": "destinationrules",
  "ServiceEntry.networking.istio.io": "serviceentries",
  "WorkloadEntry.networking.istio.io": "workloadentries",
  "WorkloadGroup.networking.istio.io": "workloadgroups",
  "Sidecar.networking.istio.io": "sidecars",
  "EnvoyFilter.networking.istio.io": "envoyfilters",
  "ProxyConfig.networking.istio.io": "proxyconfigs",
  "AuthorizationPolicy.security.istio.io": "authorizationpolicies",
  "PeerAuthentication.security.istio.io": "peerauthentications",
  "RequestAuthentication.security.istio.io": "requestauthentications",
  "Telemetry.telemetry.istio.io": "telemetries",
  "WasmPlugin.extensions.istio.io": "wasmplugins",
};

const clusterKinds: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  Node: "nodes",
  "AdminNetworkPolicy.policy.networking.k8s.io": "adminnetworkpolicies",
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io": "baselineadminnetworkpolicies",
  "EgressIP.k8s.ovn.org": "egressips",
};

const kindByResource = new Map(
  Object.entries({ ...namespacedKinds, ...clusterKinds }).map(([key, plural]) => {
    const group = key.includes(".") ? key.slice(key.indexOf(".") + 1) : "core";
    return [`${group}/${plural}`, key];
  }),
);

/** Whether objects of this kind (by kindKey) are known to live in namespaces. */
export function isNamespaced(key: string): boolean {
  return Object.hasOwn(namespacedKinds, key);
}

const inNamespace = /(?:^|\/)namespaces\/[^/]+\/([^/]+)\/([^/]+?)(?:\.(?:ya?ml|json)(?:\.gz)?|\/[^/]+)$/;
const inCluster = /(?:^|\/)cluster-scoped-resources\/([^/]+)\/([^/]+?)(?:\.(?:ya?ml|json)(?:\.gz)?|\/[^/]+)$/;

/** The kind (as kindKey) whose objects a must-gather or `oc adm inspect` keeps in this file; null elsewhere. */
export function mustGatherKind(file: string): string | null {
  const [, group, plural] = inNamespace.exec(file) ?? inCluster.exec(file) ?? [];
  return kindByResource.get(`${group}/${plural}`) ?? null;
}

/** Whether the file is a must-gather's second copy of a Pod, beside its logs; namespaces/NS/core/pods.yaml has the first. */
export function isPodCopy(file: string): boolean {
  return /(?:^|\/)namespaces\/[^/]+\/pods\/([^/]+)\/\1\.ya?ml(?:\.gz)?$/.test(file);
}
