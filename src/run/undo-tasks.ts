// The writes that take a step back, as tasks: what was before comes back, unless somebody has changed the object since.
import type { Json, JsonObject } from "../core/json.ts";
import { equalJson } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refText } from "../core/object-ref.ts";
import { withValueAt } from "../core/pointer.ts";
import { changedMeanwhile } from "../findings/codes/run.ts";
import { isOurs, managedByLabel } from "../inventory/ownership.ts";
import { pointer, valueAt } from "../core/pointer.ts";
import { holds } from "../plan/compare-existing.ts";
import { type Image, withoutManagedFields } from "./before-images.ts";
import { forServer, preconditionsOf } from "./forward-tasks.ts";
import { haveApplied, holdOnly, lastWriter } from "./managed-fields.ts";
import { inPlace, isGoing, type Judged, refused, type Task, toDo } from "./task.ts";

/** Takes away what a step has made. `left`: what it wrote; slots in it may hold anything. */
export function removeTask(ref: ObjectRef, left: JsonObject): Task {
  return {
    ref,
    does: "delete",
    judge(seen) {
      if (seen === null || isGoing(seen)) return inPlace;
      const labelled = valueAt(left, pointer("metadata", "labels", managedByLabel)) !== undefined;
      const ours = labelled ? isOurs(seen) : haveApplied(seen.body);
      return ours && isAsLeft(seen, left) ? toDo : changed(seen, ours ? "its fields" : "it is somebody else's by now");
    },
    write: async (client, seen, options) => client.delete(ref, preconditionsOf(seen), options),
  };
}

/** Applies again what we had applied before the step; `applied` null: nothing, so that what we added goes. */
export function reapplyTask(ref: ObjectRef, applied: JsonObject | null, left: JsonObject): Task {
  const wanted = applied ?? nothingOf(ref, left);
  return {
    ref,
    does: "apply",
    judge(seen) {
      if (seen === null) return toDo;
      const there = holds(seen.body, withValueAt(wanted, "/apiVersion", seen.apiVersion), () => null);
      if (there && (holdOnly(seen.body, wanted) || !haveApplied(seen.body))) return inPlace;
      return isAsLeft(seen, left) ? toDo : changed(seen, "its fields");
    },
    write: async (client, seen, options) => client.apply(ref, forServer(wanted, seen), options),
  };
}

function nothingOf({ namespace, name }: ObjectRef, { apiVersion = null, kind = null }: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === null ? {} : { namespace }) } };
}

/** Makes a deleted object again as it was. */
export function recreateTask({ ref, body }: Image): Task {
  const again = withoutServerFields(body);
  return {
    ref,
    does: "create",
    judge(seen) {
      if (seen === null) return toDo;
      if (isGoing(seen)) return { is: "not-yet", trouble: changedTrouble(seen, "it is still on its way out") };
      return isSameContent(seen.body, again) ? inPlace : changed(seen, "somebody has made it in another form");
    },
    write: async (client, _, options) => client.create(ref, again, options),
  };
}

/** Without what only the server or the object's controller says. */
export function withoutServerFields(body: JsonObject): JsonObject {
  const { status: _, ...rest } = withoutManagedFields(body);
  const {
    uid: _u,
    resourceVersion: _v,
    generation: _g,
    creationTimestamp: _c,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _p,
    selfLink: _l,
    ...metadata
  } = rest["metadata"] as JsonObject;
  return { ...rest, metadata };
}

/** Everything but the metadata; others may have labelled it since. */
function isSameContent(seen: JsonObject, again: JsonObject): boolean {
  const content = (body: JsonObject): Json => {
    const { metadata: _m, apiVersion: _a, kind: _k, status: _s, ...rest } = body;
    return rest;
  };
  return equalJson(content(seen), content(again)) || holds(content(seen), content(again), () => null);
}

function isAsLeft(seen: KubeObject, left: JsonObject): boolean {
  // A slot's value is not known any more, and counts as equal.
  return holds(seen.body, withValueAt(left, "/apiVersion", seen.apiVersion), () => null);
}

function changed(seen: KubeObject, fields: string): Judged {
  return refused(changedTrouble(seen, fields));
}

function changedTrouble(seen: KubeObject, fields: string) {
  const object = refText(seen.ref);
  return changedMeanwhile.at([seen.ref], { object, fields, manager: lastWriter(seen.body) });
}
