// Deletes that must not be apart: nothing is begun before everything can go, and then all of it at once.
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { refText } from "../core/object-ref.ts";
import { partedDelete } from "../findings/codes/run.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { Action } from "../plan/plan.ts";
import { converge, type Converged } from "./converge.ts";
import { deleteTask } from "./forward-tasks.ts";
import { clientFor } from "./run-world.ts";
import { foundBefore, hold, intend, reading, type StepRun, type Written } from "./step-run.ts";
import { look } from "./task.ts";

interface Seen {
  readonly ref: ObjectRef;
  readonly object: KubeObject | null;
}

export async function deleteTogether(
  run: StepRun,
  { refs, withinMs }: Extract<Action, { readonly do: "delete-together" }>,
): Promise<Written> {
  const { world, phase, step } = run;
  const task = (ref: ObjectRef) => deleteTask(ref, step.expect, world.rules);
  const seen: Seen[] = await Promise.all(
    refs.map(async (ref) => ({
      ref,
      object: await reading(run, async () => look(clientFor(world, ref.cluster), ref)),
    })),
  );
  const judged = seen.map((each) => ({ ...each, judged: task(each.ref).judge(each.object) }));
  const refusal = judged.find((each) => each.judged.is === "refused")?.judged;
  if (refusal?.is === "refused") return { is: "stopped", trouble: refusal.trouble, mayHaveWritten: false };
  const left = judged.filter((each) => each.judged.is === "to-do");
  if (left.length === 0) return { is: "in-place", wrote: false };
  for (const { ref } of left) await hold(run, ref.cluster);
  // Of an earlier run's half those that are still there are noted as they are now; what was noted of the gone ones stays.
  const begun = seen.some(({ ref }) => foundBefore(run, ref) !== null);
  await intend(run, begun ? left : seen, begun);
  if (world.signal.aborted) return { is: "interrupted", mayHaveWritten: false };
  const beganMs = world.clock.monotonicMs();
  // A cluster that is away in the middle is waited for as long as the step may take: to leave the other half is no help to anybody.
  const deadlineMs = Math.max(run.deadlineMs, beganMs + withinMs);
  // From here on the run does not stop for anybody before all are gone or the time is up: half of it is the worst state.
  const never = new AbortController().signal;
  const results = await Promise.all(
    left.map(async ({ ref }): Promise<Converged> => {
      try {
        return await converge(task(ref), {
          client: clientFor(world, ref.cluster),
          clock: world.clock,
          signal: never,
          deadlineMs,
          hold: async () => hold({ ...run, deadlineMs }, ref.cluster, never),
          intend: async (object, again) => (again ? intend(run, [{ ref, object }], true) : undefined),
          onRetry: ({ request, reply }, inMs) =>
            void world.emit({ type: "retrying", phase, step: step.id, request, reply, inMs }),
        });
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        return { is: "interrupted", mayHaveWritten: true };
      }
    }),
  );
  const failed = left.filter((_, index) => results[index]?.is !== "in-place").map(({ ref }) => ref);
  if (failed.length === 0) return { is: "in-place", wrote: true };
  if (failed.length === refs.length) {
    const first = results.find((result) => result.is === "stopped");
    if (first?.is === "stopped") return first;
  }
  const trouble = partedDelete.at(failed, {
    gone: refs.length - failed.length,
    all: refs.length,
    seconds: Math.round((world.clock.monotonicMs() - beganMs) / 1_000),
    left: failed.map((ref) => refText(ref)).join(", "),
  });
  return { is: "stopped", trouble, mayHaveWritten: true };
}
