// Who else keeps the objects that the plan's steps change or delete: sources in Git, Helm, other field managers.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { pointer, pointerParts, valueAt } from "../core/pointer.ts";
import { fieldOwnedElsewhere, ownedElsewhere } from "../findings/codes/steps.ts";
import { gitOpsOwner, helmRelease } from "../inventory/source-owner.ts";
import type { ObjectLookup } from "./compare-existing.ts";
import type { Phase } from "./plan.ts";

interface Touched {
  readonly ref: ObjectRef;
  readonly does: "patches" | "deletes";
  /** Fields whose present value the plan replaces or removes. */
  readonly overwritten: readonly string[];
}

/** Findings for every object of theirs that a step patches or deletes, each object once. */
export function ownersOfTouched(phases: readonly Phase[], lookup: ObjectLookup): Finding[] {
  return [...touchedObjects(phases).values()].flatMap(({ ref, does, overwritten }) => {
    const object = lookup(ref);
    if (!object) return [];
    const owner = gitOpsOwner(object) ?? helmRelease(object);
    return [
      ...(owner === null ? [] : [ownedElsewhere.at([ref], { does, object: refText(ref), owner })]),
      ...managersOf(object, overwritten).map(([manager, fields]) =>
        fieldOwnedElsewhere.at([ref], { fields: fewNames(fields), object: refText(ref), manager }),
      ),
    ];
  });
}

function touchedObjects(phases: readonly Phase[]): ReadonlyMap<string, Touched> {
  const found = new Map<string, Touched>();
  const note = (ref: ObjectRef, does: Touched["does"], fields: readonly string[]): void => {
    const before = found.get(refKey(ref));
    found.set(refKey(ref), {
      ref,
      does: before?.does === "deletes" ? "deletes" : does,
      overwritten: sortedUnique([...(before?.overwritten ?? []), ...fields]),
    });
  };
  for (const { action } of phases.flatMap(({ steps }) => steps)) {
    if (action.do === "delete") note(action.ref, "deletes", []);
    else if (action.do === "delete-together") for (const ref of action.refs) note(ref, "deletes", []);
    else if (action.do === "patch") {
      const changed = action.ops.filter(({ op }) => op === "replace" || op === "remove").map(({ path }) => path);
      note(action.ref, "patches", changed);
    }
  }
  return found;
}

/** What people do once, by hand: it comes again only if they do it again. */
const byHand = /^(?:kubectl|oc)-(?:create|edit|patch|label|annotate|replace|set|scale|rollout)$|^Mozilla$|^meshferry/u;

/** By manager: the fields given that it has set, by managedFields (structured-merge-diff, fieldsV1); status-only entries set none. */
function managersOf({ body }: KubeObject, fields: readonly string[]): [manager: string, fields: string[]][] {
  const entries = valueAt(body, "/metadata/managedFields");
  if (!Array.isArray(entries) || fields.length === 0) return [];
  const found = new Map<string, string[]>();
  for (const entry of entries as readonly Json[]) {
    const manager = valueAt(entry, "/manager");
    const subresource = valueAt(entry, "/subresource") ?? "";
    if (typeof manager !== "string" || subresource !== "" || byHand.test(manager)) continue;
    const set = fields.filter((path) => holdsField(valueAt(entry, "/fieldsV1"), path));
    if (set.length > 0) found.set(manager, sortedUnique([...(found.get(manager) ?? []), ...set]));
  }
  return sortedUnique(found.keys()).map((manager) => [manager, found.get(manager) ?? []]);
}

/** Whether a field, or something above or below it, is in a set: a leaf stands for everything below it. */
function holdsField(set: Json | undefined, path: string): boolean {
  let at = set;
  for (const part of pointerParts(path)) {
    if (!isJsonObject(at)) return false;
    // A leaf is empty. "." alone says that the manager made the map, and nothing of what is in it.
    if (Object.keys(at).length === 0) return at !== set;
    at = valueAt(at, pointer(`f:${part}`));
  }
  return isJsonObject(at);
}
