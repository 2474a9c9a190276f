// What istiod's injection webhook makes of a pod, and the environment that sidecars and gateways have in common (OSSM 2.6).
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { listAt, metaOf, objectAt, textAt } from "./place.ts";

export const meshVersion = "2.6.11";
export const proxyImage = `registry.redhat.io/openshift-service-mesh/proxyv2-rhel9:${meshVersion}`;

/** 2.6 turns DNS capture and auto-allocation on by itself. */
const dns = { ISTIO_META_DNS_AUTO_ALLOCATE: "true", ISTIO_META_DNS_CAPTURE: "true", PROXY_XDS_VIA_AGENT: "true" };

export function discoveryAddress({ controlPlane, namespace }: ScaffoldMesh): string {
  return `istiod-${controlPlane}.${namespace}.svc:15012`;
}

/** Arguments of a sidecar or of a gateway ("router"). */
export function proxyArgs(role: "sidecar" | "router"): string[] {
  return [
    "proxy",
    role,
    "--domain",
    "$(POD_NAMESPACE).svc.cluster.local",
    "--proxyLogLevel=warning",
    "--proxyComponentLogLevel=misc:error",
    "--log_output_level=default:info",
  ];
}

export function envList(values: Readonly<Record<string, Json>>): JsonObject[] {
  return Object.entries(values).map(([name, value]) =>
    typeof value === "string" ? { name, value } : { name, valueFrom: value },
  );
}

/** The variables with which every proxy of a mesh begins, and those with which it ends. */
export function commonEnv(mesh: ScaffoldMesh) {
  const first: Readonly<Record<string, Json>> = {
    JWT_POLICY: "third-party-jwt",
    PILOT_CERT_PROVIDER: "istiod",
    CA_ADDR: discoveryAddress(mesh),
    SERVICE_ACCOUNT: { fieldRef: { apiVersion: "v1", fieldPath: "spec.serviceAccountName" } },
  };
  const identity: Readonly<Record<string, Json>> = {
    ISTIO_META_MESH_ID: mesh.trustDomain,
    TRUST_DOMAIN: mesh.trustDomain,
  };
  return { first, identity, dns };
}

const injected = {
  initContainers: null,
  containers: ["istio-proxy"],
  volumes: [
    ...["workload-socket", "credential-socket", "workload-certs", "istio-envoy"],
    ...["istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert"],
  ],
  imagePullSecrets: null,
};

/** The pod with a sidecar, or as it is where its annotation asks for none. */
export function withSidecar(mesh: ScaffoldMesh, workload: string): (pod: JsonObject) => JsonObject {
  return (pod) => {
    const annotations = objectAt(pod, "metadata", "annotations");
    if (annotations["sidecar.istio.io/inject"] !== "true") return pod;
    const labels = objectAt(pod, "metadata", "labels");
    const spec = objectAt(pod, "spec");
    const containers = listAt(spec, "containers");
    const main = objectAt(containers[0])["name"] ?? "";
    return {
      ...pod,
      metadata: {
        ...objectAt(pod, "metadata"),
        annotations: {
          ...annotations,
          "istio.io/rev": mesh.controlPlane,
          "k8s.v1.cni.cncf.io/networks": "v2-6-istio-cni",
          "kubectl.kubernetes.io/default-container": main,
          "kubectl.kubernetes.io/default-logs-container": main,
          "prometheus.io/path": "/stats/prometheus",
          "prometheus.io/port": "15020",
          "prometheus.io/scrape": "true",
          "sidecar.istio.io/interceptionMode": "REDIRECT",
          "sidecar.istio.io/status": JSON.stringify({ ...injected, revision: mesh.controlPlane }),
          "traffic.sidecar.istio.io/excludeInboundPorts": "15090,15021",
          "traffic.sidecar.istio.io/includeInboundPorts": "*",
          "traffic.sidecar.istio.io/includeOutboundIPRanges": "*",
        },
        labels: {
          ...labels,
          "maistra-version": meshVersion,
          "security.istio.io/tlsMode": "istio",
          "service.istio.io/canonical-name": labels["app"] ?? workload,
          "service.istio.io/canonical-revision": labels["version"] ?? "latest",
        },
      },
      spec: { ...spec, containers: [...containers, sidecar(mesh, workload, pod)] },
    };
  };
}

function sidecar(mesh: ScaffoldMesh, workload: string, pod: JsonObject): JsonObject {
  const containers = listAt(objectAt(pod, "spec"), "containers");
  const ports = containers.flatMap((container) => listAt(container, "ports"));
  const { first, identity } = commonEnv(mesh);
  const config = { discoveryAddress: discoveryAddress(mesh), proxyMetadata: dns };
  return {
    args: proxyArgs("sidecar"),
    env: envList({
      ...first,
      PROXY_CONFIG: `${JSON.stringify(config)}\n`,
      ISTIO_META_POD_PORTS: JSON.stringify(ports),
      ISTIO_META_APP_CONTAINERS: containers.map((each) => textAt(objectAt(each), "name")).join(","),
      ISTIO_META_CLUSTER_ID: "Kubernetes",
      ISTIO_META_INTERCEPTION_MODE: "REDIRECT",
      ISTIO_META_NETWORK: mesh.network,
      ISTIO_META_WORKLOAD_NAME: workload,
      ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${metaOf(pod).namespace}/deployments/${workload}`,
      ...identity,
      ...dns,
    }),
    image: proxyImage,
    name: "istio-proxy",
    ports: [{ containerPort: 15090, name: "http-envoy-prom", protocol: "TCP" }],
  };
}
