// What the judge is told of the world, whoever looks: the rehearsed world or live clusters. Knows neither.
import type { Hash } from "../core/hash.ts";
import type { ClusterId, Host } from "../core/ids.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import type { Outcome } from "../dataplane/outcome.ts";
import type { Pair } from "../dataplane/pair.ts";

/** Nobody could look, and why; never the same as "not there". */
export interface Unseen {
  readonly unseen: string;
  /** Looking again does not help: the server lets nobody in. */
  readonly shutOut?: true;
}

export type Seen<T> = T | Unseen;

/** The proxy of one pod. */
export interface ProxyView {
  /** The pod's name. */
  readonly pod: string;
  /** The control plane that injected it, and its own network; "" where it has none. */
  readonly revision: string;
  readonly network: string;
  /** The roots that it verifies others with, whatever the trust domain; sorted. */
  readonly roots: readonly Hash[];
  /** Of its own certificate, RFC 3339; null: it has none. */
  readonly certificate: { readonly validFrom: string; readonly validTo: string } | null;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly healthy: boolean;
}

/** What a proxy holds for one host and port. */
export interface HostView {
  readonly endpoints: readonly Endpoint[];
  /** The names that it accepts of servers; empty: any. Sorted. */
  readonly names: readonly string[];
}

/** What one pod's proxy holds for a host and port; null: it does not know the host. */
export interface HostAtPod {
  readonly pod: string;
  readonly view: HostView | null;
}

/** What a gateway's Envoy passes on at the east-west port. */
export interface ExposureView {
  readonly pod: string;
  readonly snis: ReadonlyMap<string, ExposedName>;
  /** Configuration that Envoy has refused and holds no other version of: what, and why. */
  readonly rejected: readonly { readonly resource: string; readonly why: string }[];
}

export interface ExposedName {
  readonly chains: number;
  /** Of the cluster behind the chain; null: there is no such cluster. */
  readonly healthy: number | null;
}

/** Who answers behind a gateway under a name: the server's SPIFFE identity, or what came instead. */
export type Answerer = { readonly identity: string } | { readonly refused: string };

export interface Idle {
  /** Connections and requests that are under way at all pods of a workload. */
  readonly active: number;
  /** How long there have been none; 0 while there are. */
  readonly forMs: number;
}

/** A connection from a client's network to an address. */
export type Opened = { readonly open: true } | { readonly open: false; readonly why: string };

export interface Facts {
  object(ref: ObjectRef): Seen<KubeObject | "absent">;
  /** The pods of a workload that are not finished. */
  pods(workload: ObjectRef): Seen<readonly KubeObject[]>;
  nodes(cluster: ClusterId): Seen<readonly Json[]>;
  /** The mesh configuration in a ConfigMap of istiod. */
  meshConfig(ref: ObjectRef): Seen<JsonObject | "absent">;
  /** One for each running pod that has a proxy. */
  proxies(workload: ObjectRef): Seen<readonly ProxyView[]>;
  hosts(workload: ObjectRef, host: Host, port: number): Seen<readonly HostAtPod[]>;
  exposure(gateway: ObjectRef): Seen<readonly ExposureView[]>;
  /** Who answers a handshake with this name at the gateway. */
  answerer(gateway: ObjectRef, sni: string): Seen<Answerer>;
  /** `fresh`: from a proxy that was started for it, or after everything that was changed. */
  reach(pair: Pair, fresh: boolean): Seen<Outcome>;
  /** From the client's network, past its proxy. */
  opened(client: ObjectRef, address: string, port: number): Seen<Opened>;
  idle(workload: ObjectRef): Seen<Idle>;
}

export function isUnseen<T>(seen: Seen<T>): seen is Unseen {
  return typeof seen === "object" && seen !== null && Object.hasOwn(seen, "unseen");
}
