// What the Service of a new gateway must be: as the federation ingress Services that it stands in for, or as the user says.
import type { StatedService } from "../core/east-west-options.ts";
import type { RouteId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { pointer, valueAt } from "../core/pointer.ts";
import { sortedUnique } from "../core/order.ts";
import { ingressService } from "../federation/gateways.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { service as serviceView } from "../inventory/kinds/service.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { DesiredObject } from "./desired-object.ts";
import { passthroughListener } from "./east-west-gateway.ts";
import {
  agreedSettings,
  type BalancerSettings,
  balancerSettings,
  keptAnnotations,
  type ServiceType,
} from "./load-balancer.ts";
import { ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

const serviceTypeAnnotation = "networking.istio.io/service-type";

export interface GatewayService {
  readonly type: ServiceType;
  readonly annotations: Readonly<Record<string, string>>;
  /** Fields of the spec that istiod's template has no place for; none: istiod makes the Service alone. */
  readonly fields: JsonObject;
  /** What the federation ingress Services disagree on, and nothing states; sorted. */
  readonly differing: readonly string[];
}

/** The federation ingress Services of some of a mesh's peers, each once. */
export function ingressServices(cluster: Cluster, mesh: Mesh, peers: Mesh["peers"]): Typed<"Service">[] {
  return [...new Set(peers.flatMap((peer) => ingressService(cluster, mesh, peer) ?? []))];
}

/** `existing`: the Service as it is now, if it is ours, and the Gateway's annotations. */
export function gatewayService(
  services: readonly Typed<"Service">[],
  reachedAtNodes: (service: Typed<"Service">) => boolean,
  stated: StatedService | null,
  existing: { readonly service: Json; readonly annotations: Json | undefined },
): GatewayService {
  const now = existingSettings(existing.service);
  const settings = services.map(balancerSettings);
  const { annotations, fields, differing } = agreedSettings(settings.length > 0 ? settings : now);
  const types = sortedUnique(
    (settings.length > 0 ? settings : now).map(({ type }, index) => {
      const service = services[index];
      return type === "LoadBalancer" && service && reachedAtNodes(service) ? "NodePort" : type;
    }),
  );
  const [only = typeNow(existing.annotations)] = types;
  const type = stated?.type ?? (types.length > 1 ? "LoadBalancer" : only);
  const said = statedFields(stated);
  const all = Object.entries({ ...fields, ...said }).filter(
    ([field, value]) => value !== "" && !(Array.isArray(value) && value.length === 0) && allowedFor(type, field),
  );
  return {
    type,
    annotations: {
      ...(type === "LoadBalancer" ? { ...keptAnnotations(existing.annotations), ...annotations } : {}),
      ...stated?.annotations,
    },
    fields: Object.fromEntries(all),
    differing: [
      ...differing.filter((name) => !Object.hasOwn(said, name) && !isStatedAnnotation(name, stated)),
      ...(types.length > 1 && stated?.type === null ? [`type ${types.join(" and ")}`] : []),
    ],
  };
}

function isStatedAnnotation(name: string, stated: StatedService | null): boolean {
  return Object.keys(stated?.annotations ?? {}).some((key) => name === `annotation ${key}`);
}

/** The type of an existing Gateway's Service, as its annotation says. */
function typeNow(annotations: Json | undefined): ServiceType {
  const type = valueAt(annotations, pointer(serviceTypeAnnotation));
  return type === "NodePort" || type === "ClusterIP" ? type : "LoadBalancer";
}

/** Of a Service that istiod or we made; one without settings says nothing. */
function existingSettings(body: Json): BalancerSettings[] {
  if (!isJsonObject(body)) return [];
  const view = serviceView.fit(body);
  return view ? [balancerSettings({ view })] : [];
}

function statedFields(stated: StatedService | null): JsonObject {
  if (!stated) return {};
  const { loadBalancerIP, loadBalancerClass, loadBalancerSourceRanges, externalTrafficPolicy, externalIPs } = stated;
  const fields = { loadBalancerIP, loadBalancerClass, loadBalancerSourceRanges, externalTrafficPolicy, externalIPs };
  return Object.fromEntries(
    Object.entries(fields).filter((each): each is [string, Exclude<(typeof each)[1], null>] => each[1] !== null),
  );
}

/** The API server refuses fields that a type does not have (Kubernetes 1.28, pkg/apis/core/validation, ValidateService). */
function allowedFor(type: ServiceType, field: string): boolean {
  if (field.startsWith("loadBalancer") || field === "allocateLoadBalancerNodePorts") return type === "LoadBalancer";
  return field !== "externalTrafficPolicy" || type !== "ClusterIP";
}

/**
 * The Service before istiod makes it, where it needs more than a Gateway can say. istiod's server-side apply takes over a
 * Service that carries its label, and leaves alone what its template does not set: class, ranges, policies, families
 * (Istio 1.20 to 1.28, deploymentcontroller.go canManage and kube-gateway.yaml; read in source, not yet seen running; from
 * 1.24 on it sets ipFamilyPolicy). Made first, the balancer is closed from its first moment; ranges added to a Service of
 * istiod's would leave it open until then, and its class could not be set any more.
 * Without selector: istiod's own, whose label differs by version, is the only one.
 */
export function gatewayServiceObject(
  { gatewayService: ref }: Places,
  { type, annotations, fields }: GatewayService,
  routes: readonly RouteId[],
): DesiredObject | null {
  if (Object.keys(fields).length === 0) return null;
  return {
    ref,
    role: "gateway-service",
    routes,
    template: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: ref.name,
        namespace: ref.namespace,
        labels: { ...ourLabels, "gateway.istio.io/managed": "istio.io-gateway-controller" },
        ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      },
      spec: {
        ...fields,
        type,
        ports: [
          { name: "status-port", port: 15021, protocol: "TCP" },
          { name: passthroughListener.name, port: passthroughListener.port, protocol: "TCP" },
        ],
      },
    },
  };
}

/** The Gateway's annotations: those of its Service, and its Service's type where that is not the default. */
export function gatewayAnnotations({ type, annotations }: GatewayService): Readonly<Record<string, string>> {
  // Read by istiod since 1.20 at least (pilot/pkg/config/kube/gateway/model.go), and up to 1.28.
  return { ...annotations, ...(type === "LoadBalancer" ? {} : { [serviceTypeAnnotation]: type }) };
}

/** Whether an ingress of a load balancer's has an address, as far as the Service's status shows. */
export function hasAddress({ view }: Typed<"Service">): boolean {
  return view.status.loadBalancer.ingress.some(({ ip, hostname }) => ip !== "" || hostname !== "");
}

/** The ports on the nodes that lead to a Service. */
export function nodePortsOf(service: Typed<"Service">): ReadonlySet<number> {
  return new Set(service.view.spec.ports.flatMap(({ nodePort }) => nodePort ?? []));
}
