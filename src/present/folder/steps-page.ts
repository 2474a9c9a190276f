// STEPS.md of one phase: for each step why, the exact command, what to wait for, and how to undo it.
import type { Phase, Step } from "../../plan/plan.ts";
import { conditionText, countText, durationText } from "../model/condition-text.ts";
import type { PhaseView } from "../model/plan-view.ts";
import type { StepView } from "../model/step-view.ts";
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
    `${capital(view.purpose)}. ${countText(steps.length, "step")}, in this order. Run the commands in this folder, with the variables that ../README.md names.`,
    "",
    ...gateLines(phase, view, context),
    ...steps.flatMap((each) => stepLines(each, context)),
    ...verifyLines(phase, context),
    "## Undo",
    "",
    view.reversible
      ? "Undo the steps in reverse order: that restores what was before this phase."
      : `Undo does not restore everything. ${view.lost.map(prose).join(" ")}`.trim(),
  ];
  return `${lines.join("\n")}\n`;
}

function gateLines(phase: Phase, view: PhaseView, { names }: FolderContext): string[] {
  if (view.gate === "") return [];
  return [`**Begin only when:** ${prose(view.gate)}`, "", ...spaced(shellBlock(waitCommands(phase.gate, 0, names)))];
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
    `**Undo:** ${prose(view.undo)}.`,
    "",
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
  return ["**Stop and decide.** From here on, undo alone does not bring these back:", "", ...objects.map((ref) => `- ${code(`${ref.cluster}: ${ref.kind} ${ref.namespace ?? ""}/${ref.name}`)}`), ""];
}

function waitLines(step: Step, view: StepView, names: FolderContext["names"]): string[] {
  if (view.until === "") return [];
  const limit = step.timeoutMs > 0 ? ` (at most ${durationText(step.timeoutMs)})` : "";
  return [`**Wait until:** ${prose(view.until)}${limit}`, "", ...spaced(shellBlock(waitCommands(step.done, step.timeoutMs, names)))];
}

const shownPairs = 5;

function verifyLines({ verify }: Phase, { names }: FolderContext): string[] {
  if (verify.length === 0) return [];
  const lines = verify.flatMap((probes) => {
    const group = names.probes.get(probes);
    const clients = (group?.clients ?? []).slice(0, shownPairs).map((client) => `  - from ${code(`${client.cluster}: ${client.kind} ${client.namespace ?? ""}/${client.name}`)}`);
    const hosts = (group?.routes ?? []).slice(0, shownPairs).map((route) => `  - to ${code(route.slice(route.indexOf("|") + 1))}`);
    return [`- ${prose(conditionText({ kind: "reachable", probes, fresh: false }, names))}`, ...clients, ...hosts];
  });
  return ["## Verify", "", "On fresh connections, before the next phase:", "", ...lines, ""];
}

function spaced(block: readonly string[]): string[] {
  return block.length === 0 ? [] : [...block, ""];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
