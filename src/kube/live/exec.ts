// Runs a program in a container of a pod: Kubernetes' remote command protocol over a WebSocket.
import { isJsonObject, type Json } from "../../core/json.ts";
import { ApiFailure } from "./api-failure.ts";
import type { ApiServer } from "./api-server.ts";
import type { ExecResult } from "./cluster-client.ts";
import { openPodSocket } from "./pod-socket.ts";

/** v5 (Kubernetes 1.29, KEP 4006) added the message that closes a stream; v4 has status objects on channel 3. */
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
export const execTimeoutMs = 30_000;
const chunkSize = 32 * 1024;

export interface ExecCall {
  /** Of the pod's exec subresource. */
  readonly path: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin?: string | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export async function exec(server: ApiServer, call: ExecCall): Promise<ExecResult> {
  const request = `GET ${call.path}`;
  const limit = AbortSignal.timeout(call.timeoutMs);
  const signal = AbortSignal.any(call.signal === undefined ? [limit] : [call.signal, limit]);
  const output: Record<number, Buffer[]> = { [channels.stdout]: [], [channels.stderr]: [] };
  let end: (failure: ApiFailure | null) => void = () => {};
  const ended = new Promise<ApiFailure | null>((resolve) => {
    end = resolve;
  });
  let status: Buffer | null = null;
  try {
    const socket = await openPodSocket(server, {
      path: call.path,
      query: {
        container: call.container,
        command: call.command,
        stdin: String(call.stdin !== undefined),
        stdout: "true",
        stderr: "true",
      },
      protocols,
      signal,
      onMessage(channel, data) {
        if (channel === channels.status) status = data;
        else output[channel]?.push(data);
      },
      onEnd: end,
    });
    if (call.stdin !== undefined) {
      if (socket.protocol === protocols[1]) {
        socket.close();
        const message = "this server cannot tell a program that its input has ended (Kubernetes 1.29 and later can)";
        throw new ApiFailure({ reason: "invalid", request, message });
      }
      const bytes = Buffer.from(call.stdin, "utf8");
      for (let at = 0; at < bytes.length; at += chunkSize)
        socket.send(new Uint8Array([channels.stdin, ...bytes.subarray(at, at + chunkSize)]));
      socket.send(new Uint8Array([channels.close, channels.stdin]));
    }
    const failure = await ended;
    if (status === null)
      throw failure ?? new ApiFailure({ reason: "unreachable", request, message: "it ended without a status" });
    return {
      stdout: textIn(output[channels.stdout]),
      stderr: textIn(output[channels.stderr]),
      exitCode: exitCodeIn(status, request),
    };
  } catch (error) {
    if (limit.aborted && call.signal?.aborted !== true) {
      const message = `${call.command[0] ?? ""} did not end within ${call.timeoutMs / 1000} s`;
      throw new ApiFailure({ reason: "unreachable", request, message });
    }
    throw error;
  }
}

function textIn(chunks: readonly Buffer[] | undefined): string {
  return Buffer.concat(chunks ?? []).toString("utf8");
}

/** A Status object: Success, or Failure with the program's exit code as a cause. */
export function exitCodeIn(status: Buffer, request: string): number {
  const said = JSON.parse(status.toString("utf8")) as Json;
  if (!isJsonObject(said)) throw new ApiFailure({ reason: "server-error", request, message: "a status that is none" });
  if (said["status"] === "Success") return 0;
  const details = said["details"];
  const causes = isJsonObject(details) ? details["causes"] : undefined;
  for (const cause of Array.isArray(causes) ? (causes as readonly Json[]) : [])
    if (isJsonObject(cause) && cause["reason"] === "ExitCode") return Number(cause["message"]);
  const message = typeof said["message"] === "string" ? said["message"] : "the program could not be started";
  throw new ApiFailure({ reason: "server-error", request, message, status: 500 });
}
