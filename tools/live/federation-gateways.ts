// What the operator makes of additionalIngress and additionalEgress: account, Service, Deployment with its pods, autoscaler.
import type { JsonObject } from "../../src/core/json.ts";
import type { ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { chartMeta } from "./operator.ts";
import { listAt, objectAt, type Place } from "./place.ts";
import { commonEnv, envList, proxyArgs, proxyImage } from "./proxies.ts";
import { family, servedBy } from "./workload.ts";

interface GatewayParts {
  readonly name: string;
  readonly side: "ingress" | "egress";
  /** As the control plane states it. */
  readonly spec: JsonObject;
  readonly seconds: number;
}

/** The ingress gateway first. */
export function liveGateways(
  place: Place,
  mesh: ScaffoldMesh,
  plane: JsonObject,
  seconds: number,
  address: string,
): JsonObject[] {
  const gateways = objectAt(plane, "spec", "gateways");
  const parts = [
    ...gatewaysIn(gateways, "additionalIngress").map(([name, spec]) => ({ name, spec, side: "ingress" as const })),
    ...gatewaysIn(gateways, "additionalEgress").map(([name, spec]) => ({ name, spec, side: "egress" as const })),
  ];
  return parts.flatMap((each) => {
    const at = seconds + (each.side === "ingress" ? 40 : 38);
    return liveGateway(place, mesh, plane, { ...each, seconds: at }, each.side === "ingress" ? address : null);
  });
}

function gatewaysIn(gateways: JsonObject, key: string): [string, JsonObject][] {
  return Object.entries(objectAt(gateways, key)).map(([name, spec]) => [name, objectAt(spec)]);
}

function liveGateway(
  place: Place,
  mesh: ScaffoldMesh,
  plane: JsonObject,
  { name, side, spec, seconds }: GatewayParts,
  address: string | null,
): JsonObject[] {
  const { namespace } = mesh;
  const service = objectAt(spec, "service");
  const own: JsonObject = {
    app: name,
    istio: `${side}gateway`,
    ...objectAt(service, "metadata", "labels"),
  };
  const meta = chartMeta(mesh, plane, `istio-${side}`, { ...own, "istio.io/rev": mesh.controlPlane });
  const account = `${name}-service-account`;
  const ports = listAt(service, "ports").map((port) => objectAt(port));
  const made = family({
    place,
    seconds,
    surge: "100%",
    admitted: (pod) => pod,
    meta: { ...meta, labels: { ...objectAt(meta, "labels"), "maistra.io/gateway": `${name}.${namespace}` } },
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas: 1, selector: { matchLabels: own }, template: template(mesh, name, own, ports, spec) },
    },
  });
  const type = typeof service["type"] === "string" ? service["type"] : "ClusterIP";
  const loadBalancer =
    type === "LoadBalancer" && address !== null ? { ingress: [{ ip: address, ipMode: "VIP" }] } : null;
  const annotations = { ...objectAt(meta, "annotations"), ...objectAt(service, "metadata", "annotations") };
  return [
    place.stamped({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } }, seconds, meta),
    ...servedBy(
      place,
      { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ports, selector: own, type } },
      made.pods,
      seconds,
      { ...meta, annotations },
      loadBalancer,
    ),
    made.deployment,
    ...made.replicaSets,
    ...made.pods,
    autoscaler(place, name, namespace, meta, seconds),
  ];
}

function template(
  mesh: ScaffoldMesh,
  name: string,
  own: JsonObject,
  ports: readonly JsonObject[],
  spec: JsonObject,
): JsonObject {
  const { namespace, controlPlane: revision, network } = mesh;
  const { first, identity, dns } = commonEnv(mesh);
  const view = listAt(spec, "requestedNetworkView")
    .flatMap((each) => (typeof each === "string" ? [each] : []))
    .join(",");
  return {
    metadata: {
      annotations: {
        "istio.io/rev": revision,
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/port": "15020",
        "prometheus.io/scrape": "true",
        "sidecar.istio.io/inject": "false",
      },
      labels: {
        ...own,
        chart: "gateways",
        heritage: "Tiller",
        "istio.io/rev": revision,
        "maistra-control-plane": namespace,
        "maistra.io/gateway": `${name}.${namespace}`,
        release: "istio",
        "service.istio.io/canonical-name": name,
        "service.istio.io/canonical-revision": revision,
        "sidecar.istio.io/inject": "false",
      },
    },
    spec: {
      containers: [
        {
          args: proxyArgs("router"),
          env: envList({
            ...first,
            ISTIO_META_WORKLOAD_NAME: name,
            ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
            ...identity,
            ISTIO_META_UNPRIVILEGED_POD: "true",
            ...(view === "" ? {} : { ISTIO_META_REQUESTED_NETWORK_VIEW: view }),
            ...dns,
            ISTIO_META_NETWORK: network,
            ISTIO_META_CLUSTER_ID: "Kubernetes",
          }),
          image: proxyImage,
          name: "istio-proxy",
          ports: [
            ...ports.map((port) => ({ containerPort: port["port"] ?? 0, name: port["name"] ?? "", protocol: "TCP" })),
            { containerPort: 15090, name: "http-envoy-prom", protocol: "TCP" },
          ],
        },
      ],
      serviceAccountName: `${name}-service-account`,
    },
  };
}

function autoscaler(place: Place, name: string, namespace: string, meta: JsonObject, seconds: number): JsonObject {
  return place.stamped(
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name, namespace },
      spec: {
        maxReplicas: 5,
        metrics: [
          { resource: { name: "cpu", target: { averageUtilization: 80, type: "Utilization" } }, type: "Resource" },
        ],
        minReplicas: 1,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      },
      status: { currentMetrics: [], currentReplicas: 1, desiredReplicas: 1 },
    },
    seconds,
    meta,
  );
}
