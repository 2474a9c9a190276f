// The endpoints of a service as a proxy gets them, and the names that it accepts of servers. Knows nothing of what lies behind an endpoint.
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import type { ImportedService } from "../federation/federation.ts";
import { shapesBehind, shapesSelected } from "../federation/find-runners.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import type { Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { ClientTls } from "./client-tls.ts";
import { labelKey } from "./cluster-state.ts";
import { type IstiodView, type KnownPort, type KnownService, servicesNamed } from "./known-services.ts";
import { networkGateways } from "./network-gateways.ts";
import type { Derived } from "./world.ts";

/** An endpoint that a proxy can dial. */
export type Endpoint =
  | {
      readonly to: "pod";
      readonly shape: PodShape;
      readonly port: number;
      /** Whether the pod takes mTLS there. */
      readonly takesMtls: boolean;
      /** Whether the client speaks it. */
      readonly mtls: boolean;
    }
  /** A gateway of another network, by the WorkloadEntry that lies behind it. */
  | {
      readonly to: "gateway";
      readonly gateway: ObjectRef;
      readonly address: string;
      readonly port: number;
      readonly entry: ObjectRef;
    }
  /** Federation's egress gateway. */
  | { readonly to: "egress"; readonly imported: ImportedService }
  /** An address that somebody has stated. */
  | {
      readonly to: "address";
      readonly address: string;
      readonly port: number;
      readonly entry: ObjectRef;
      readonly mtls: boolean;
    };

/** An endpoint that this proxy is not given, and why. */
export interface LeftOut {
  readonly at: ObjectRef;
  readonly why: "proxy-without-network" | "no-gateway-address" | "no-mtls";
}

export interface EndpointSet {
  readonly endpoints: readonly Endpoint[];
  readonly leftOut: readonly LeftOut[];
  /** SPIFFE identities that the proxy accepts; empty: any. */
  readonly names: readonly string[];
}

/**
 * The endpoints of the service at a port. istiod keeps them by host and namespace: those of every service of this host in this
 * namespace count together, and so do the names (Istio 1.20, endpointshards.go and push_context.go, initServiceAccounts;
 * docs/facts.md, import.own-namespace, import.join-names-first).
 */
export function endpointsOf(
  view: IstiodView,
  service: KnownService,
  port: number,
  network: string | null,
  tls: ClientTls | null = null,
): EndpointSet {
  const rule = tls === null ? "" : `${refKey(tls.rule)} ${port}`;
  return view.kept(`endpoints ${port} ${network ?? ""} ${rule}`, service, null, () =>
    findEndpoints(view, service, { port, network, tls }),
  );
}

interface Asked {
  readonly port: number;
  readonly network: string | null;
  /** What the client's own rule says of TLS. */
  readonly tls: ClientTls | null;
}

function findEndpoints(view: IstiodView, service: KnownService, { port, network, tls }: Asked): EndpointSet {
  const { host, namespace } = service;
  const together = servicesNamed(view, host).filter((each) => each.namespace === namespace);
  const endpoints: Endpoint[] = [];
  const leftOut: LeftOut[] = [];
  const names = together.flatMap((each) => each.names);
  for (const each of together) {
    const at = each.ports.find(({ number }) => number === port);
    if (!at) continue;
    for (const shape of podsOf(view, each)) {
      const number = targetOf(at, shape);
      if (number === null) continue;
      const takes = takesMtls(view, shape, number);
      endpoints.push({ to: "pod", shape, port: number, takesMtls: takes, mtls: tls?.mutual ?? takes });
      names.push(identityOf(view.mesh.trustDomain, shape));
    }
    for (const entry of workloadEntriesOf(view, each)) {
      const number = portOfEntry(entry, at, each);
      if (number === null) continue;
      const account = textAt(entry.object.body, "/spec/serviceAccount");
      if (account !== "") names.push(spiffe(view.mesh.trustDomain, namespace, account));
      addEntry({ view, entry, port: number, network, tls }, endpoints, leftOut);
    }
  }
  for (const imported of importsOf(view, service, port)) endpoints.push({ to: "egress", imported });
  const known = withAliases(names, view.mesh.trustDomainAliases);
  return { endpoints, leftOut, names: sortedUnique(tls?.mutual === true && tls.names !== null ? tls.names : known) };
}

/** Each name counts under the mesh's trust domain aliases too (Istio 1.20, pkg/spiffe, ExpandWithTrustDomains; seen in the lab's calibration). */
function withAliases(names: readonly string[], aliases: readonly string[]): readonly string[] {
  if (aliases.length === 0) return names;
  return names.flatMap((name) => {
    const path = /^spiffe:\/\/[^/]+(?<path>\/.*)$/u.exec(name)?.groups?.["path"];
    return path === undefined ? [name] : [name, ...aliases.map((domain) => `spiffe://${domain}${path}`)];
  });
}

/** The pods behind a Service, or those that an entry selects. */
function podsOf(view: IstiodView, { service, entry, namespace }: KnownService): readonly PodShape[] {
  const pods = view.derived.podsOf(view.mesh);
  if (service) return shapesBehind(pods, service);
  const labels = entry?.view.spec.workloadSelector?.labels;
  if (!labels) return entry ? podsAt(entry, pods.pods) : [];
  return selectedPods(view.derived, pods, namespace, labels);
}

/** The pods of a namespace that a selector finds, looked for once while what follows from the objects is the same. */
export function selectedPods(
  { kept }: Pick<Derived, "kept">,
  pods: PodIndex,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): readonly PodShape[] {
  return kept(`selected in ${namespace}`, selector, pods, () => shapesSelected(pods, namespace, selector));
}

/** The pods at the addresses that an entry states; mTLS and account of an endpoint are theirs (export.fixed-addresses). */
function podsAt(
  { ref, object }: Typed<"ServiceEntry.networking.istio.io">,
  pods: readonly PodShape[],
): readonly PodShape[] {
  const stated = valueAt(object.body, "/spec/endpoints");
  const addresses = (Array.isArray(stated) ? (stated as readonly Json[]) : []).map((each) => textAt(each, "/address"));
  return pods.filter(
    ({ namespace, addresses: own }) => namespace === ref.namespace && own.some((each) => addresses.includes(each)),
  );
}

/** The pod's port; null: it has none by this name (Kubernetes, EndpointSlice controller, FindPort). */
function targetOf({ number, target }: KnownPort, { spec }: PodShape): number | null {
  if (target === null || target === "" || target === 0) return number;
  if (typeof target === "number") return target;
  const named = spec.containers.flatMap(({ ports }) => ports).find(({ name }) => name === target);
  return named?.containerPort ?? null;
}

function takesMtls(view: IstiodView, shape: PodShape, port: number): boolean {
  return shape.sidecar && !view.plainAt(shape.namespace, shape.labels, port);
}

/** An identity as Istio writes it. */
export function spiffe(trustDomain: string, namespace: string, account: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${account}`;
}

export function identityOf(trustDomain: string, { namespace, serviceAccount }: PodShape): string {
  return spiffe(trustDomain, namespace, serviceAccount);
}

type WorkloadEntry = Typed<"WorkloadEntry.networking.istio.io">;

/** The WorkloadEntries of the namespace that a Service or an entry selects (import.join-local). */
function workloadEntriesOf(view: IstiodView, { service, entry, namespace }: KnownService): readonly WorkloadEntry[] {
  const labels = service ? service.view.spec.selector : (entry?.view.spec.workloadSelector?.labels ?? {});
  const pairs = Object.entries(labels);
  if (service && service.view.spec.clusterIP === "None") return [];
  let fewest: readonly WorkloadEntry[] | null = null;
  for (const [label, value] of pairs) {
    const found = view.state.workloadsByLabel.get(labelKey(namespace, label, value)) ?? [];
    if (fewest === null || found.length < fewest.length) fewest = found;
  }
  return (fewest ?? []).filter(({ view: { metadata } }) => matchesPairs(labels, metadata.labels));
}

/** A named target port needs the entry's own `ports` (import.join-local); null: the entry is no endpoint of the port. */
function portOfEntry({ object }: WorkloadEntry, port: KnownPort, { service }: KnownService): number | null {
  const own = valueAt(object.body, "/spec/ports");
  const name = service && typeof port.target === "string" && port.target !== "" ? port.target : port.name;
  const mapped = typeof own === "object" && own !== null && !Array.isArray(own) && Object.hasOwn(own, name);
  const value = mapped ? (own as Readonly<Record<string, Json>>)[name] : undefined;
  if (typeof value === "number") return value;
  if (service && typeof port.target === "string" && port.target !== "") return null;
  return typeof port.target === "number" && port.target > 0 ? port.target : port.number;
}

interface EntryAt {
  readonly view: IstiodView;
  readonly entry: WorkloadEntry;
  readonly port: number;
  readonly network: string | null;
  readonly tls: ClientTls | null;
}

/**
 * An endpoint of another network becomes that network's gateways, one endpoint for each address (import.gateway-addresses-share);
 * without mTLS it is left out. To a proxy without a network of its own every network is its own: an endpoint without address is
 * none for it (Istio 1.20, ep_filters.go, EndpointsByNetworkFilter, and Proxy.InNetwork).
 */
function addEntry({ view, entry, port, network, tls }: EntryAt, endpoints: Endpoint[], leftOut: LeftOut[]): void {
  const { ref, object } = entry;
  const theirs = entry.view.spec.network;
  const address = textAt(object.body, "/spec/address");
  const gateways = theirs === "" ? [] : networkGateways(view, theirs);
  const mtls = tls?.mutual ?? entryTakesMtls(view, entry, port);
  const isOwn = theirs === "" || network === null || theirs === network;
  if (isOwn || gateways.length === 0) {
    if (address !== "") endpoints.push({ to: "address", address, port, entry: ref, mtls });
    else leftOut.push({ at: ref, why: network === null ? "proxy-without-network" : "no-gateway-address" });
    return;
  }
  if (!mtls) leftOut.push({ at: tls?.rule ?? ref, why: "no-mtls" });
  else
    for (const { gateway, address: at, port: number } of gateways)
      endpoints.push({ to: "gateway", gateway, address: at, port: number, entry: ref });
}

/** By its label, and by the PeerAuthentications that mean it (import.tls-mode-label, import.join-plain-text). */
function entryTakesMtls(view: IstiodView, { ref, view: { metadata } }: WorkloadEntry, port: number): boolean {
  if (metadata.labels["security.istio.io/tlsMode"] !== "istio") return false;
  return !view.plainAt(ref.namespace ?? "", metadata.labels, port);
}

/** What federation has at this place: beside a Service of its own mesh too, by port name (import.join-federation-endpoints). */
function importsOf(
  view: IstiodView,
  { host, namespace, service }: KnownService,
  port: number,
): readonly ImportedService[] {
  const { derived } = view;
  const name = service?.view.spec.ports.find((each) => each.port === port)?.name;
  return (derived.importsOf(view.mesh.id).get(host) ?? []).filter((imported) => {
    if (imported.homeNamespace !== namespace) return false;
    const ports = derived.exportsOf(imported).flatMap((each) => each.ports);
    return ports.some((each) => (service ? each.name === name : each.number === port));
  });
}

function textAt(body: Json, path: string): string {
  const value = valueAt(body, path);
  return typeof value === "string" ? value : "";
}

/** One text per endpoint, to tell them apart and to sort them. */
export function endpointKey(endpoint: Endpoint): string {
  switch (endpoint.to) {
    case "pod":
      return `pod|${refKey(endpoint.shape.workload)}|${endpoint.shape.serviceAccount}|${endpoint.port}`;
    case "gateway":
      return `gateway|${endpoint.address}|${endpoint.port}|${refKey(endpoint.entry)}`;
    case "egress":
      return `egress|${endpoint.imported.link}|${endpoint.imported.exportedHost}`;
    case "address":
      return `address|${endpoint.address}|${endpoint.port}|${refKey(endpoint.entry)}`;
  }
}

/** Pods of one workload and account do not differ: each kind of endpoint once. */
export function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  if (endpoints.length < 2) return endpoints;
  return sortedBy(new Map(endpoints.map((each) => [endpointKey(each), each])).values(), endpointKey);
}
