// `meshferry plan`: the migration as phases and steps, shown, and written as a folder where asked.
import { resolve } from "node:path";
import { examine, hashTemplates, planWithTexts } from "../pipeline.ts";
import { planFiles } from "../present/folder/plan-folder.ts";
import { shellWord } from "../present/folder/shell-word.ts";
import { jsonText } from "../present/model/json-text.ts";
import { type PlanView, planView, stepContext } from "../present/model/plan-view.ts";
import { planText } from "../present/text/plan-text.ts";
import { displayWidth } from "../present/text/display-width.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { hanging } from "../present/text/wrapped.ts";
import type { CliContext } from "./cli-context.ts";
import type { PlanFlags } from "./flags.ts";
import { paintFor } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { startManifestThread } from "./manifest-thread.ts";
import { proveFolder, rehearsePlan, type RehearsedPlan } from "./rehearse-plan.ts";
import { readMeshes } from "./read-meshes.ts";
import { UserError } from "./user-error.ts";
import { writeFolder, writeFolderWith } from "./write-folder.ts";

export const runPlan = handler<PlanFlags, []>(async ({ cli }, flags) => {
  if (flags.out === "") throw new UserError({ what: "--out names no folder", todo: "Give a folder: --out plan" });
  const { inputs, config } = await readMeshes(cli, flags);
  const examination = examine(inputs, config);
  const hashed = hashTemplates(examination);
  const thread = flags.out === undefined ? null : startManifestThread(hashed);
  const made = planWithTexts(examination, config, hashed);
  const { texts } = made;
  const proven: RehearsedPlan =
    flags.noRehearse === true
      ? { plan: made.plan, rehearsal: null, refused: false }
      : rehearsePlan(cli, made.plan, inputs, config);
  const { plan } = proven;
  const steps = stepContext(plan, examination.inventory);
  const view = planView(plan, examination.inventory, steps);
  const write = async (out: string): Promise<number> => {
    const files = planFiles(plan, examination.inventory, view, steps, texts);
    const folder = resolve(cli.cwd, out);
    if (thread === null) writeFolder(folder, files);
    else await writeFolderWith(thread, folder, files);
    await thread?.end();
    proveFolder(folder, proven);
    return files.size;
  };
  // A thread may still be writing while the text is drawn.
  const written = flags.out === undefined ? null : write(flags.out);
  const text = flags.output === "json" ? jsonText(view) : shownText(view, cli, flags);
  if (flags.out !== undefined) cli.stderr.write(`note: ${await written} files written to ${visibleText(flags.out)}\n`);
  cli.stdout.write(text);
  return view.counts.block > 0 || proven.refused ? exitBlocked : exitFine;
});

function shownText(view: PlanView, cli: CliContext, flags: PlanFlags): string {
  const paint = paintFor(cli, flags.color);
  const lines = [...planText(view, paint), "", paint.bold("Next"), ...nextLines(flags, paint.columns)];
  return `${lines.join("\n")}\n`;
}

/** What the reader does next, as far as this version goes: a text, or a command that can be pasted. */
function nextLines({ mesh = [], kubeconfig = [], config, out }: PlanFlags, columns: number): string[] {
  if (out !== undefined) {
    const first = `Read ${out}/README.md, then the STEPS.md of each phase in its order.`;
    return hanging("  ", visibleText(first), columns);
  }
  const words = [
    ...(config === undefined ? [] : [`--config ${shellWord(config)}`]),
    ...mesh.map(({ name, path }) => `--mesh ${name}=${shellWord(path)}`),
    ...kubeconfig.map(({ name, file }) => `--kubeconfig ${name === null ? "" : `${name}=`}${shellWord(file)}`),
    "--out plan",
  ];
  return commandLines("meshferry plan", words.map(visibleText), columns);
}

/** A command over several lines, each but the last ending in a backslash. */
function commandLines(command: string, words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = `  ${command}`;
  for (const word of words) {
    if (displayWidth(`${line} ${word} \\`) > columns) {
      lines.push(`${line} \\`);
      line = `    ${word}`;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}
