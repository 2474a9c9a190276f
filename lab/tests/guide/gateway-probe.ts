// Knocks at a passthrough gateway from outside, as a fresh proxy would, and says whose certificate is behind a name.
import { connect } from "node:tls";
import type { SharedService } from "./hosts.ts";

/** The SPIFFE identity of the workload behind the gateway, or the error's code where nothing answers. */
export async function behindGateway(
  address: string,
  { port, importedHost }: SharedService,
  alpn: readonly string[] = ["istio"],
  subset = "",
) {
  return new Promise<string>((resolve) => {
    const socket = connect({
      host: address,
      port: 15443,
      servername: `outbound_.${port}_.${subset}_.${importedHost}`,
      ALPNProtocols: [...alpn],
      // It is read, not trusted.
      rejectUnauthorized: false,
      timeout: 5000,
    });
    const end = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.once("secureConnect", () =>
      end(/URI:([^,]+)/.exec(socket.getPeerCertificate().subjectaltname ?? "")?.[1] ?? "no identity"),
    );
    socket.once("timeout", () => end("no answer"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
