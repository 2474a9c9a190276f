// present, absent, field, status, mesh-config: what objects of the API say.
import { fingerprintsIn } from "../../core/certificates.ts";
import { equalJson, isJsonObject, type Json } from "../../core/json.ts";
import { type KubeObject, type ObjectRef, refText } from "../../core/object-ref.ts";
import { pointerParts, valueAt } from "../../core/pointer.ts";
import {
  fieldDiffers,
  meshConfigLacks,
  objectMissing,
  objectRemains,
  statusDiffers,
} from "../../findings/codes/conditions.ts";
import { type Facts, isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { unseenObject } from "../unseen.ts";
import { done, pending, type Verdict } from "../verdict.ts";

/** A verdict on an object that is there. */
export function ofObject(facts: Facts, ref: ObjectRef, judge: (object: KubeObject) => Verdict): Verdict {
  const object = facts.object(ref);
  if (isUnseen(object)) return unseenObject(ref, object);
  if (object === "absent") return pending(objectMissing.at([ref], { object: refText(ref) }));
  return judge(object);
}

export const present: Kind<ConditionOf<"present">> = {
  stage: "objects",
  judge: ({ ref }, facts) =>
    ofObject(facts, ref, ({ body }) => {
      // What is being deleted is on its way out, whatever a finalizer makes of it.
      if (valueAt(body, "/metadata/deletionTimestamp") === undefined) return done;
      return pending(objectMissing.at([ref], { object: `${refText(ref)} (it is being deleted)` }));
    }),
};

export const absent: Kind<ConditionOf<"absent">> = {
  stage: "objects",
  judge: ({ ref }, facts) => {
    const object = facts.object(ref);
    if (isUnseen(object)) return unseenObject(ref, object);
    return object === "absent"
      ? done
      : pending(objectRemains.at([ref], { object: refText(ref), state: stateOf(object.body) }));
  },
};

/** Kubernetes keeps a deleted object until its finalizers are taken off. */
function stateOf(body: Json): string {
  if (valueAt(body, "/metadata/deletionTimestamp") === undefined) return "";
  const finalizers = listAt(body, "/metadata/finalizers").map(textOf);
  return finalizers.length === 0 ? " (it is being deleted)" : ` (deleted, held by ${finalizers.join(", ")})`;
}

export const field: Kind<ConditionOf<"field">> = {
  stage: "objects",
  judge: ({ ref, pointer, is, value }, facts) =>
    ofObject(facts, ref, ({ body }) => {
      const actual = valueAt(body, pointer);
      const holds =
        is === "equal" ? actual !== undefined && equalJson(actual, value) : isEmpty(actual) === (is === "empty");
      if (holds) return done;
      const wanted = is === "equal" ? shownAs(value) : is === "empty" ? "empty" : "filled";
      return pending(
        fieldDiffers.at([ref], {
          object: refText(ref),
          field: pointerParts(pointer).join("."),
          actual: actual === undefined ? "not set" : isEmpty(actual) ? "empty" : shownAs(actual),
          wanted,
        }),
      );
    }),
};

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/**
 * A condition in `status.conditions`. One about an earlier generation of the object says nothing of what was asked since; both
 * the status as a whole and its conditions may say which they are about (Kubernetes API conventions; ServiceMeshControlPlane,
 * maistra/api v2: status.observedGeneration).
 */
export const status: Kind<ConditionOf<"status">> = {
  stage: "objects",
  judge: ({ ref, type, status: wanted }, facts) =>
    ofObject(facts, ref, ({ body }) => {
      const condition = listAt(body, "/status/conditions").find((each) => valueAt(each, "/type") === type);
      const generation = valueAt(body, "/metadata/generation");
      const observed = valueAt(condition, "/observedGeneration") ?? valueAt(body, "/status/observedGeneration");
      const stale = typeof observed === "number" && typeof generation === "number" && observed < generation;
      const actual = valueAt(condition, "/status");
      if (actual === wanted && !stale) return done;
      return pending(
        statusDiffers.at([ref], {
          object: refText(ref),
          type,
          actual: stale ? "nothing about its present spec" : typeof actual === "string" ? actual : "nothing",
          wanted,
          reason: stale ? "" : reasonOf(condition),
        }),
      );
    }),
};

function reasonOf(condition: Json | undefined): string {
  const texts = ["/reason", "/message"].map((path) => valueAt(condition, path)).filter((text) => !isEmpty(text));
  return texts.length === 0 ? "" : ` (${short(texts.map((text) => textOf(text ?? "")).join(": "))})`;
}

export const meshConfig: Kind<ConditionOf<"mesh-config">> = {
  stage: "objects",
  judge: ({ ref, pointer, includes }, facts) => {
    const config = facts.meshConfig(ref);
    if (isUnseen(config)) return unseenObject(ref, config);
    if (config === "absent") return pending(objectMissing.at([ref], { object: refText(ref) }));
    const held = new Set(listAt(config, pointer));
    const missing = includes.filter((each) => !held.has(each));
    if (missing.length === 0) return done;
    const about = { object: refText(ref), field: pointerParts(pointer).join(".") };
    return pending(meshConfigLacks.at([ref], { ...about, missing: missing.join(", ") }));
  },
};

export function listAt(body: Json | undefined, pointer: string): readonly Json[] {
  const value = valueAt(body, pointer);
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Of certificates their fingerprints: nobody compares base64. */
function shownAs(value: Json): string {
  const prints = typeof value === "string" ? fingerprintsIn(value) : [];
  if (prints.length === 0) return short(textOf(value));
  return `${prints.length === 1 ? "the certificate" : `${prints.length} certificates,`} ${prints.join(" and ")}`;
}

const shown = 300;

function short(text: string): string {
  return text.length > shown ? `${text.slice(0, shown)}…` : text;
}
