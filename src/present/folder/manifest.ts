// Objects as manifests: the plan's own templates, and other people's objects as they were, for putting them back.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { keptCanonicalJson } from "../../core/kept-canonical-json.ts";
import { withValueAt } from "../../core/pointer.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Template } from "../../target/desired-object.ts";
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
  if (!hasSlots(action, slotted)) return { yaml: plainManifest(template, action, known).join(""), slots: [] };
  const body = set.reduce((below: Json, { pointer, value }) => withValueAt(below, pointer, value), template);
  const slots = slotsIn(body);
  const plain = new Set(slots.map(placeholder));
  return { yaml: yamlText(withPlaceholders(body), { manifest: true, plain }), slots };
}

/** The text of the manifest in parts, which are not joined: a plan has tens of thousands. */
export function manifestParts(
  plan: Plan,
  action: ApplyAction,
  slotted: ReadonlySet<string>,
  known: KnownTexts,
): readonly string[] {
  if (hasSlots(action, slotted)) return [applyManifest(plan, action, slotted, known).yaml];
  return plainManifest(plan.objects[action.object] ?? {}, action, known);
}

/** Texts of templates, in two parts around the one list that their steps set: an entry is applied once for each wave. */
export interface KnownTexts {
  /** By template; null: it is not so simple. */
  readonly around: Map<Json, Around | null>;
  /** By the list itself, which steps share, then by its indentation. */
  readonly lists: Map<readonly Json[], Map<string, string>>;
}

interface Around {
  readonly pointer: string;
  readonly head: string;
  readonly indent: string;
  readonly tail: string;
}

const marker = "__meshferry_list__";
const unquoted = new Set([marker]);

function plainManifest(template: Json, { set }: ApplyAction, { around, lists }: KnownTexts): readonly string[] {
  const [only, ...others] = set;
  const value = only?.value;
  if (only && others.length === 0 && isList(value)) {
    let parts = around.get(template);
    if (parts === undefined || (parts !== null && parts.pointer !== only.pointer)) {
      parts = aroundList(template, only.pointer);
      around.set(template, parts);
    }
    const list = parts === null ? null : listText(value, parts.indent, lists);
    if (parts !== null && list !== null) return [parts.head, list, parts.tail];
  }
  const body = set.reduce((below: Json, each) => withValueAt(below, each.pointer, each.value), template);
  return [yamlText(body, { manifest: true })];
}

function aroundList(template: Json, pointer: string): Around | null {
  const text = yamlText(withValueAt(template, pointer, marker), { manifest: true, plain: unquoted });
  const [head, tail, ...more] = text.split(` ${marker}\n`);
  if (head === undefined || tail === undefined || more.length > 0 || !head.endsWith(":")) return null;
  const indent = /^ */u.exec(head.slice(head.lastIndexOf("\n") + 1))?.[0] ?? "";
  return { pointer, head: `${head}\n`, indent, tail };
}

/** The lines of a list; null where an item is no text of one line. */
function listText(list: readonly Json[], indent: string, known: KnownTexts["lists"]): string | null {
  const texts = known.get(list);
  const made = texts?.get(indent);
  if (made !== undefined) return made;
  if (!isTexts(list)) return null;
  const text = yamlText(list)
    .replaceAll(/^/gmu, indent)
    .slice(0, indent.length === 0 ? undefined : -indent.length);
  if (texts) texts.set(indent, text);
  else known.set(list, new Map([[indent, text]]));
  return text;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
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
  return new Set(
    Object.entries(objects).flatMap(([hash, body]) => (mayHoldSlot(body) && holdsSlot(body) ? [hash] : [])),
  );
}

/** Few objects do, and a text is searched much faster than an object. */
function mayHoldSlot(body: Template): boolean {
  return keptCanonicalJson(body).includes('"$slot":');
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
