// Says what the sample clients get: from services of their own mesh, and from those that it imports, with the identities seen.
import type { LabMeshes } from "./up-mesh.ts";
import type { Built } from "../build/run-build.ts";
import { clusterNamed } from "../cluster/lab-cluster.ts";
import type { Say } from "../machine/progress.ts";
import { type Answer, ask, type Client } from "./ask.ts";

export interface Question {
  /** The cluster of the client. */
  readonly cluster: string;
  readonly client: Client;
  readonly host: string;
  readonly port: number;
}

/** Each client with a sidecar to each HTTP service of its own mesh. */
export function ownQuestions({ start }: Pick<LabMeshes, "start">): readonly Question[] {
  return start.scaffold.meshes.flatMap(({ cluster, apps }) =>
    apps
      .filter(({ kind, sidecar }) => kind === "client" && sidecar)
      .flatMap(({ namespace, name }) =>
        apps
          .filter(({ kind }) => kind === "http")
          .map((app) => ({
            cluster,
            client: { namespace, name },
            host: `${app.name}.${app.namespace}.svc.cluster.local`,
            port: 8000,
          })),
      ),
  );
}

/** False when one of them got no answer of 200. */
export async function showAnswers(
  { lab }: Pick<LabMeshes, "lab">,
  built: Built,
  questions: readonly Question[],
  say: Say,
): Promise<boolean> {
  const lines = await Promise.all(
    questions.map(async ({ cluster, client, host, port }) => {
      const answer = await ask(
        { built, cluster: clusterNamed(lab, cluster), client },
        `http://${host}:${port}/headers`,
      );
      return { question: `${cluster} ${client.namespace}/${client.name} to ${host}:${port}`, answer };
    }),
  );
  for (const { question, answer } of lines) say(`lab: ${question}: ${answerText(answer)}`);
  return lines.every(({ answer }) => answer.status === 200);
}

export function answerText({ status, trouble, server, hops }: Answer): string {
  if (status === 0) return `no answer: ${trouble}`;
  if (server === "") return `${status}`;
  return `${status} from ${server}, seen: ${hops.length === 0 ? "nobody" : hops.join(" > ")}`;
}
