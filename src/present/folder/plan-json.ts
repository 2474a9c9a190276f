// plan.json: one line per step, route, object, probe group and finding, so that two plans can be compared line by line.
// JSON.stringify does the work (a writer of our own took eight times as long); keys stand in the order in which the plan is made,
// which is fixed. Only values that may hold somebody's own objects (templates, patches) have their keys sorted first.
import { isJsonObject, type Json } from "../../core/json.ts";
import { compareText } from "../../core/order.ts";
import type { Action, Phase, Plan, Step } from "../../plan/plan.ts";
import { printable } from "../model/json-text.ts";

/** The plan as JSON text. The same plan gives the same bytes. */
export function planJson(plan: Plan): string {
  // The text has 150 MB for 10,000 hosts: its parts are put together once.
  const out: string[] = [];
  const { objects, phases, ...rest } = plan;
  out.push("{\n");
  for (const [key, value] of Object.entries(rest)) {
    out.push(one(key), ":");
    if (Array.isArray(value)) addLines(out, value);
    else out.push(one(value));
    out.push(",\n");
  }
  out.push('"objects":{');
  let first = true;
  for (const [hash, template] of Object.entries(objects)) {
    out.push(first ? "\n" : ",\n", one(hash), ":", one(sorted(template)));
    first = false;
  }
  out.push(first ? "}" : "\n}", ',\n"phases":[');
  for (const [at, phase] of phases.entries()) {
    out.push(at === 0 ? "\n" : ",\n");
    addPhase(out, phase);
  }
  out.push("\n]\n}\n");
  return out.join("");
}

function addPhase(out: string[], { steps, ...rest }: Phase): void {
  out.push("{");
  for (const [key, value] of Object.entries(rest)) out.push(one(key), ":", one(value), ",\n");
  out.push('"steps":');
  addLines(out, steps, withSortedValues);
  out.push("}");
}

function withSortedValues(step: Step): Step {
  const { action, undo } = step;
  const actions: readonly Action[] = undo.how === "restore" ? undo.also : undo.how === "actions" ? undo.actions : [];
  if (action.do !== "patch" && actions.length === 0) return step;
  return sorted(step as unknown as Json) as unknown as Step;
}

function addLines<T>(out: string[], items: readonly T[], as: (item: T) => unknown = (item) => item): void {
  for (const [at, item] of items.entries()) out.push(at === 0 ? "[\n" : ",\n", one(as(item)));
  out.push(items.length === 0 ? "[]" : "\n]");
}

function one(value: unknown): string {
  return printable(JSON.stringify(value));
}

/** The value with its keys sorted; itself where they are. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value);
  let same = true;
  const entries: [string, Json][] = [];
  for (const [at, key] of keys.entries()) {
    const item = value[key] ?? null;
    const inside = sorted(item);
    if (inside !== item || (at > 0 && (keys[at - 1] ?? "") > key)) same = false;
    entries.push([key, inside]);
  }
  return same ? value : Object.fromEntries(entries.sort(([left], [right]) => compareText(left, right)));
}
