// `meshferry inspect`: what the meshes are and what federation does between them.
import { resolve } from "node:path";
import type { ClusterInput } from "../core/cluster.ts";
import { snapshotFiles } from "../kube/sources/snapshot.ts";
import { examine } from "../pipeline.ts";
import type { FileText } from "../present/folder/file-text.ts";
import { shellWord } from "../present/folder/shell-word.ts";
import { mermaid } from "../present/graph/mermaid.ts";
import { inspectView, type InspectView } from "../present/model/inspect-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { countsText } from "../present/text/findings-text.ts";
import { inspectText } from "../present/text/inspect-text.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import type { InspectFlags } from "./flags.ts";
import type { CliContext } from "./cli-context.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { readMeshes } from "./read-meshes.ts";
import { UserError } from "./user-error.ts";
import { writeFolder } from "./write-folder.ts";

export const runInspect = handler<InspectFlags, []>(async ({ cli }, flags) => {
  if (flags.save === "") throw new UserError({ what: "--save names no folder", todo: "Give a folder: --save seen" });
  const { inputs, config } = await readMeshes(cli, flags);
  if (flags.save !== undefined) save(cli, flags.save, inputs);
  const view = inspectView(examine(inputs, config));
  writeView(cli, flags, view);
  return view.counts.block > 0 ? exitBlocked : exitFine;
});

function save(cli: CliContext, folder: string, inputs: readonly ClusterInput[]): void {
  const files = new Map<string, FileText>();
  for (const input of inputs)
    for (const [name, pieces] of snapshotFiles(input)) files.set(`${input.id}/${name}`, { pieces, elsewhere: null });
  writeFolder(resolve(cli.cwd, folder), files);
  const again = inputs.map(({ id }) => `--mesh ${id}=${shellWord(`${folder}/${id}`)}`).join(" ");
  cli.stderr.write(
    `note: ${files.size} files written to ${visibleText(folder)}; read them with ${visibleText(again)}\n`,
  );
}

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
