// Says what the sample clients get: from services of their own mesh, and from those that it imports, with the identities seen.
import { setTimeout as after } from "node:timers/promises";
import { scaffoldHosts } from "../../src/scaffold/hosts.ts";
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

/** Each client with a sidecar to each HTTP host that its mesh imports. */
export function importedQuestions({ start }: Pick<LabMeshes, "start">): readonly Question[] {
  const { dialled } = scaffoldHosts(start.scaffold);
  return start.scaffold.meshes.flatMap(({ name: mesh, cluster, apps }) =>
    apps
      .filter(({ kind, sidecar }) => kind === "client" && sidecar)
      .flatMap(({ namespace, name }) =>
        dialled
          .filter(({ importer, kind }) => importer === mesh && kind === "http")
          .map(({ host, port }) => ({ cluster, client: { namespace, name }, host, port })),
      ),
  );
}

const patienceMs = 60_000;

/** False when one of them got no answer of 200, although it was asked again for a while: new configuration has to arrive. */
export async function showAnswers(
  { lab }: Pick<LabMeshes, "lab">,
  built: Built,
  questions: readonly Question[],
  say: Say,
): Promise<boolean> {
  const end = Date.now() + patienceMs;
  const answers = await Promise.all(
    questions.map(async ({ cluster, client, host, port }) => {
      const from = { built, cluster: clusterNamed(lab, cluster), client };
      const url = `http://${host}:${port}/headers`;
      let answer = await ask(from, url);
      for (; answer.status !== 200 && Date.now() < end; answer = await ask(from, url)) await after(500);
      return { question: `${cluster} ${client.namespace}/${client.name} to ${host}:${port}`, answer };
    }),
  );
  for (const { question, answer } of answers) say(`lab: ${question}: ${answerText(answer)}`);
  return answers.every(({ answer }) => answer.status === 200);
}

export function answerText({ status, trouble, server, hops }: Answer): string {
  if (status === 0) return `no answer: ${trouble}`;
  if (server === "") return `${status}`;
  return `${status} from ${server}, seen: ${hops.length === 0 ? "nobody" : hops.join(" > ")}`;
}
