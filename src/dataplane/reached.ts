// What becomes of a client's requests to a host as far as configuration decides it: each way that a request can take, hop by hop, and where it ends.
import type { Json } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";

/** Why a request does not arrive. Names of causes, not of symptoms: a probe sees 503, 403 or a reset. */
export type ReasonCode =
  /** No service of this host is visible to the client, or none has the port. */
  | "no-service"
  /** The service that the client is told of has no endpoint, or none that its proxy can use. */
  | "no-endpoint"
  /** The client's proxy has no network of its own, so an endpoint without address is none for it. */
  | "proxy-without-network"
  /** No gateway is known for the endpoint's network, or it names no address. */
  | "no-gateway-address"
  /** Nothing that is modelled answers at the address. */
  | "no-gateway"
  /** The gateway passes no connection on under this name. */
  | "not-exposed"
  /** Two services of one host are visible to the gateway. */
  | "exposed-twice"
  /** An endpoint that takes no mTLS: no sidecar, switched off, or not said to. */
  | "no-mtls"
  | "client-refuses-root"
  | "server-refuses-root"
  /** The server's identity is not among the names that the client accepts. */
  | "name-refused"
  | "policy-denies"
  /** Federation's way is not whole: a peer, a set or a gateway is missing. */
  | "federation-broken"
  /** istiod's peer worker is stuck: some requests fail, and nobody can say which. */
  | "federation-stuck"
  /** istiod hands out no configuration, so a proxy that starts now has none. */
  | "no-configuration";

export const reasonCodes = [
  "no-service",
  "no-endpoint",
  "proxy-without-network",
  "no-gateway-address",
  "no-gateway",
  "not-exposed",
  "exposed-twice",
  "no-mtls",
  "client-refuses-root",
  "server-refuses-root",
  "name-refused",
  "policy-denies",
  "federation-broken",
  "federation-stuck",
  "no-configuration",
] as const satisfies readonly ReasonCode[];

export interface Reason {
  readonly code: ReasonCode;
  /** The object that a person looks at first; null: there is none, which is the trouble. */
  readonly at: ObjectRef | null;
  /** What was found, as values of the code's text. */
  readonly params: Readonly<Record<string, Json>>;
}

/** One station of a way, in the order of a request. */
export interface Hop {
  readonly at: ObjectRef;
  /** What happens there, as a clause: "ends the connection and opens a new one as …". */
  readonly what: string;
}

export type Path = "federation" | "east-west" | "local";

/** One way that requests can take: an endpoint of the client's, to its end. */
export interface Way {
  readonly path: Path;
  readonly hops: readonly Hop[];
  /** Workloads besides the last hop's at which requests that take this way can end as well; left out where there are none. */
  readonly others?: readonly ObjectRef[];
  /** null: it arrives. */
  readonly reason: Reason | null;
  /** The identity that the server sees, "DOMAIN/ns/NAMESPACE/sa/ACCOUNT"; null: none, or it does not arrive. */
  readonly seenAs: string | null;
}

export interface Reached {
  readonly state: "ok" | "degraded" | "broken";
  /** Of the ways that arrive; "none" where none does. */
  readonly path: Path | "mixed" | "none";
  readonly good: number;
  readonly of: number;
  /** Who the server sees, of the ways that arrive; sorted, each once. */
  readonly seenAs: readonly string[];
  /** Of the ways that do not arrive, each once. */
  readonly reasons: readonly Reason[];
}
