// `meshferry inspect`: what the meshes are and what federation does between them.
import { examine } from "../pipeline.ts";
import { mermaid } from "../present/graph/mermaid.ts";
import { inspectView, type InspectView } from "../present/model/inspect-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { countsText } from "../present/text/findings-text.ts";
import { inspectText } from "../present/text/inspect-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import type { InspectFlags } from "./flags.ts";
import type { CliContext } from "./cli-context.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { readMeshes } from "./read-meshes.ts";

export const runInspect = handler<InspectFlags, []>(async ({ cli }, flags) => {
  const { inputs, config } = await readMeshes(cli, flags);
  const view = inspectView(examine(inputs, config));
  writeView(cli, flags, view);
  return view.counts.block > 0 ? exitBlocked : exitFine;
});

function writeView(cli: CliContext, flags: InspectFlags, view: InspectView): void {
  switch (flags.output) {
    case "json":
      cli.stdout.write(jsonText(view));
      return;
    case "yaml":
      cli.stdout.write(yamlText(view));
      return;
    case "mermaid":
      cli.stdout.write(mermaid(view));
      // A graph has no room for findings, and silence would look like none.
      if (view.findings.length > 0) cli.stderr.write(`note: ${countsText(view.counts)}; -o table shows them\n`);
      return;
    case "table":
      writeLines(cli.stdout, inspectText(view, paintFor(cli, flags.color)));
  }
}
