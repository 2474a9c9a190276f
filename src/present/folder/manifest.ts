// Objects as manifests: the plan's own templates, and other people's objects as they were, for putting them back.
import type { Hash } from "../../core/hash.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { withValueAt } from "../../core/pointer.ts";
import type { TemplateTexts } from "../../plan/make-plan.ts";
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
export function applyManifest(source: ManifestSource, action: Applied): Manifest {
  if (!hasSlots(action, source.slotted)) return { yaml: plainManifest(source, action).join(""), slots: [] };
  const body = laidOver(source.templateOf(action.object), action);
  const slots = slotsIn(body);
  const plain = new Set(slots.map(placeholder));
  return { yaml: yamlText(withPlaceholders(body), { manifest: true, plain }), slots };
}

/** The text of the manifest in parts, which are not joined: a plan has tens of thousands. */
function manifestParts(source: ManifestSource, action: Applied): readonly string[] {
  return hasSlots(action, source.slotted) ? [applyManifest(source, action).yaml] : plainManifest(source, action);
}

/** Manifests one after the other, as kubectl reads them, in parts. */
export function* manifestsInParts(source: ManifestSource, actions: readonly Applied[]): Generator<string> {
  for (const [at, action] of actions.entries()) {
    if (at > 0) yield "---\n";
    yield* manifestParts(source, action);
  }
}

/** What manifests are made from. */
export interface ManifestSource {
  readonly templateOf: (object: Hash) => Json;
  /** The templates that have slots, by hash. */
  readonly slotted: ReadonlySet<string>;
  readonly known: KnownTexts;
}

/** Texts of templates, in two parts around the one list that their steps set: an entry is applied once for each wave. */
export interface KnownTexts {
  /** By template; null: it is not so simple. */
  readonly around: Map<Hash, Around | null>;
  /** Of templates over which nothing is laid, where somebody has drawn them beforehand. */
  readonly whole: Map<Hash, string>;
  /** By the list itself, which steps share, then by its indentation. */
  readonly lists: Map<readonly Json[], Map<string, string>>;
}

/** What a manifest is made from. */
type Applied = Pick<ApplyAction, "object" | "set">;

export interface Around {
  readonly pointer: string;
  readonly head: string;
  readonly indent: string;
  readonly tail: string;
}

const marker = "__meshferry_list__";
const unquoted = new Set([marker]);

export function noKnownTexts(): KnownTexts {
  return { around: new Map(), whole: new Map(), lists: new Map() };
}

function laidOver(template: Json, { set }: Applied): Json {
  return set.reduce((below: Json, { pointer, value }) => withValueAt(below, pointer, value), template);
}

function plainManifest(source: ManifestSource, action: Applied): readonly string[] {
  const { templateOf, known } = source;
  const { object, set } = action;
  const [only, ...others] = set;
  const value = only?.value;
  if (only && others.length === 0 && isList(value)) {
    const parts = drawAround(source, object, only.pointer);
    const list = parts === null ? null : listText(value, parts.indent, known.lists);
    if (parts !== null && list !== null) return [parts.head, list, parts.tail];
  }
  const whole = only ? undefined : known.whole.get(object);
  return [whole ?? yamlText(laidOver(templateOf(object), action), { manifest: true })];
}

/** Draws a template before anybody asks for its manifest: all of it, or what is around the field that steps lay over it. */
export function drawTemplate(source: ManifestSource, object: Hash, pointer: string | null): void {
  if (pointer !== null) drawAround(source, object, pointer);
  else {
    const text = yamlText(source.templateOf(object), { manifest: true });
    // The engine keeps a text with all the parts that it was joined from until one of its characters is asked for.
    text.charCodeAt(0);
    source.known.whole.set(object, text);
  }
}

/** The template's text around the field; kept, since its steps all set the same. */
function drawAround({ templateOf, known: { around } }: ManifestSource, object: Hash, pointer: string): Around | null {
  const known = around.get(object);
  if (known !== undefined && (known === null || known.pointer === pointer)) return known;
  const made = aroundList(templateOf(object), pointer);
  around.set(object, made);
  return made;
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
export function slotsOf({ templateOf, slotted }: ManifestSource, action: ApplyAction): string[] {
  if (!hasSlots(action, slotted)) return [];
  return slotsIn([templateOf(action.object), ...action.set.map(({ value }) => value)]);
}

/** The hashes of the plan's templates that have slots. */
export function slottedObjects({ objects, slots }: Plan, texts: TemplateTexts): ReadonlySet<string> {
  if (slots.length === 0) return new Set();
  return new Set(
    Object.keys(objects).filter((hash) => {
      // Few objects do, and a text is searched much faster than an object (by a rare character first: half of the text is quotes).
      const text = texts.get(hash);
      return text === undefined
        ? holdsSlot(objects[hash as Hash] ?? {})
        : text.includes("$slot") && holdsSlot(objects[hash as Hash] ?? {});
    }),
  );
}

export function hasSlots({ object, set }: Applied, slotted: ReadonlySet<string>): boolean {
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
