// Where a plan stands: what its journal says of each phase, and what the clusters show of each write.
import type { ClusterId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { Phase, PhaseId, Step } from "../plan/plan.ts";
import { holderOf, leaseRef } from "./lease.ts";
import { withLists } from "./listed-objects.ts";
import { tasksOf } from "./run-step.ts";
import { touched } from "../plan/touched.ts";
import { clientFor, type RunWorld } from "./run-world.ts";
import { look } from "./task.ts";

/** What the clusters show of a step that writes. "unknown": nothing can be seen of it (a Secret, a value that is not there yet). */
export type Shown = "in-place" | "to-do" | "refused" | "unknown";

export interface StepStanding {
  readonly step: Step;
  /** What it writes. */
  readonly touches: readonly ObjectRef[];
  /** As the journal has it. */
  readonly noted: "done" | "begun" | "not-begun";
  /** null: the step writes nothing. */
  readonly shown: Shown | null;
}

export interface PhaseStanding {
  readonly phase: PhaseId;
  readonly noted: "ended" | "started" | "not-begun";
  readonly steps: readonly StepStanding[];
}

export async function survey(world: RunWorld, phases: readonly Phase[]): Promise<PhaseStanding[]> {
  const clients = new Map([...world.clients].map(([id, client]) => [id, withLists(client)]));
  const looking = { ...world, clients };
  const standings: PhaseStanding[] = [];
  for (const phase of phases) {
    const steps: StepStanding[] = [];
    for (const step of phase.steps) {
      const record = world.state.steps.get(step.id);
      const noted = record === undefined ? "not-begun" : record.done ? "done" : "begun";
      steps.push({ step, touches: touched(step.action), noted, shown: await shownOf(looking, phase, step) });
    }
    standings.push({ phase: phase.id, noted: world.state.phases.get(phase.id) ?? "not-begun", steps });
  }
  return standings;
}

async function shownOf(world: RunWorld, phase: Phase, step: Step): Promise<Shown | null> {
  const { action } = step;
  if (action.do === "wait" || action.do === "confirm") return null;
  try {
    const record = world.state.steps.get(step.id) ?? null;
    const tasks = await tasksOf({ world, phase: phase.id, step, record, deadlineMs: 0 });
    if (tasks === "no-value-yet") return "unknown";
    let shown: Shown = "in-place";
    for (const task of tasks) {
      const judged = task.judge(await look(clientFor(world, task.ref.cluster), task.ref));
      if (judged.is === "refused") return "refused";
      if (judged.is !== "in-place") shown = task.unseen === undefined ? "to-do" : "unknown";
    }
    return shown;
  } catch (error) {
    if (error instanceof ApiFailure) return "unknown";
    throw error;
  }
}

/** Who holds a cluster's Lease; null: nobody, or it cannot be seen. */
export async function leaseHolder(client: ClusterClient): Promise<string | null> {
  try {
    const lease = await client.get(leaseRef(client.id));
    const holder = lease === null ? "" : holderOf(lease);
    return holder === "" ? null : holder;
  } catch (error) {
    if (error instanceof ApiFailure) return null;
    throw error;
  }
}

export async function leaseHolders(
  clients: ReadonlyMap<ClusterId, ClusterClient>,
): Promise<{ readonly cluster: ClusterId; readonly holder: string | null }[]> {
  return Promise.all([...clients].map(async ([cluster, client]) => ({ cluster, holder: await leaseHolder(client) })));
}
