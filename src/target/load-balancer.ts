// What of a federation ingress Service's load balancer the new gateway can have too, and what it cannot.
import { sortedBy, sortedUnique } from "../core/order.ts";
import { ingressService } from "../federation/gateways.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";

export interface BalancerSettings {
  /** Annotations that cloud providers read, as the new Service gets them. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Settings that the new Service would not have, as a person reads them; sorted. */
  readonly left: readonly string[];
}

/** Cloud providers read annotations of their own domains for internal balancers and the like. */
const balancerAnnotation = /load-?balancer|metallb|\.elb\.|ingress\.ibm/u;

/** What a balancer's controller writes there itself. */
const written = /ip-allocated-from-pool$/u;

/**
 * Those that name one address or one balancer, which two Services cannot share while both exist, and those that let the
 * balancer end TLS, which a passthrough gateway does not survive.
 */
const notCarried =
  /eip-allocation|load-?balancer-?ip(?:s|-addresses)?$|load-?balancer-ipv[46]|load-balancer-(?:name|id)$|private-ipv4|public-ip|pip-name|static-ip|ssl-|tls-|backend-protocol|-certificate/iu;

/** What a load balancer's Service asks for beside its ports. */
export function balancerSettings({ view }: Typed<"Service">): BalancerSettings {
  const { spec, metadata } = view;
  const left: string[] = [];
  if (spec.type !== "LoadBalancer") left.push(`type ${spec.type || "ClusterIP"}`);
  if (spec.loadBalancerIP !== "") left.push("loadBalancerIP");
  if (spec.loadBalancerClass !== "") left.push("loadBalancerClass");
  if (spec.loadBalancerSourceRanges.length > 0) left.push("loadBalancerSourceRanges");
  if (spec.externalIPs.length > 0) left.push("externalIPs");
  const balancer = Object.entries(metadata.annotations).filter(
    ([key]) => balancerAnnotation.test(key) && !written.test(key),
  );
  const bound = balancer.filter(([key]) => notCarried.test(key)).map(([key]) => `annotation ${key}`);
  const annotations = balancer.filter(([key]) => !notCarried.test(key));
  return {
    annotations: Object.fromEntries(sortedBy(annotations, ([key]) => key)),
    left: [...left, ...sortedUnique(bound)],
  };
}

/**
 * The annotations of a mesh's new gateway: those of the federation ingress Services that its peers use; where two say
 * different things, neither. A gateway that is there already keeps its own: federation's Services go in the end.
 */
export function gatewayAnnotations(
  cluster: Cluster,
  mesh: Mesh,
  existing: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(existing).filter(([key]) => balancerAnnotation.test(key) && !written.test(key));
  const values = new Map<string, Set<string>>();
  for (const peer of mesh.peers) {
    const service = ingressService(cluster, mesh, peer);
    for (const [key, value] of Object.entries(service ? balancerSettings(service).annotations : {}))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  const agreed = [...values].flatMap(([key, each]): [string, string][] =>
    each.size === 1 ? [[key, [...each].join("")]] : [],
  );
  return Object.fromEntries(sortedBy(new Map([...kept, ...agreed]), ([key]) => key));
}

/** Annotations that the federation ingress Services of a mesh disagree on; sorted. */
export function contradictingAnnotations(cluster: Cluster, mesh: Mesh): string[] {
  const agreed = gatewayAnnotations(cluster, mesh, {});
  return sortedUnique(
    mesh.peers.flatMap((peer) => {
      const service = ingressService(cluster, mesh, peer);
      return Object.keys(service ? balancerSettings(service).annotations : {}).filter(
        (key) => !Object.hasOwn(agreed, key),
      );
    }),
  );
}
