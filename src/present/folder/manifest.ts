// Objects as manifests: the plan's own templates, and other people's objects as they were, for putting them back.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/order.ts";
import { withValueAt } from "../../core/pointer.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ApplyAction } from "../model/step-view.ts";
import { yamlText } from "../yaml-text.ts";
import { placeholder, slotsIn, withPlaceholders } from "./slot-command.ts";

export interface Manifest {
  readonly yaml: string;
  /** Values that must be filled in first. */
  readonly slots: readonly string[];
}

/** The manifest that an apply writes: the template with the step's own fields laid over it. */
export function applyManifest(plan: Plan, { object, set }: ApplyAction): Manifest {
  const template: Json = plan.objects[object] ?? {};
  const body = set.reduce((below: Json, { pointer, value }) => withValueAt(below, pointer, value), template);
  const slots = slotsIn(body);
  return { yaml: yamlText(ordered(withPlaceholders(body)), new Set(slots.map(placeholder))), slots };
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
  return yamlText(ordered({ ...rest, metadata: Object.fromEntries(kept) }));
}

const first = ["apiVersion", "kind", "metadata", "name", "namespace"];

/** Keys in the order in which people expect them; the others by code unit. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isJsonObject(value)) return value;
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  const keys = Object.keys(value).sort((left, right) => rank(left) - rank(right) || compareText(left, right));
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key] ?? null)]));
}
