// What every phase of a scaffold is made from, and the step that creates an object.
import { all, type Condition } from "../../conditions/condition.ts";
import type { Hash } from "../../core/hash.ts";
import type { StepId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ProbeGroup } from "../../dataplane/pair.ts";
import { makeStep } from "../../plan/make-step.ts";
import type { PhaseId, Step } from "../../plan/plan.ts";
import type { ScaffoldHosts } from "../hosts.ts";
import type { MadeObject } from "../objects/made-object.ts";
import type { Scaffold } from "../scaffold.ts";

export interface PhaseInput {
  readonly scaffold: Scaffold;
  readonly roots: ReadonlyMap<string, string>;
  readonly hosts: ScaffoldHosts;
  readonly probes: readonly ProbeGroup[];
  /** The hash of a template, which is thereby in the plan. */
  readonly hashOf: (body: JsonObject) => Hash;
}

export interface CreateParts {
  readonly phase: PhaseId;
  readonly title: string;
  readonly rule: string;
  readonly after?: readonly StepId[];
  /** Beside the object being there. */
  readonly done?: Condition;
  readonly timeoutMs?: number;
}

/** The step that creates an object; undo deletes it. */
export function createStep({ hashOf }: PhaseInput, { ref, body }: MadeObject, parts: CreateParts): Step {
  const { done, ...rest } = parts;
  return makeStep({
    ...rest,
    action: { do: "apply", ref, object: hashOf(body), set: [] },
    expect: "absent",
    done: all({ kind: "present", ref }, ...(done ? [done] : [])),
    undo: { how: "restore", also: [] },
  });
}
