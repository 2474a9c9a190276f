// A plan as files for people who carry it out by hand or from Git: manifests, patches and pages. Writes nothing itself.
import { isJsonObject, type Json } from "../../core/json.ts";
import { compareText, sortedUnique } from "../../core/order.ts";
import type { Inventory } from "../../inventory/mesh.ts";
import type { Plan } from "../../plan/plan.ts";
import { jsonText } from "../model/json-text.ts";
import { planView, stepContext } from "../model/plan-view.ts";
import { folderPage } from "./folder-page.ts";
import { type FolderContext, stepFiles, type WrittenManifest } from "./step-files.ts";
import { stepsPage } from "./steps-page.ts";

/**
 * The plan folder's files by path ("05-import/east/02-….yaml"), in the order of their paths. The inventory gives the
 * objects that undo puts back. The same plan and inventory give the same bytes.
 */
export function planFolder(plan: Plan, inventory: Inventory): ReadonlyMap<string, string> {
  const view = planView(plan, inventory);
  const files = new Map<string, string>();
  const folders: string[] = [];
  const written = new Map<string, WrittenManifest>();
  const base = stepContext(plan, inventory);
  for (const [at, phase] of plan.phases.entries()) {
    const phaseFolder = `${padded(at + 1, plan.phases.length)}-${phase.id}`;
    folders.push(phaseFolder);
    const context: FolderContext = { ...base, written, phaseFolder };
    const phaseView = view.phases[at];
    if (!phaseView) continue;
    const steps = phaseView.steps.flatMap((stepView, index) => {
      const step = phase.steps[index];
      return step
        ? [{ step, view: stepView, files: stepFiles(step, padded(index + 1, phase.steps.length), context) }]
        : [];
    });
    for (const step of steps) for (const [path, text] of step.files.files) files.set(`${phaseFolder}/${path}`, text);
    files.set(`${phaseFolder}/STEPS.md`, stepsPage(phase, phaseView, steps, context));
  }
  const clusters = sortedUnique(inventory.clusters.map(({ id }) => id as string));
  files.set("plan.json", jsonText(sorted(plan as unknown as Json)));
  files.set("README.md", folderPage(view, folders, clusters));
  return new Map([...files].sort(([left], [right]) => compareText(left, right)));
}

function padded(number: number, of: number): string {
  return String(number).padStart(Math.max(2, String(of).length), "0");
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort(compareText);
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}
