// STEPS.md of one phase: for each step why, the exact command, what to wait for, and how to undo it.
import type { Phase, Step } from "../../plan/plan.ts";
import { countText, durationText } from "../model/count-text.ts";
import { probesText } from "../model/condition-text.ts";
import type { PhaseView } from "../model/plan-view.ts";
import { nothingToUndo, type StepView } from "../model/step-view.ts";
import { code, prose, shellBlock } from "./markdown.ts";
import type { FolderContext, StepFiles } from "./step-files.ts";
import { waitCommands } from "./wait-commands.ts";

export interface PageStep {
  readonly step: Step;
  readonly view: StepView;
  readonly files: StepFiles;
}

/** The page's text. Commands are to be run in the phase's own folder. */
export function stepsPage(phase: Phase, view: PhaseView, steps: readonly PageStep[], context: FolderContext): string {
  const lines = [
    `# Phase ${view.number}: ${view.id}`,
    "",
    ...introduction(view),
    "",
    ...gateLines(phase, view, context),
    ...steps.flatMap((each) => stepLines(each, context)),
    ...verifyLines(phase, context),
    ...undoLines(view),
  ];
  return `${lines.join("\n")}\n`;
}

function introduction({ purpose, steps }: PhaseView): string[] {
  if (steps.length === 0) return [`${capital(purpose)}. There is nothing to do.`];
  return [
    `${capital(purpose)}. ${countText(steps.length, "step")}, in this order. Run the commands in this folder, with the variables that ../README.md names.`,
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
    ...spaced(shellBlock(waitCommands(phase.gate, 0, names))),
  ];
}

function stepLines({ step, view, files }: PageStep, { names }: FolderContext): string[] {
  const about = [
    ...(view.cluster === null ? [] : [`cluster ${code(view.cluster)}`]),
    `because of fact ${code(step.why.rule)} (docs/facts.md of meshferry)`,
    ...(view.routes > 0 ? [`for ${countText(view.routes, "imported host")}`] : []),
  ];
  return [
    `## ${view.number}. ${prose(view.title)}`,
    "",
    `${capital(about.join(", "))}.`,
    "",
    ...slotLines(files),
    ...confirmLines(view),
    ...spaced(shellBlock(files.run)),
    ...waitLines(step, view, names),
    ...(view.undo === nothingToUndo ? [] : [`**Undo:** ${prose(view.undo)}.`, ""]),
    ...spaced(shellBlock(files.undo)),
  ];
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

function waitLines(step: Step, view: StepView, names: FolderContext["names"]): string[] {
  const commands = spaced(shellBlock(waitCommands(step.done, step.timeoutMs, names)));
  if (view.until.length === 0) return commands.length === 0 ? [] : ["**See that it is so:**", "", ...commands];
  const limit = step.timeoutMs > 0 ? ` (at most ${durationText(step.timeoutMs)})` : "";
  return [`**Wait until** all of this holds${limit}:`, "", ...bullets(view.until), ...commands];
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
    return [`- ${prose(probesText(group, probes))}`, ...clients, ...hosts];
  });
  return ["## Verify", "", "Requests on fresh connections pass, before the next phase:", "", ...lines, ""];
}

function spaced(block: readonly string[]): string[] {
  return block.length === 0 ? [] : [...block, ""];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
