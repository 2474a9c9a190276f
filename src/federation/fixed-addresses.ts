// The addresses of Services that select no pods: what somebody has written into their EndpointSlices, and the pods that have these addresses.
import { groupBy, sortedBy } from "../core/order.ts";
import { type Cluster, coverageOf } from "../inventory/cluster.ts";

/** What has to be known of a pod to find it at an address. */
export interface Addressed {
  readonly namespace: string;
  /** The pod's own name; null for what is no pod. */
  readonly pod: string | null;
  readonly addresses: readonly string[];
}

export interface FixedAddress<S> {
  readonly address: string;
  /** By port name. */
  readonly ports: ReadonlyMap<string, number>;
  /** The pods at this address; none: it lies outside the mesh. */
  readonly pods: readonly S[];
}

/** A question for the addresses of a Service, sorted; null: nothing that would say them was supplied. */
export type FixedAddresses<S> = (namespace: string, service: string) => readonly FixedAddress<S>[] | null;

interface Place {
  readonly namespace: string;
  readonly service: string;
  readonly address: string;
  readonly ports: readonly { readonly name: string; readonly port: number | null }[];
  /** The pod that the endpoint names. */
  readonly pod: string | null;
}

const serviceLabel = "kubernetes.io/service-name";

/**
 * The pods of an endpoint are the one that it names, else those of its namespace that have its address (Istio 1.20,
 * pilot/pkg/serviceregistry/kube/controller/controller.go, getPod). FQDN slices are left out as istiod leaves them out, and
 * endpoints that are not ready too: an entry with fixed addresses knows no readiness.
 */
export function fixedAddresses<S extends Addressed>(cluster: Cluster, pods: readonly S[]): FixedAddresses<S> {
  const sliced = isSupplied(cluster, "EndpointSlice.discovery.k8s.io");
  if (!sliced && !isSupplied(cluster, "Endpoints")) return () => null;
  const places = groupBy(
    sliced ? ofSlices(cluster) : ofEndpoints(cluster),
    ({ namespace, service }) => `${namespace}/${service}`,
  );
  const byAddress = groupBy(
    pods.flatMap((shape) => shape.addresses.map((address) => ({ shape, at: `${shape.namespace}|${address}` }))),
    ({ at }) => at,
  );
  const byName = groupBy(pods, ({ namespace, pod }) => `${namespace}|${pod ?? ""}`);
  const podsAt = ({ namespace, address, pod }: Place): readonly S[] =>
    pod === null
      ? (byAddress.get(`${namespace}|${address}`) ?? []).map(({ shape }) => shape)
      : (byName.get(`${namespace}|${pod}`) ?? []);
  return (namespace, service) => {
    const ofService = groupBy(places.get(`${namespace}/${service}`) ?? [], ({ address }) => address);
    const found = [...ofService].map(([address, group]) => ({
      address,
      ports: new Map(
        group.flatMap(({ ports }) => ports.flatMap(({ name, port }) => (port === null ? [] : [[name, port]]))),
      ),
      pods: [...new Set(group.flatMap(podsAt))],
    }));
    return sortedBy(found, ({ address }) => address);
  };
}

function isSupplied(cluster: Cluster, kind: string): boolean {
  return !["not-supplied", "forbidden"].includes(coverageOf(cluster, kind));
}

function ofSlices(cluster: Cluster): Place[] {
  return cluster.typed["EndpointSlice.discovery.k8s.io"]
    .filter(({ view }) => view.addressType !== "FQDN")
    .flatMap(({ ref, view }) =>
      view.endpoints
        .filter(({ conditions }) => conditions.ready !== false)
        .flatMap(({ addresses, targetRef }) =>
          addresses.map((address) => ({
            namespace: ref.namespace ?? "",
            service: view.metadata.labels[serviceLabel] ?? "",
            address,
            ports: view.ports,
            pod: podOf(targetRef),
          })),
        ),
    );
}

function ofEndpoints(cluster: Cluster): Place[] {
  return cluster.typed.Endpoints.flatMap(({ ref, view }) =>
    view.subsets.flatMap(({ addresses, ports }) =>
      addresses.map(({ ip, targetRef }) => ({
        namespace: ref.namespace ?? "",
        service: ref.name,
        address: ip,
        ports,
        pod: podOf(targetRef),
      })),
    ),
  );
}

function podOf(target: { readonly kind: string; readonly name: string } | null): string | null {
  return target?.kind === "Pod" ? target.name : null;
}
