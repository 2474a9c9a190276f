// `meshferry undo`: what a run has done is taken back, phase by phase, to the end of an earlier one.
import type { Phase, PhaseId, Plan } from "../plan/plan.ts";
import { shellWord } from "../present/folder/shell-word.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { imagesIn } from "../run/before-images.ts";
import { undoTouches } from "../run/dry-run.ts";
import type { RunState } from "../run/run-state.ts";
import { isDivisible, phasesBehind, routesOf, servingOnly } from "../run/selection.ts";
import type { CliContext } from "./cli-context.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { type OpenedPlan, phaseNamed, readPlanFolder } from "./read-plan-folder.ts";
import { againFlags } from "./run-apply.ts";
import type { UndoFlags } from "./run-flags.ts";
import { ask, demandOnly, runFolder, withPermission } from "./run-plan-folder.ts";
import { UserError } from "./user-error.ts";

export const runUndo = handler<UndoFlags, [string]>(async ({ cli }, flags, named) => {
  const opened = readPlanFolder(cli.cwd, named);
  const { plan, state } = opened;
  const to = stays(plan, flags);
  if (state.plan === null) {
    throw new UserError({
      what: "there is nothing to take back",
      where: opened.folder,
      why: "The folder holds no journal: no run of this plan was begun from it.",
      todo: "Use the folder that apply was run with.",
    });
  }
  let phases = phasesBehind(plan, to);
  if (flags.only !== undefined) {
    const routes = routesOf(plan, flags.only);
    demandOnly(routes, flags);
    demandFederation(phases, state);
    phases = servingOnly(phases, routes);
  }
  const needs = { plan, phases, uses: ["undo"], named, note: false } as const;
  return withPermission(cli, flags, opened, needs, async (clients) => {
    if (flags.dryRun !== true && flags.yes !== true && !(await agreed(cli, opened, phases))) return exitBlocked;
    if (phases.length === 0) return exitFine;
    return runFolder(cli, flags, opened, clients, {
      direction: "undo",
      plan,
      phases,
      whole: flags.only === undefined,
      until: phases[0]?.id ?? null,
      drainTimeoutMs: null,
      goOn: `meshferry undo ${shellWord(named)} --to ${to ?? "start"} ${againFlags(flags)}`.trim(),
    });
  });
});

/** The phase that stays; null: none. */
function stays(plan: Plan, { to, until }: UndoFlags): PhaseId | null {
  if (to !== undefined && until === undefined) return to === "start" ? null : phaseNamed(plan, "--to", to);
  if (until === undefined || to !== undefined) {
    throw new UserError({
      what: "how far back is not said, or said twice",
      todo: "Give one: --to PHASE, at whose end things are to be again (--to start: before the first), or --until PHASE, the last that is taken back.",
    });
  }
  const last = phaseNamed(plan, "--until", until);
  return plan.phases[plan.phases.findIndex(({ id }) => id === last) - 1]?.id ?? null;
}

/** What serves some services alone cannot be taken away while federation is gone: putting that back is a step for all. */
function demandFederation(phases: readonly Phase[], { phases: begun }: RunState): void {
  const retired = phases.find(({ id }) => !isDivisible(id) && begun.has(id));
  if (retired === undefined) return;
  throw new UserError({
    what: `--only does not go back over ${retired.id}`,
    why: "From retire-exports on, a step is for all services of a link: until it is undone, these would have no path at all.",
    todo: "Undo to shift for all first: --to shift. Then go further back with --only.",
  });
}

/** Names what will go, be put back, patched and restarted, and asks. */
async function agreed(cli: CliContext, opened: OpenedPlan, phases: readonly Phase[]): Promise<boolean> {
  const { plan, hash, state, folder } = opened;
  const touches = undoTouches(
    { plan, rules: { plan: hash, allowGitOpsOwned: true }, images: imagesIn(folder), state },
    phases,
  );
  const lists = Object.entries(touches).filter(([, objects]) => objects.length > 0);
  if (lists.length === 0) return true;
  const text = lists.map(([what, objects]) => `${what}:\n${objects.map((each) => `  ${each}\n`).join("")}`).join("");
  if (await ask(cli, `${text}Take this back? [y/N] `)) return true;
  cli.stderr.write(text.split("\n").map(visibleText).join("\n"));
  cli.stderr.write("note: nothing was changed: not confirmed. Answer yes, or give --yes.\n");
  return false;
}
