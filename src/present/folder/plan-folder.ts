// A plan as files for people who carry it out by hand or from Git: manifests, patches and pages. Writes nothing itself.
import type { Hash } from "../../core/hash.ts";
import { compareText, sortedUnique } from "../../core/order.ts";
import type { Inventory } from "../../inventory/mesh.ts";
import type { TemplateTexts } from "../../plan/make-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { type PlanView, planView, stepContext } from "../model/plan-view.ts";
import type { StepContext } from "../model/step-view.ts";
import type { FileText } from "./file-text.ts";
import { firewallPage } from "./firewall-page.ts";
import { folderPage } from "./folder-page.ts";
import { noKnownTexts, slottedObjects } from "./manifest.ts";
import { planHead, planJson, planRest } from "./plan-json.ts";
import { type FolderContext, groupFiles, type WrittenManifest } from "./step-files.ts";
import { stepGroups } from "./step-groups.ts";
import { stepsPage } from "./steps-page.ts";

/**
 * The plan folder's files by path ("05-import/east/02-….yaml"), in the order of their paths. The inventory gives the
 * objects that undo puts back. The same plan and inventory give the same bytes.
 */
export function planFolder(plan: Plan, inventory: Inventory): ReadonlyMap<string, string> {
  const context = stepContext(plan, inventory);
  const files = planFiles(plan, inventory, planView(plan, inventory, context), context);
  return new Map(
    [...files].map(([path, text]) => [path, typeof text === "string" ? text : [...text.pieces()].join("")]),
  );
}

/** The same, with what was made already; long texts are made when they are asked for, piece by piece. */
export function planFiles(
  plan: Plan,
  inventory: Inventory,
  view: PlanView,
  stepsContext: StepContext,
  texts: TemplateTexts = new Map(),
): ReadonlyMap<string, FileText> {
  const files = new Map<string, FileText>();
  const folders: string[] = [];
  const written = new Map<string, WrittenManifest>();
  const base = {
    ...stepsContext,
    templateOf: (object: Hash) => plan.objects[object] ?? {},
    slotted: slottedObjects(plan, texts),
    known: noKnownTexts(),
  };
  for (const [at, phase] of plan.phases.entries()) {
    const phaseFolder = `${padded(at + 1, plan.phases.length)}-${phase.id}`;
    folders.push(phaseFolder);
    const context: FolderContext = { ...base, written, phaseFolder };
    const phaseView = view.phases[at];
    if (!phaseView) continue;
    let first = 0;
    const groups = stepGroups(phase.steps, context);
    const sections = groups.map((steps, index) => {
      const views = phaseView.steps.slice(first, first + steps.length);
      first += steps.length;
      return { number: index + 1, steps, views, files: groupFiles(steps, padded(index + 1, groups.length), context) };
    });
    for (const section of sections)
      for (const [path, text] of section.files.files) files.set(`${phaseFolder}/${path}`, text);
    files.set(`${phaseFolder}/STEPS.md`, stepsPage(phase, phaseView, sections, context));
  }
  const clusters = sortedUnique(inventory.clusters.map(({ id }) => id as string));
  files.set("plan.json", {
    pieces: () => planJson(plan, texts),
    elsewhere: { makes: "plan", head: planHead(plan), hashes: Object.keys(plan.objects), rest: () => planRest(plan) },
  });
  // A plan that sets meshes up opens no new way between them.
  if (view.setsUp === null) files.set("FIREWALL.md", firewallPage(view.firewall));
  files.set("README.md", folderPage(view, folders, clusters));
  return new Map([...files].sort(([left], [right]) => compareText(left, right)));
}

function padded(number: number, of: number): string {
  return String(number).padStart(Math.max(2, String(of).length), "0");
}
