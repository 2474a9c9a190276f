// Objects as manifests: the plan's own templates, and other people's objects as they were, for putting them back.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { withValueAt } from "../../core/pointer.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ApplyAction } from "../model/step-view.ts";
import { yamlText } from "../yaml-text.ts";
import { holdsSlot, placeholder, slotsIn, withPlaceholders } from "./slot-command.ts";

export interface Manifest {
  readonly yaml: string;
  /** Values that must be filled in first. */
  readonly slots: readonly string[];
}

/** The manifest that an apply writes: the template with the step's own fields laid over it. */
export function applyManifest(
  plan: Plan,
  action: ApplyAction,
  slotted: ReadonlySet<string>,
  known: KnownTexts,
): Manifest {
  const { object, set } = action;
  const template: Json = plan.objects[object] ?? {};
  if (!hasSlots(action, slotted)) return { yaml: plainManifest(template, action, known), slots: [] };
  const body = set.reduce((below: Json, { pointer, value }) => withValueAt(below, pointer, value), template);
  const slots = slotsIn(body);
  const plain = new Set(slots.map(placeholder));
  return { yaml: yamlText(withPlaceholders(body), { manifest: true, plain }), slots };
}

/** Texts of templates, in two parts around the one list that their steps set: an entry is applied once for each wave. */
export interface KnownTexts {
  readonly around: Map<string, readonly [string, string]>;
  readonly lists: Map<string, string>;
}

const marker = "__meshferry_list__";
const unquoted = new Set([marker]);

function plainManifest(template: Json, { object, set }: ApplyAction, { around, lists }: KnownTexts): string {
  const [only, ...others] = set;
  const value = only?.value;
  const body = (inner?: Json): Json =>
    set.reduce((below: Json, each) => withValueAt(below, each.pointer, inner ?? each.value), template);
  if (!only || others.length > 0 || !isTexts(value)) return yamlText(body(), { manifest: true });
  const key = `${object}${only.pointer}`;
  let parts = around.get(key);
  if (!parts) {
    const [head, tail, ...more] = yamlText(body(marker), { manifest: true, plain: unquoted }).split(` ${marker}\n`);
    if (head === undefined || tail === undefined || more.length > 0 || !head.endsWith(":"))
      return yamlText(body(), { manifest: true });
    parts = [head, tail];
    around.set(key, parts);
  }
  const indent = /^ */u.exec(parts[0].slice(parts[0].lastIndexOf("\n") + 1))?.[0] ?? "";
  const listKey = `${indent}${JSON.stringify(value)}`;
  let list = lists.get(listKey);
  if (list === undefined) {
    list = yamlText(value)
      .replaceAll(/^/gmu, indent)
      .slice(0, indent.length === 0 ? undefined : -indent.length);
    lists.set(listKey, list);
  }
  return `${parts[0]}\n${list}${parts[1]}`;
}

/** Texts without newlines, of which each makes one line. */
function isTexts(value: Json | undefined): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item: Json) => typeof item === "string" && !item.includes("\n"))
  );
}

/** The slots whose values an apply needs, sorted. */
export function slotsOf(plan: Plan, action: ApplyAction, slotted: ReadonlySet<string>): string[] {
  if (!hasSlots(action, slotted)) return [];
  return slotsIn([plan.objects[action.object] ?? {}, ...action.set.map(({ value }) => value)]);
}

/** The hashes of the plan's templates that have slots. */
export function slottedObjects({ objects, slots }: Plan): ReadonlySet<string> {
  if (slots.length === 0) return new Set();
  return new Set(Object.entries(objects).flatMap(([hash, body]) => (holdsSlot(body) ? [hash] : [])));
}

export function hasSlots({ object, set }: ApplyAction, slotted: ReadonlySet<string>): boolean {
  return slotted.has(object) || set.some(({ value }) => holdsSlot(value));
}

const serverFields = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
  "deletionTimestamp",
];

/** The manifest that creates an object again as it was read, without what the API server manages. */
export function keptManifest(body: JsonObject): string {
  const { status: _status, metadata, ...rest } = body;
  const kept = isJsonObject(metadata) ? Object.entries(metadata).filter(([key]) => !serverFields.includes(key)) : [];
  return yamlText({ ...rest, metadata: Object.fromEntries(kept) }, { manifest: true });
}
