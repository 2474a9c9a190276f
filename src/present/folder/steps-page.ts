// STEPS.md of one phase: for each step, or group of steps, why, the exact command, what to wait for, and how to undo it.
import type { Phase, Step } from "../../plan/plan.ts";
import { countText, durationText } from "../model/count-text.ts";
import { conditionParts, partTexts, probesText } from "../model/condition-text.ts";
import type { PhaseView } from "../model/plan-view.ts";
import { nothingToUndo, type StepKind, type StepView, unimpliedParts } from "../model/step-view.ts";
import { code, prose, shellBlock } from "./markdown.ts";
import type { FolderContext, StepFiles } from "./step-files.ts";
import { waitCommands } from "./wait-commands.ts";

/** A step, or steps that are carried out together. */
export interface Section {
  /** From 1, within the phase: the number in the names of its files. */
  readonly number: number;
  readonly steps: readonly Step[];
  /** Those of the steps. */
  readonly views: readonly StepView[];
  readonly files: StepFiles;
}

/** The page's text. Commands are to be run in the phase's own folder. */
export function stepsPage(phase: Phase, view: PhaseView, sections: readonly Section[], context: FolderContext): string {
  const lines = [
    `# Phase ${view.number}: ${view.id}`,
    "",
    ...introduction(view),
    "",
    ...gateLines(phase, view, context),
    ...sections.flatMap((each) => sectionLines(each, context)),
    ...verifyLines(phase, context),
    ...undoLines(view),
  ];
  return `${lines.join("\n")}\n`;
}

function introduction({ purpose, steps }: PhaseView): string[] {
  if (steps.length === 0) return [`${capital(purpose)}. There is nothing to do.`];
  return [
    `${capital(purpose)}. ${countText(steps.length, "step")}, in this order; steps that do the same to objects of one kind stand together. Run the commands in this folder, with the variables that ../README.md names.`,
  ];
}

function undoLines({ steps, reversible, lost }: PhaseView): string[] {
  if (steps.length === 0) return [];
  const text = reversible
    ? "Undo the steps in reverse order: that restores what was before this phase."
    : `Undo does not restore everything. ${lost.map(prose).join(" ")}`.trim();
  return ["## Undo", "", text];
}

function gateLines(phase: Phase, view: PhaseView, { names }: FolderContext): string[] {
  if (view.gate.length === 0 || phase.steps.length === 0) return [];
  return [
    "**Begin only when** all of this holds:",
    "",
    ...bullets(view.gate),
    ...spaced(shellBlock(waitCommands(conditionParts(phase.gate), 0, names))),
  ];
}

const shown = 5;

function sectionLines({ number, steps, views, files }: Section, { names }: FolderContext): string[] {
  const [step] = steps;
  const [view] = views;
  if (!step || !view) return [];
  const routes = views.length === 1 ? view.routes : routesOf(steps).size;
  const about = [
    ...(view.cluster === null ? [] : [`cluster ${code(view.cluster)}`]),
    ...(steps.length > 1 ? [`steps ${view.number} to ${view.number + steps.length - 1}`] : []),
    `because of fact ${code(step.why.rule)} (docs/facts.md of meshferry)`,
    ...(routes > 0 ? [`for ${countText(routes, "imported host")}`] : []),
  ];
  return [
    `## ${number}. ${prose(steps.length === 1 ? view.title : groupTitle(view, steps.length))}`,
    "",
    `${capital(about.join(", "))}.`,
    "",
    ...(steps.length === 1 ? [] : bullets(few(views.map(({ title }) => title)))),
    ...slotLines(files),
    ...confirmLines(view),
    ...spaced(shellBlock(files.run)),
    ...waitLines(steps, view, files, names),
    ...undoOfSection(views, files),
  ];
}

function routesOf(steps: readonly Step[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const { routes } of steps) for (const route of routes) all.add(route);
  return all;
}

const verbs = {
  create: "Create",
  change: "Change",
  patch: "Patch",
  delete: "Delete",
  restart: "Restart",
  wait: "Wait for",
  confirm: "Confirm the loss of",
} as const satisfies Readonly<Record<StepKind, string>>;

/** "Create 1000 ServiceEntries in east". */
function groupTitle({ kind, objects, cluster }: StepView, count: number): string {
  return `${verbs[kind]} ${countText(count, objects[0]?.kind ?? "object")}${cluster === null ? "" : ` in ${cluster}`}`;
}

function undoOfSection(views: readonly StepView[], { undo, see }: StepFiles): string[] {
  // Those of one manifest are undone alike.
  const each = see.length > 0 ? views.slice(0, 1) : views;
  const texts = few([...new Set(each.map((view) => view.undo))].filter((text) => text !== nothingToUndo));
  return [...(texts.length === 0 ? [] : [`**Undo:** ${prose(texts.join("; "))}.`, ""]), ...spaced(shellBlock(undo))];
}

/** The first texts, and how many there are beside them. */
function few(texts: readonly string[]): string[] {
  const more = texts.length - shown;
  return more > 0 ? [...texts.slice(0, shown), `and ${more} more`] : [...texts];
}

function slotLines({ slots }: StepFiles): string[] {
  if (slots.length === 0) return [];
  return [
    "**The files end here until a value is known.** The manifest holds a placeholder for a value that exists only by now. The first command reads it, the second shows it (it must not be empty: `[]`), the third fills it in and applies the manifest.",
    "",
  ];
}

function confirmLines({ kind, objects }: StepView): string[] {
  if (kind !== "confirm") return [];
  return [
    "**Stop and decide.** From here on, undo alone does not bring these back:",
    "",
    ...objects.map((ref) => `- ${code(`${ref.cluster}: ${ref.kind} ${ref.namespace ?? ""}/${ref.name}`)}`),
    "",
  ];
}

function waitLines(steps: readonly Step[], view: StepView, files: StepFiles, names: FolderContext["names"]): string[] {
  const [first] = steps;
  if (!first) return [];
  const together = steps.length > 1;
  // That all objects of one manifest are there is seen with one command.
  const parts = steps.flatMap((step) => (files.see.length > 0 ? unimpliedParts(step) : conditionParts(step.done)));
  const until = together ? partTexts(steps.flatMap(unimpliedParts), names, view.cluster) : view.until;
  const commands = spaced(shellBlock([...files.see, ...waitCommands(parts, first.timeoutMs, names)]));
  if (until.length === 0) return commands.length === 0 ? [] : ["**See that it is so:**", "", ...commands];
  const limit = first.timeoutMs > 0 ? ` (at most ${durationText(first.timeoutMs)})` : "";
  return [`**Wait until** all of this holds${limit}:`, "", ...bullets(until), ...commands];
}

function bullets(texts: readonly string[]): string[] {
  return [...texts.map((text) => `- ${prose(text)}`), ""];
}

const shownPairs = 5;

function verifyLines({ verify, steps }: Phase, { names }: FolderContext): string[] {
  if (verify.length === 0 || steps.length === 0) return [];
  const lines = verify.flatMap((probes) => {
    const group = names.probes.get(probes);
    const clients = (group?.clients ?? [])
      .slice(0, shownPairs)
      .map(
        (client) => `  - from ${code(`${client.cluster}: ${client.kind} ${client.namespace ?? ""}/${client.name}`)}`,
      );
    const hosts = (group?.routes ?? [])
      .slice(0, shownPairs)
      .map((route) => `  - to ${code(route.slice(route.indexOf("|") + 1))}`);
    return [`- ${prose(probesText(names, probes))}`, ...clients, ...hosts];
  });
  return ["## Verify", "", "Requests on fresh connections pass, before the next phase:", "", ...lines, ""];
}

function spaced(block: readonly string[]): string[] {
  return block.length === 0 ? [] : [...block, ""];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
