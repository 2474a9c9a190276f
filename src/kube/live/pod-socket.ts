// A WebSocket to a pod's exec or portforward: the upgrade, its refusal in the server's own words, messages by channel.
import { WebSocket } from "undici";
import { ApiFailure } from "./api-failure.ts";
import type { ApiServer } from "./api-server.ts";

export interface SocketCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly protocols: readonly string[];
  readonly signal: AbortSignal;
  /** A message: the first byte of its data names the channel. */
  onMessage(channel: number, data: Buffer): void;
  onEnd(failure: ApiFailure | null): void;
}

/** Once the server has switched to the WebSocket. */
export async function openPodSocket(server: ApiServer, call: SocketCall): Promise<WebSocket> {
  const request = `GET ${call.path}`;
  call.signal.throwIfAborted();
  const { url, dispatcher, headers } = await server.socketParts(call);
  const socket = new WebSocket(url, {
    protocols: [...call.protocols],
    dispatcher,
    headers: singleHeaders(headers, request),
  });
  socket.binaryType = "arraybuffer";
  let opened = false;
  const abort = () => {
    socket.close();
    if (opened) call.onEnd(new ApiFailure({ reason: "aborted", request, message: "ended before it was done" }));
  };
  call.signal.addEventListener("abort", abort, { once: true });
  socket.addEventListener("message", ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    const bytes = Buffer.from(data);
    if (bytes.length > 0) call.onMessage(bytes[0] ?? 0, bytes.subarray(1));
  });
  const done = () => call.signal.removeEventListener("abort", abort);
  const ready = await new Promise<boolean>((resolve) => {
    socket.addEventListener("open", () => {
      opened = true;
      resolve(true);
    });
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", ({ wasClean }) => {
      done();
      resolve(false);
      if (!opened) return;
      const broken = new ApiFailure({ reason: "unreachable", request, message: "the connection to the pod broke" });
      call.onEnd(wasClean ? null : broken);
    });
  });
  if (ready) return socket;
  done();
  throw await refusalOf(server, call, request);
}

/** WebSockets join the values of a header in one line, where an API server would read several groups as the name of one. */
function singleHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
  request: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const [first = "", ...more] = typeof value === "string" ? [value] : value;
      if (more.length === 0) return [name, first];
      const message = `a program in a pod cannot be asked for with several values of ${name}`;
      throw new ApiFailure({ reason: "invalid", request, message });
    }),
  );
}

/**
 * A browser's WebSocket does not say why it was not opened. The same request without the upgrade does: 400 where only the
 * upgrade is missing, otherwise what stands in the way.
 */
async function refusalOf(server: ApiServer, call: SocketCall, request: string): Promise<unknown> {
  const failed = (message: string) => new ApiFailure({ reason: "unreachable", request, message });
  if (call.signal.aborted) return new ApiFailure({ reason: "aborted", request, message: "ended before it was opened" });
  try {
    await server.json({ method: "GET", path: call.path, query: call.query, signal: call.signal });
    return failed("the server did not switch to a WebSocket");
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 400 && /upgrade/iu.test(error.message))
      return failed("the server, or a proxy before it, does not let WebSockets through");
    return error;
  }
}
