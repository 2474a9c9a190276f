// Real requests from a pod, through its proxy, and the proof that they were made on fresh connections: Envoy counts them.
import { randomBytes } from "node:crypto";
import { notChecked, type Outcome, outcomeOf } from "../../dataplane/outcome.ts";
import type { Host } from "../../core/ids.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import { askProxy } from "../proxy/ask-proxy.ts";
import { clustersPath, type Connections, connectionsTo } from "../proxy/read-activity.ts";
import type { Asker } from "./find-program.ts";
import { readAnswers, type Told } from "./read-answers.ts";
import { requestCommand, type Target, usualLimits } from "./scripts.ts";

export interface Request extends Target {
  readonly host: Host;
}

/** Requests at once, tried in this order until one of them needed a new connection. */
const bursts = [3, 12, 32] as const;

/**
 * A proxy keeps connections to servers and uses them again, and a kept one proves nothing about the path (docs/facts.md,
 * shift.fresh-connections). So its own counter of connections is read before and after: more requests at once than it has
 * idle connections make it open another. One that fails shows in a counter alone: Envoy tries the request again, and may then
 * find a kept connection (seen: 3 of 3 answered by a host that was not exposed any more). TCP is never shared.
 */
export async function sendRequests(
  client: ClusterClient,
  asker: Asker,
  request: Request,
  signal: AbortSignal,
): Promise<Outcome> {
  const ask = askProxy(client, asker.pod.ref, signal);
  const connections = async (): Promise<Connections> => connectionsTo(await ask(clustersPath), request);
  let answers: readonly Told[] = [];
  for (const times of request.speaks === "tcp" ? bursts.slice(0, 1) : bursts) {
    const before = request.speaks === "tcp" ? null : await connections();
    const told = await burst(client, asker, request, times, signal);
    if (told === null)
      return notChecked(`${asker.programs.join(" and ")} in its container cannot speak ${request.speaks}`);
    answers = [...answers, ...told];
    // What fails has its answer, on whichever connection.
    if (before === null || told.some(({ good }) => !good)) return outcomeOfAnswers(answers);
    const after = await connections();
    const failed = after.failed - before.failed;
    if (failed > 0) return hiddenBy(failed, answers.length);
    if (after.begun > before.begun) return outcomeOfAnswers(answers);
  }
  return notChecked(`${answers.length} requests were answered, all of them over connections that its proxy had kept`);
}

/** Every request was answered in the end: the proxy tried again, and used a connection that it had kept. */
function hiddenBy(failed: number, sent: number): Outcome {
  const said = `its proxy could not open ${failed} new connection${failed === 1 ? "" : "s"}, and answered over kept ones`;
  return outcomeOf(Math.max(0, sent - failed), sent, said);
}

function outcomeOfAnswers(answers: readonly Told[]): Outcome {
  const said = answers.find(({ good }) => !good)?.said ?? "";
  return outcomeOf(answers.filter(({ good }) => good).length, answers.length, said);
}

/** null: none of the container's programs can. */
async function burst(
  client: ClusterClient,
  { pod, container, programs }: Asker,
  request: Request,
  times: number,
  signal: AbortSignal,
): Promise<readonly Told[] | null> {
  const mark = randomBytes(8).toString("hex");
  for (const program of programs) {
    const command = requestCommand(program, request, times, mark, usualLimits);
    if (command === null) continue;
    const timeoutMs = usualLimits.answerMs + usualLimits.heldMs + 10_000;
    const { stdout, stderr, exitCode } = await client.exec(pod.ref, container, command, { timeoutMs, signal });
    const told = readAnswers(stdout, mark, request);
    const missing = times - told.length;
    if (missing <= 0) return told;
    const why = stderr.trim().split("\n").at(-1) ?? "";
    const said = `${program} ended without an answer (exit code ${exitCode})${why === "" ? "" : `: ${why}`}`;
    return [...told, ...Array.from({ length: missing }, () => ({ good: false, said }))];
  }
  return null;
}
