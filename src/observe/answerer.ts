// Knocks at a passthrough gateway as a client's proxy would, and says whose certificate is behind the name.
import { connect } from "node:tls";
import type { Answerer } from "../conditions/facts.ts";
import type { KubeObject } from "../core/object-ref.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";

export const knockMs = 5_000;

/** Of every pod's own port: the way there from outside is another question. */
const gatewayPort = 15443;

/**
 * A handshake with the name and Istio's protocol over a port-forward to the gateway's pod. The certificate is read, not
 * trusted: who may answer is the judge's business. Without a certificate of our own the server ends it right afterwards.
 */
export async function knock(client: ClusterClient, gateway: KubeObject, sni: string): Promise<Answerer> {
  const stream = await client.portForward(gateway.ref, gatewayPort);
  try {
    return await new Promise<Answerer>((resolve) => {
      const socket = connect({ socket: stream, servername: sni, ALPNProtocols: ["istio"], rejectUnauthorized: false });
      const end = (answer: Answerer): void => {
        resolve(answer);
        socket.destroy();
      };
      const timer = setTimeout(() => end({ refused: `no answer within ${knockMs / 1000} s` }), knockMs);
      timer.unref();
      socket.once("secureConnect", () => {
        const names = socket.getPeerCertificate().subjectaltname ?? "";
        const identity = /URI:(spiffe:\/\/[^,\s]+)/u.exec(names)?.[1];
        end(identity === undefined ? { refused: `a server without an identity (${names})` } : { identity });
      });
      socket.once("error", (error: NodeJS.ErrnoException) => end({ refused: refusal(error) }));
      stream.once("error", (error: Error) => end({ refused: refusal(error) }));
      socket.once("close", () => end({ refused: "a reset" }));
    });
  } finally {
    stream.destroy();
  }
}

/** Over a port-forward a reset shows as an end in the middle of the handshake. */
function refusal(error: NodeJS.ErrnoException): string {
  const { code = "", message } = error;
  return code === "ECONNRESET" || /reset|socket hang up|before secure/u.test(message) ? "a reset" : code || message;
}
