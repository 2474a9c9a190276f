// A byte stream to a port of a pod, over a WebSocket.
import { Duplex } from "node:stream";
import { ApiFailure } from "./api-failure.ts";
import type { ApiServer } from "./api-server.ts";
import { openPodSocket } from "./pod-socket.ts";

/** Channel 0 carries data, 1 errors; the first message of each is the port's number, two bytes. */
const channels = { data: 0, error: 1 } as const;

export async function portForward(server: ApiServer, path: string, port: number): Promise<Duplex> {
  const request = `GET ${path}`;
  const end = new AbortController();
  const named = new Set<number>();
  let said = "";
  const stream: Duplex = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      socket.send(new Uint8Array([channels.data, ...chunk]));
      callback();
    },
    // The protocol cannot close one direction: the other side is still heard until it ends.
    final: (callback) => callback(),
    destroy(error, callback) {
      end.abort();
      callback(error);
    },
  });
  const socket = await openPodSocket(server, {
    path,
    query: { ports: String(port) },
    protocols: ["v4.channel.k8s.io"],
    signal: end.signal,
    onMessage(channel, data) {
      const rest = named.has(channel) ? data : data.subarray(2);
      named.add(channel);
      if (rest.length === 0) return;
      if (channel === channels.data) stream.push(rest);
      else said += rest.toString("utf8");
    },
    onEnd(failure) {
      if (said === "" && failure === null) stream.push(null);
      else if (!stream.destroyed)
        stream.destroy(
          said === "" ? (failure ?? undefined) : new ApiFailure({ reason: "unreachable", request, message: said }),
        );
    },
  });
  return stream;
}
