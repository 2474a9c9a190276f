// What a load client does, as the program in the pod reads it; and the usual set of them for one host.

export type LoadKind =
  /** HTTP, a connection for each request. */
  | "http-new"
  /** HTTP over connections that are kept. */
  | "http-kept"
  /** HTTP requests that are answered after 20 s, a connection for each. */
  | "http-slow"
  /** A line sent and its echo read over a connection of its own. */
  | "tcp";

export interface LoadClient {
  readonly name: string;
  readonly kind: LoadKind;
  readonly host: string;
  readonly port: number;
  /** What HTTP asks for; "" for TCP. */
  readonly path: string;
  readonly perSecond: number;
  /**
   * "istio" leaves Istio's default retry policy (two attempts more, by the client's sidecar) as it is; "off" takes it away by a
   * route of its own (load-objects.ts). TCP is never retried.
   */
  readonly retries: "istio" | "off";
}

/** The rate of every client of a test. */
export const fullRate = 25;

/** New and kept connections to one HTTP host, each with Istio's retries and without. */
export function httpClients(label: string, host: string, port: number, path = "/headers"): readonly LoadClient[] {
  return (["http-new", "http-kept"] as const).flatMap((kind) =>
    (["istio", "off"] as const).map((retries) => ({
      name: `${label} ${kind}${retries === "off" ? " without retries" : ""}`,
      kind,
      host,
      port,
      path,
      perSecond: fullRate,
      retries,
    })),
  );
}

/** Short exchanges over TCP. */
export function tcpClient(label: string, host: string, port: number): LoadClient {
  return { name: `${label} tcp`, kind: "tcp", host, port, path: "", perSecond: fullRate, retries: "istio" };
}

/** Requests that take so long that they outlive what happens to gateways meanwhile. */
export function slowClients(label: string, host: string, port: number, seconds = 20): readonly LoadClient[] {
  return (["istio", "off"] as const).map((retries) => ({
    name: `${label} http-slow${retries === "off" ? " without retries" : ""}`,
    kind: "http-slow" as const,
    host,
    port,
    path: `/delay/${seconds}`,
    perSecond: fullRate,
    retries,
  }));
}
