// Objects that a plan has made and that somebody has taken away since: no wait brings them back, so it ends at once and names them.
import type { Condition } from "../conditions/condition.ts";
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { RouteId, StepId } from "../core/ids.ts";
import { type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { objectsTakenAway } from "../findings/codes/run.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { PhaseId, Plan, Step } from "../plan/plan.ts";
import { clientFor, type RunWorld, type UntilOptions, type Waited } from "./run-world.ts";
import { isGoing, look } from "./task.ts";

/** The steps that are done when a phase begins; with a step of it, also those that the step comes after. */
export function stepsBefore({ phases }: Pick<Plan, "phases">, phase: PhaseId, step: Step | null): readonly Step[] {
  const at = phases.findIndex(({ id }) => id === phase);
  const earlier = phases.slice(0, Math.max(at, 0)).flatMap(({ steps }) => steps);
  if (step === null) return earlier;
  const byId = new Map((phases[at]?.steps ?? []).map((each) => [each.id, each]));
  const found = new Set<StepId>(step.after);
  // A set's loop also visits what is added while it runs.
  for (const id of found) for (const each of byId.get(id)?.after ?? []) found.add(each);
  return [...earlier, ...[...found].flatMap((id) => byId.get(id) ?? [])];
}

/**
 * Waits as `world.until` does. Where something is missing and an object that these steps have made is gone, and has to do with
 * it, that is the answer.
 */
export async function untilOrGone(
  world: RunWorld,
  condition: Condition,
  options: UntilOptions,
  before: readonly Step[],
): Promise<Waited> {
  const over = new AbortController();
  let gone: Finding | null = null;
  let missing: Finding | null = null;
  let looking: Promise<void> | null = null;
  const lookFor = async (): Promise<void> => {
    while (missing !== null && gone === null) {
      const about: Finding = missing;
      missing = null;
      gone = await goneFor(world, before, about);
    }
    looking = null;
    if (gone !== null) over.abort();
  };
  const last = await world.until(condition, {
    ...options,
    signal: AbortSignal.any([options.signal, over.signal]),
    onVerdict: (verdict) => {
      options.onVerdict(verdict);
      if (verdict.is === "done") return;
      missing = verdict.seen;
      looking ??= lookFor();
    },
  });
  await (looking as Promise<void> | null);
  return last.is === "done" || gone === null ? last : { is: "failed", seen: gone };
}

/** What of these steps' objects is gone and concerns what is missing; null: nothing, or nobody can look. */
async function goneFor(
  world: Pick<RunWorld, "plan" | "clients">,
  before: readonly Step[],
  missing: Finding,
): Promise<Finding | null> {
  const made = madeFor(world.plan, before, missing);
  const seen = await Promise.all(
    made.map(async (ref) => {
      try {
        const object = await look(clientFor(world, ref.cluster), ref);
        return object === null || isGoing(object) ? ref : null;
      } catch (error) {
        if (error instanceof ApiFailure) return null;
        throw error;
      }
    }),
  );
  const gone = seen.filter((ref) => ref !== null);
  if (gone.length === 0) return null;
  return objectsTakenAway.at(gone, { objects: fewNames(gone.map((ref) => refText(ref))) });
}

/** The objects that these steps have made, as far as they serve the host that is missing, or are what is missing. In the order of the plan. */
function madeFor({ routes }: Plan, before: readonly Step[], { params, subjects }: Finding): readonly ObjectRef[] {
  const host = params["host"];
  const serving = new Set<RouteId>(routes.flatMap((route) => (route.host === host ? [route.id] : [])));
  const about = new Set(subjects.flatMap((subject) => ("kind" in subject ? [refKey(subject)] : [])));
  const found = new Map<string, ObjectRef>();
  for (const { action, routes: served } of before) {
    if (action.do !== "apply") continue;
    const key = refKey(action.ref);
    if (about.has(key) || served.some((id) => serving.has(id))) found.set(key, action.ref);
  }
  return [...found.values()];
}
