// `meshferry scaffold`: federated 2.6 meshes for a test bed, from one configuration: shown, and written as a folder where asked.
import { isAbsolute, relative, resolve } from "node:path";
import { readScaffold } from "../config/read-scaffold.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { sortedUnique } from "../core/order.ts";
import { takeInventory } from "../inventory/take-inventory.ts";
import { planFiles } from "../present/folder/plan-folder.ts";
import { tryPage } from "../present/folder/try-page.ts";
import { findingViews } from "../present/model/finding-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { planView, stepContext } from "../present/model/plan-view.ts";
import { findingsText } from "../present/text/findings-text.ts";
import { paint as paintOf } from "../present/text/paint.ts";
import { planText } from "../present/text/plan-text.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { hanging } from "../present/text/wrapped.ts";
import { scaffoldTrials } from "../scaffold/trials.ts";
import { makeScaffoldPlan } from "../scaffold/make-scaffold-plan.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitFine } from "./exit-codes.ts";
import type { ScaffoldFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { UserError } from "./user-error.ts";
import { writeFolder } from "./write-folder.ts";

export const runScaffold = handler<ScaffoldFlags, []>(async ({ cli }, flags) => {
  if (flags.out === "") throw new UserError({ what: "--out names no folder", todo: "Give a folder: --out test-bed" });
  if (flags.config === undefined || flags.config === "") {
    throw new UserError({
      what: "no configuration was named",
      todo: "Name it: --config scaffold.yaml (meshferry scaffold --help shows the least one)",
    });
  }
  const named = flags.config;
  const { value, findings } = await readScaffold(resolve(cli.cwd, named));
  if (value === null) {
    const shown = findings.map((finding) => ({
      ...finding,
      subjects: finding.subjects.map((subject) =>
        "file" in subject && !isAbsolute(named) ? { ...subject, file: relative(cli.cwd, subject.file) } : subject,
      ),
    }));
    writeLines(cli.stderr, findingsText(findingViews(shown), paintOf(80, false)));
    throw new UserError({
      what: "the configuration cannot be used",
      where: named,
      todo: "Correct what is listed above.",
    });
  }
  const { scaffold, roots } = value;
  const plan = makeScaffoldPlan(scaffold, roots);
  const clusters = sortedUnique(scaffold.meshes.map(({ cluster }) => cluster));
  // Nothing is there yet, and the clusters are named so that every page can speak of them.
  const nothing = clusters.map((id): ClusterInput => ({ id, objects: [], coverage: {}, findings: [] }));
  const inventory = takeInventory(nothing);
  const context = stepContext(plan, inventory);
  const view = planView(plan, inventory, context);
  const trials = scaffoldTrials(scaffold);
  if (flags.out !== undefined) {
    const files = new Map([...planFiles(plan, inventory, view, context), ["TRY.md", tryPage(trials)] as const]);
    writeFolder(resolve(cli.cwd, flags.out), files);
    cli.stderr.write(`note: ${files.size} files written to ${visibleText(flags.out)}\n`);
  }
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else {
    const paint = paintFor(cli, flags.color);
    const next =
      flags.out === undefined
        ? `meshferry scaffold --config ${named} --out test-bed`
        : `Read ${flags.out}/README.md, then the STEPS.md of each phase in its order; ${flags.out}/TRY.md has requests to try.`;
    writeLines(cli.stdout, [
      ...planText(view, paint),
      "",
      paint.bold("Next"),
      ...hanging("  ", visibleText(next), paint.columns),
    ]);
  }
  return exitFine;
});
