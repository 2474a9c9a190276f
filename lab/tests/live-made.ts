// A test's own namespaces in a cluster of the shared lab, with what the plan of live-run-plan.ts changes, and that plan.
import { randomBytes, randomInt } from "node:crypto";
import { onTestFinished } from "vitest";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { east, type LiveResult, type LiveRun } from "./live-run.ts";
import { livePlan, makeTheirs, planFolder, type World } from "./live-run-plan.ts";
import { liveClient } from "./live-world.ts";
import { type SharedCluster, sharedCluster } from "./shared-cluster.ts";

export interface Made {
  readonly shared: SharedCluster;
  readonly client: ClusterClient;
  readonly world: World;
  readonly plan: Plan;
}

export async function made(): Promise<Made> {
  const shared = await sharedCluster("east");
  const client = await liveClient(shared);
  const id = randomBytes(4).toString("hex");
  const nodePort = randomInt(30_000, 32_768);
  const world: World = { cluster: east, theirs: `theirs-${id}`, ours: `ours-${id}`, nodePort };
  for (const name of [world.theirs, world.ours])
    onTestFinished(async () => void (await shared.api.delete({ apiVersion: "v1", kind: "Namespace", name })));
  await makeTheirs(shared.api, world);
  return { shared, client, world, plan: livePlan(world) };
}

/** Its run, in a plan folder of its own. */
export const runOf = ({ plan, shared }: Made, kubeconfig = shared.cluster.kubeconfig): LiveRun => ({
  folder: planFolder(),
  plan,
  cluster: east,
  kubeconfig,
});

/** The plan with another time limit for each step. */
export const withTimeouts = (plan: Plan, timeoutMs: number): Plan => ({
  ...plan,
  phases: plan.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => ({ ...step, timeoutMs })) })),
});

/** What stopped steps. */
export function troubles({ told }: Pick<LiveResult, "told">) {
  return told.flatMap((event) =>
    event.type === "step-ended" && event.result.state === "stopped" ? [event.result.trouble] : [],
  );
}
