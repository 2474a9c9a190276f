// The writes of a plan's steps, as tasks: what counts as done already, what is refused, and what is sent.
import { shortHash } from "../core/hash.ts";
import type { Hash } from "../core/hash.ts";
import type { StepId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refText } from "../core/object-ref.ts";
import { pointer, valueAt, withValueAt } from "../core/pointer.ts";
import {
  changedSincePlan,
  guardFailed,
  keptInGit,
  objectGone,
  objectNotOurs,
  stillThere,
} from "../findings/codes/run.ts";
import { isOurs, managedByLabel } from "../inventory/ownership.ts";
import { gitOpsOwner } from "../inventory/source-owner.ts";
import { holds } from "../plan/compare-existing.ts";
import { isAsExpected } from "../plan/expected.ts";
import type { PatchOp, Step } from "../plan/plan.ts";
import { haveApplied, holdOnly, lastWriter } from "./managed-fields.ts";
import { isResultThere, testsOfResult, unmetDemand } from "./patch-result.ts";
import {
  inPlace,
  isGoing,
  isSecret,
  type Judged,
  metadataOf,
  metadataText,
  refused,
  type Task,
  toDo,
  type Unseen,
} from "./task.ts";

export interface WriteRules {
  /** The plan's hash: noted on what is ours, and part of a restart's mark. */
  readonly plan: Hash;
  readonly allowGitOpsOwned: boolean;
}

/** On our objects: the plan that last applied them, so that a migration can be read from the clusters alone. */
export const planAnnotation = "meshferry.dev/plan";
/** On the pod template of a restarted workload. */
export const restartAnnotation = "meshferry.dev/restarted";

const restartPointer = pointer("spec", "template", "metadata", "annotations", restartAnnotation);

/** What a step's restart writes: the same for the same step of the same plan, so that it happens once. */
export function restartMark(plan: Hash, step: StepId): string {
  return `${plan.slice("sha256:".length, "sha256:".length + 12)}.${shortHash(step)}`;
}

/**
 * Server-side apply of an object of ours. `madeByUs`: the journal says so; a scaffold's objects carry no label of ours, since
 * they are the user's from then on.
 */
export function applyTask(ref: ObjectRef, wanted: JsonObject, madeByUs: boolean, rules: WriteRules): Task {
  const labelled = valueAt(wanted, pointer("metadata", "labels", managedByLabel)) !== undefined;
  return {
    ref,
    does: "apply",
    judge(seen) {
      if (seen === null) return toDo;
      if (isGoing(seen)) return { is: "not-yet", trouble: goingTrouble(seen) };
      // The version under which an object is read is the server's choice.
      const there = holds(seen.body, withValueAt(wanted, "/apiVersion", seen.apiVersion), () => null);
      if (there && !labelled) return inPlace;
      const ours = labelled ? isOurs(seen) : madeByUs || haveApplied(seen.body);
      if (!ours) return refused(objectNotOurs.at([ref], { object: refText(ref) }));
      if (there && holdOnly(seen.body, marked(wanted, labelled, rules))) return inPlace;
      return keptInGitBy(seen, rules) ?? toDo;
    },
    write: async (client, seen, { asSeen = false, ...options }) =>
      client.apply(ref, forServer(marked(wanted, labelled, rules), seen, asSeen), options),
  };
}

/**
 * A Gateway's annotations reach its Deployment (Istio 1.20 and 1.28, pilot/pkg/config/kube/gateway/deploymentcontroller.go): another
 * plan's hash there would restart its pods.
 */
function marked(wanted: JsonObject, labelled: boolean, { plan }: WriteRules): JsonObject {
  const { kind } = wanted;
  if (!labelled || kind === "Gateway") return wanted;
  const short = plan.slice("sha256:".length, "sha256:".length + 12);
  return withValueAt(wanted, pointer("metadata", "annotations", planAnnotation), short) as JsonObject;
}

/**
 * With the uid of what was seen, or, where nothing was, with a version that no object has: an object that somebody else has made
 * meanwhile is refused by the server, and one that is not there is made all the same (docs/facts.md, live.apply-creates-only).
 * `asSeen`: with the version that was seen too.
 */
export function forServer(body: JsonObject, seen: KubeObject | null, asSeen = false): JsonObject {
  if (seen === null) return withValueAt(body, "/metadata/resourceVersion", versionOfNone) as JsonObject;
  const same = withValueAt(body, "/metadata/uid", metadataText(seen, "uid"));
  const version = metadataText(seen, "resourceVersion");
  return (asSeen ? withValueAt(same, "/metadata/resourceVersion", version) : same) as JsonObject;
}

/** etcd's own first revision: the first write of all has the second. "0" would mean any. */
const versionOfNone = "1";

/** Guarded patch of an object of theirs. Of a Secret only the metadata is ever seen; the server judges its tests. */
export function patchTask(
  ref: ObjectRef,
  ops: readonly PatchOp[],
  expect: Step["expect"],
  rules: WriteRules,
  code: Pick<typeof guardFailed, "at"> = guardFailed,
): Task {
  const secret = isSecret(ref);
  const visible = secret ? ops.filter(({ path }) => path.startsWith("/metadata/")) : ops;
  const unmet = (seen: KubeObject, path: string): Judged =>
    refused(code.at([ref], { object: refText(ref), fields: path, manager: lastWriter(seen.body) }));
  return {
    ref,
    does: "patch",
    judge(seen) {
      if (seen === null) return refused(objectGone.at([ref], { object: refText(ref) }));
      if (isResultThere(seen.body, visible)) return inPlace;
      const owned = keptInGitBy(seen, rules);
      if (owned) return owned;
      if (!secret && typeof expect === "object" && !isAsExpected(seen.body, expect))
        return refused(changedTrouble(seen, expect.of.join(", ")));
      const path = unmetDemand(seen.body, visible);
      return path === null ? toDo : unmet(seen, path);
    },
    write: async (client, seen, options) => client.patch(ref, [...guardOf(seen, secret), ...ops], options),
    ...(secret ? { unseen: unseenPatch(ref, ops, code) } : {}),
  };
}

/** Tests of the result alone, as a dry run: nothing is written, and nothing but metadata comes back. */
function unseenPatch(ref: ObjectRef, ops: readonly PatchOp[], code: Pick<typeof guardFailed, "at">): Unseen {
  const hidden = ops.filter(({ path }) => !path.startsWith("/metadata/"));
  const fields = hidden.map(({ path }) => path)[0] ?? "";
  return {
    testFailed: code.at([ref], { object: refText(ref), fields, manager: "somebody else" }),
    async isThere(client) {
      try {
        await client.patch(ref, testsOfResult(hidden), { dryRun: true });
        return true;
      } catch (error) {
        if (isFailedTest(error)) return false;
        throw error;
      }
    },
  };
}

function isFailedTest(error: unknown): boolean {
  return error instanceof Error && "reason" in error && error.reason === "patch-test-failed";
}

/** Between the look and the patch nobody else may have written: `add` asks nothing by itself. */
function guardOf(seen: KubeObject | null, secret: boolean): PatchOp[] {
  if (seen === null || secret) return [];
  return [{ op: "test", path: "/metadata/resourceVersion", value: metadataText(seen, "resourceVersion") }];
}

/** Deletes this very object, in this very state. */
export function deleteTask(ref: ObjectRef, expect: Step["expect"], rules: WriteRules): Task {
  return {
    ref,
    does: "delete",
    judge(seen) {
      // Nothing has to be sent for what is on its way; whether it goes is waited for.
      if (seen === null || isGoing(seen)) return inPlace;
      const owned = keptInGitBy(seen, rules);
      if (owned) return owned;
      if (typeof expect === "object" && !isAsExpected(seen.body, expect))
        return refused(changedTrouble(seen, expect.of.join(", ")));
      return toDo;
    },
    write: async (client, seen, options) => client.delete(ref, preconditionsOf(seen), options),
  };
}

export function preconditionsOf(seen: KubeObject | null): { uid?: string; resourceVersion?: string } {
  if (seen === null) return {};
  return { uid: metadataText(seen, "uid"), resourceVersion: metadataText(seen, "resourceVersion") };
}

/**
 * Rolling restart, as `kubectl rollout restart` does it: an annotation of the pod template. It takes nothing from what a source
 * in Git says, so its owner is not asked.
 */
export function restartTask(ref: ObjectRef, value: string | null): Task {
  return {
    ref,
    does: "restart",
    judge(seen) {
      if (seen === null) return refused(objectGone.at([ref], { object: refText(ref) }));
      return (valueAt(seen.body, restartPointer) ?? null) === value ? inPlace : toDo;
    },
    write: async (client, _, options) =>
      client.mergePatch(
        ref,
        { spec: { template: { metadata: { annotations: { [restartAnnotation]: value } } } } },
        options,
      ),
  };
}

/** The mark that an earlier restart has left; null: none. */
export function restartMarkOf(body: Json): string | null {
  const value = valueAt(body, restartPointer);
  return typeof value === "string" ? value : null;
}

function keptInGitBy(seen: KubeObject, { allowGitOpsOwned }: WriteRules): Judged | null {
  const owner = allowGitOpsOwned ? null : gitOpsOwner(seen);
  return owner === null ? null : refused(keptInGit.at([seen.ref], { object: refText(seen.ref), owner }));
}

function changedTrouble(seen: KubeObject, parts: string) {
  return changedSincePlan.at([seen.ref], { object: refText(seen.ref), parts, manager: lastWriter(seen.body) });
}

export function goingTrouble(seen: KubeObject) {
  const listed = textsOf(metadataOf(seen)["finalizers"]);
  const spec = seen.body["spec"];
  // A namespace has its own, beside those of the metadata.
  const own = isJsonObject(spec) ? textsOf(spec["finalizers"]) : "";
  return stillThere.at([seen.ref], { object: refText(seen.ref), finalizers: listed || own || "(none named)" });
}

function textsOf(value: Json | undefined): string {
  return Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === "string").join(", ") : "";
}
