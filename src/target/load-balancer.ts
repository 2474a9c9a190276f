// What of a federation ingress Service the new gateway's Service is to have too, and what two Services cannot share.
import type { Json, JsonObject } from "../core/json.ts";
import { canonicalJson, isJsonObject } from "../core/json.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import type { Typed } from "../inventory/cluster.ts";

export type ServiceType = "LoadBalancer" | "NodePort" | "ClusterIP";

/** What a Service asks of the network in front of it. */
export interface BalancerSettings {
  readonly type: ServiceType;
  /** Annotations that cloud providers read. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Fields of its spec that are not what they would be by default. */
  readonly fields: JsonObject;
  /** Addresses and names that belong to one Service alone, as a person reads them; sorted. */
  readonly own: readonly string[];
  /** Settings by which the balancer does not pass bytes on as they come; sorted. */
  readonly changing: readonly string[];
}

/** Cloud providers read annotations of their own domains for internal balancers and the like. */
const balancerAnnotation = /load-?balancer|metallb|\.elb\.|ingress\.ibm|\/elb\.|lb-?ipam|azure-pip/iu;

/** What a balancer's controller writes there itself. */
const written = /ip-allocated-from-pool$/u;

/** Those that name one address or one balancer, which two Services cannot share while both exist. */
const oneOfAKind =
  /eip-allocation|load-?balancer-?ip(?:s|-addresses)?$|load-?balancer-ipv[46]$|load-balancer-(?:name|id)$|private-ipv4|public-ip|pip-name|static-ip|lb-?ipam(?:-ips|\.cilium\.io\/ips)$/iu;

/** Those that make the balancer end TLS, or speak HTTP, on some ports. */
const endsTls = /ssl-|tls-|backend-protocol|-certificate|lb-protocol/iu;

const proxyProtocol = /proxy-protocol/iu;

/** What a load balancer's Service asks for beside its ports. */
export function balancerSettings({ view }: Pick<Typed<"Service">, "view">): BalancerSettings {
  const { spec, metadata } = view;
  const balancer = Object.entries(metadata.annotations).filter(
    ([key]) => balancerAnnotation.test(key) && !written.test(key),
  );
  const changing = balancer.filter(([key, value]) => changesBytes(key, value, metadata.annotations, portsOf(view)));
  const own = balancer.filter(([key]) => oneOfAKind.test(key)).map(([key]) => `annotation ${key}`);
  if (spec.loadBalancerIP !== "") own.push("loadBalancerIP");
  if (spec.externalIPs.length > 0) own.push("externalIPs");
  const carried = balancer.filter(
    ([key, value]) =>
      !oneOfAKind.test(key) && (!endsTls.test(key) || (/backend-protocol/iu.test(key) && value === "tcp")),
  );
  return {
    type: typeOf(spec.type),
    annotations: Object.fromEntries(
      sortedBy(
        carried.filter(([key]) => !proxyProtocol.test(key)),
        ([key]) => key,
      ),
    ),
    fields: fieldsOf(spec),
    own: sortedUnique(own),
    changing: sortedUnique(changing.map(([key]) => `annotation ${key}`)),
  };
}

function typeOf(type: string): ServiceType {
  return type === "LoadBalancer" || type === "NodePort" ? type : "ClusterIP";
}

/** What the API server would not set by itself (Kubernetes 1.28, pkg/apis/core/v1/defaults.go). */
function fieldsOf(spec: Typed<"Service">["view"]["spec"]): JsonObject {
  const { timeoutSeconds } = spec.sessionAffinityConfig.clientIP;
  const several = spec.ipFamilyPolicy === "PreferDualStack" || spec.ipFamilyPolicy === "RequireDualStack";
  const ipv6First = spec.ipFamilies[0] === "IPv6";
  const fields: readonly (readonly [string, Json, boolean])[] = [
    ["allocateLoadBalancerNodePorts", false, spec.allocateLoadBalancerNodePorts === false],
    ["externalTrafficPolicy", "Local", spec.externalTrafficPolicy === "Local"],
    ["internalTrafficPolicy", "Local", spec.internalTrafficPolicy === "Local"],
    ["ipFamilies", spec.ipFamilies, several || ipv6First],
    ["ipFamilyPolicy", spec.ipFamilyPolicy, several],
    ["loadBalancerClass", spec.loadBalancerClass, spec.loadBalancerClass !== ""],
    ["loadBalancerSourceRanges", sortedUnique(spec.loadBalancerSourceRanges), spec.loadBalancerSourceRanges.length > 0],
    ["sessionAffinity", "ClientIP", spec.sessionAffinity === "ClientIP"],
    [
      "sessionAffinityConfig",
      { clientIP: { timeoutSeconds } },
      spec.sessionAffinity === "ClientIP" && timeoutSeconds !== null,
    ],
  ];
  return Object.fromEntries(fields.filter(([, , there]) => there).map(([field, value]) => [field, value]));
}

/** The names and numbers by which annotations call the port of federation's data path. */
function portsOf({ spec }: Typed<"Service">["view"]): ReadonlySet<string> {
  const data = spec.ports.filter(({ port }) => port !== 8188 && port !== 15021);
  return new Set(data.flatMap(({ name, port }) => [name, String(port)]));
}

/**
 * Whether an annotation makes the balancer end TLS or put a PROXY header before the stream. AWS ends TLS on the ports of
 * `ssl-ports` (without it on all), where there is a certificate (Kubernetes, cloud-provider-aws pkg/providers/v1/aws.go).
 */
function changesBytes(
  key: string,
  value: string,
  all: Readonly<Record<string, string>>,
  ports: ReadonlySet<string>,
): boolean {
  if (proxyProtocol.test(key)) return value !== "" && value !== "false";
  if (/backend-protocol|lb-protocol/iu.test(key)) return !["tcp", "tcp_udp", ""].includes(value.toLowerCase());
  if (!/ssl-cert$|-certificate|tls-secret|tls-ports$/iu.test(key)) return false;
  const only = /tls-ports$/iu.test(key)
    ? value
    : Object.entries(all).find(([other]) => other.endsWith("ssl-ports"))?.[1];
  return only === undefined || only === "*" || only.split(",").some((port) => ports.has(port.trim()));
}

/** What the Services agree on, and the names of what they do not. */
export function agreedSettings(settings: readonly BalancerSettings[]): {
  readonly annotations: Readonly<Record<string, string>>;
  readonly fields: JsonObject;
  readonly differing: readonly string[];
} {
  const annotations = agreed(settings.map((each) => each.annotations));
  const fields = agreed(settings.map((each) => each.fields));
  return {
    annotations: Object.fromEntries(
      Object.entries(annotations.same).filter((each): each is [string, string] => typeof each[1] === "string"),
    ),
    fields: fields.same,
    differing: [...annotations.differing.map((key) => `annotation ${key}`), ...fields.differing],
  };
}

/** What one has and another lacks differs too: ranges that are closed for the one's importers would be closed for the other's. */
function agreed(maps: readonly JsonObject[]): { readonly same: JsonObject; readonly differing: readonly string[] } {
  const values = new Map<string, Map<string, Json>>();
  for (const key of sortedUnique(maps.flatMap((map) => Object.keys(map)))) {
    const said = maps.map((map): [string, Json] => [canonicalJson(map[key] ?? null), map[key] ?? null]);
    values.set(key, new Map(said));
  }
  const sorted = sortedBy(values, ([key]) => key);
  return {
    same: Object.fromEntries(
      sorted.flatMap(([key, each]): [string, Json][] =>
        each.size === 1 ? [[key, [...each.values()][0] ?? null]] : [],
      ),
    ),
    differing: sorted.filter(([, each]) => each.size > 1).map(([key]) => key),
  };
}

/** The annotations of an object of ours that a balancer reads: federation's Services go in the end, and the gateway keeps its own. */
export function keptAnnotations(annotations: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(isJsonObject(annotations) ? annotations : {}).filter(
      (each): each is [string, string] =>
        typeof each[1] === "string" && balancerAnnotation.test(each[0]) && !written.test(each[0]),
    ),
  );
}
