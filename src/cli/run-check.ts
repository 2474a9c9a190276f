// `meshferry check`: what holds, what does not, what could not be looked at; the exit code says whether anything blocks.
import { examine, makePlan } from "../pipeline.ts";
import { checkView } from "../present/model/check-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { checkText } from "../present/text/check-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import type { CheckFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { readMeshes } from "./read-meshes.ts";

export const runCheck = handler<CheckFlags, []>(async ({ cli }, flags) => {
  const { inputs, config } = await readMeshes(cli, flags);
  const examination = examine(inputs, config);
  // Planning has findings of its own: what stays on federation, and what cannot be restarted.
  const view = checkView(examination.answers, makePlan(examination, config).findings);
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else if (flags.output === "yaml") cli.stdout.write(yamlText(view));
  else writeLines(cli.stdout, checkText(view, paintFor(cli, flags.color)));
  return view.counts.block > 0 ? exitBlocked : exitFine;
});
