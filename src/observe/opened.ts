// Whether a client's pod can open a connection to an address, past its proxy: as its proxy itself will have to.
import type { Opened } from "../conditions/facts.ts";
import type { KubeObject } from "../core/object-ref.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { proxyContainer } from "./proxy/ask-proxy.ts";

export const openSeconds = 3;
/** Shorter, so that the last attempt has ended by then. */
const requestMs = 2_500;

/**
 * In the sidecar's container, whose connections leave the pod as those of Envoy do: NetworkPolicies and firewalls are asked,
 * the proxy is not. `pilot-agent wait` asks a URL again and again and says what came last; it is in every proxy image (Istio
 * 1.20 and 1.28, pilot/cmd/pilot-agent/app/wait.go). A gateway resets plain HTTP, which is an answer all the same.
 */
export async function tryToOpen(
  client: ClusterClient,
  pod: KubeObject,
  to: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<Opened> {
  const at = to.address.includes(":") ? `[${to.address}]` : to.address;
  const { stdout, stderr, exitCode } = await client.exec(
    pod.ref,
    proxyContainer,
    [
      "pilot-agent",
      "wait",
      "--url",
      `http://${at}:${to.port}/`,
      "--timeoutSeconds",
      String(openSeconds),
      "--requestTimeoutMillis",
      String(requestMs),
      "--periodMillis",
      "200",
    ],
    { timeoutMs: (openSeconds + 10) * 1000, signal },
  );
  return openedBy(exitCode, `${stdout}\n${stderr}`);
}

/** What Go's HTTP client says once a connection was there: a reset, an end, or an answer that is not HTTP. */
const connected =
  /connection reset by peer|\bEOF\b|malformed HTTP|server closed idle connection|HTTP status code|status code \d/u;

export function openedBy(exitCode: number, output: string): Opened {
  if (exitCode === 0 || connected.test(output)) return { open: true };
  const said =
    /Last error: (?:Get "[^"]*": )?(.+)/u.exec(output)?.[1]?.trim() ?? output.trim().split("\n").at(-1) ?? "";
  return { open: false, why: said === "" ? `no answer within ${openSeconds} s` : said };
}
