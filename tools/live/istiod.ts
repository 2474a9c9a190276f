// istiod as the operator installs it, the mesh configuration that it runs with, and the roots that it publishes (OSSM 2.6).
import type { JsonObject } from "../../src/core/json.ts";
import type { ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { yamlText } from "../../src/present/yaml-text.ts";
import { chartMeta } from "./operator.ts";
import type { Place } from "./place.ts";
import { discoveryAddress, envList, meshVersion } from "./proxies.ts";
import { family, servedBy } from "./workload.ts";

const ports = [
  { name: "grpc-xds", port: 15010, targetPort: 15010 },
  { name: "https-dns", port: 15012, targetPort: 15012 },
  { name: "https-webhook", port: 443, targetPort: 15017 },
  { name: "http-monitoring", port: 15014, targetPort: 15014 },
  { name: "http-discovery", port: 8188, targetPort: 8188 },
];

export interface LiveIstiod {
  readonly objects: readonly JsonObject[];
  readonly pod: JsonObject;
}

export function liveIstiod(place: Place, mesh: ScaffoldMesh, plane: JsonObject, seconds: number): LiveIstiod {
  const { namespace, controlPlane: revision } = mesh;
  const name = `istiod-${revision}`;
  const component = "istio-discovery";
  const meta = chartMeta(mesh, plane, component, { app: "istiod", istio: "pilot", "istio.io/rev": revision });
  const at = seconds + 5;
  const selector = { app: "istiod", "istio.io/rev": revision };
  const account = place.stamped(
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    at,
    chartMeta(mesh, plane, component, { app: "istiod" }),
  );
  const made = family({
    place,
    seconds: at,
    surge: "100%",
    meta,
    admitted: (pod) => pod,
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas: 1, selector: { matchLabels: selector }, template: template(mesh, name) },
    },
  });
  const service = { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ports, selector } };
  const rule = {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "DestinationRule",
    metadata: { name, namespace },
    spec: {
      host: `${name}.${namespace}.svc.cluster.local`,
      trafficPolicy: { portLevelSettings: [{ port: { number: 8188 }, tls: { mode: "SIMPLE" } }] },
    },
  };
  const [pod] = made.pods;
  if (!pod) throw new Error("istiod has a pod");
  return {
    pod,
    objects: [
      account,
      ...servedBy(place, service, made.pods, at, meta),
      made.deployment,
      ...made.replicaSets,
      ...made.pods,
      place.stamped(rule, at, { ...meta, generation: 1 }),
    ],
  };
}

function template(mesh: ScaffoldMesh, name: string): JsonObject {
  const { namespace, controlPlane: revision, env } = mesh;
  const field = (fieldPath: string): JsonObject => ({ fieldRef: { apiVersion: "v1", fieldPath } });
  return {
    metadata: {
      annotations: {
        "ambient.istio.io/redirection": "disabled",
        "prometheus.io/port": "15014",
        "prometheus.io/scrape": "true",
        "sidecar.istio.io/inject": "false",
      },
      labels: {
        app: "istiod",
        istio: "istiod",
        "istio.io/rev": revision,
        "maistra-control-plane": namespace,
        "sidecar.istio.io/inject": "false",
      },
    },
    spec: {
      containers: [
        {
          args: [
            ...["discovery", "--monitoringAddr=:15014", "--log_output_level=default:info"],
            ...["--domain", "cluster.local", "--keepaliveMaxServerConnectionAge", "30m"],
          ],
          env: envList({
            ENABLE_IOR: "false",
            PILOT_CA_CERT_CONFIG_MAP_NAME: "istio-ca-root-cert",
            PILOT_ENABLE_GATEWAY_API: "true",
            PILOT_ENABLE_GATEWAY_API_STATUS: "true",
            PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: "true",
            ...env,
            REVISION: revision,
            JWT_POLICY: "third-party-jwt",
            PILOT_CERT_PROVIDER: "istiod",
            POD_NAME: field("metadata.name"),
            POD_NAMESPACE: field("metadata.namespace"),
            PILOT_ENABLE_FEDERATION: "true",
            ISTIOD_ADDR: discoveryAddress(mesh),
            CLUSTER_ID: "Kubernetes",
          }),
          image: `registry.redhat.io/openshift-service-mesh/pilot-rhel8:${meshVersion}`,
          name: "discovery",
          ports: [
            { containerPort: 8080, protocol: "TCP" },
            { containerPort: 15010, protocol: "TCP" },
            { containerPort: 15017, name: "webhook", protocol: "TCP" },
            { containerPort: 8188, protocol: "TCP" },
          ],
          volumeMounts: [{ mountPath: "/etc/cacerts", name: "cacerts", readOnly: true }],
        },
      ],
      serviceAccountName: name,
      volumes: [{ name: "cacerts", secret: { defaultMode: 420, optional: true, secretName: "cacerts" } }],
    },
  };
}

/** The Secret, of which nothing but its being there is shown. */
export function liveCacerts(place: Place, namespace: string, seconds: number): JsonObject {
  return place.stamped(
    { apiVersion: "v1", kind: "Secret", metadata: { name: "cacerts", namespace }, type: "Opaque" },
    seconds,
  );
}

/** The root that istiod publishes in a namespace of the mesh. */
export function publishedRoot(place: Place, namespace: string, root: string, seconds: number): JsonObject {
  return place.stamped(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "istio-ca-root-cert", namespace },
      data: { "root-cert.pem": root },
    },
    seconds,
    { labels: { "istio.io/config": "true" } },
  );
}

export function meshConfig(place: Place, mesh: ScaffoldMesh, plane: JsonObject, seconds: number): JsonObject {
  const { controlPlane: revision, namespace, trustDomain, trustDomainAliases, accessLog } = mesh;
  const config = yamlText({
    ...(accessLog === null ? {} : { accessLogFile: accessLog }),
    defaultConfig: {
      discoveryAddress: discoveryAddress(mesh),
      proxyMetadata: {
        ISTIO_META_DNS_AUTO_ALLOCATE: "true",
        ISTIO_META_DNS_CAPTURE: "true",
        PROXY_XDS_VIA_AGENT: "true",
      },
      tracing: {},
    },
    defaultProviders: { metrics: ["prometheus"] },
    enablePrometheusMerge: true,
    enableTracing: false,
    ingressControllerMode: "OFF",
    rootNamespace: namespace,
    trustDomain,
    ...(trustDomainAliases.length === 0 ? {} : { trustDomainAliases }),
  });
  return place.stamped(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `istio-${revision}`, namespace },
      data: { mesh: config.trimEnd(), meshNetworks: "networks: {}" },
    },
    seconds,
    chartMeta(mesh, plane, "istio-discovery", { "istio.io/rev": revision }),
  );
}

/** The mesh-wide default of 2.6. */
export function defaultAuthentication(
  place: Place,
  mesh: ScaffoldMesh,
  plane: JsonObject,
  seconds: number,
): JsonObject {
  return place.stamped(
    {
      apiVersion: "security.istio.io/v1beta1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: mesh.namespace },
      spec: { mtls: { mode: "PERMISSIVE" } },
    },
    seconds,
    { ...chartMeta(mesh, plane, "mesh-config", { app: "istio" }), generation: 1 },
  );
}
