// `meshferry demo`: inspect and plan of the example that comes with the package, told as a story.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultConfig } from "../config/config.ts";
import { clusterId } from "../core/ids.ts";
import { readFiles } from "../kube/sources/files/read-files.ts";
import { examine, makePlan } from "../pipeline.ts";
import { inspectView } from "../present/model/inspect-view.ts";
import { planView } from "../present/model/plan-view.ts";
import { inspectText } from "../present/text/inspect-text.ts";
import type { Paint } from "../present/text/paint.ts";
import { planText } from "../present/text/plan-text.ts";
import { wrapped } from "../present/text/wrapped.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import type { SharedFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { UserError } from "./user-error.ts";

const example = "examples/east-west";
const clusters = ["east", "west"] as const;

const today = [
  "Two OpenShift clusters, east and west, each with a service mesh of version 2.6. West exports two services; clients in east dial them.",
  "Federation carries every request through two gateways, which end and begin its encryption anew:",
  "client → egress gateway (east) → ingress gateway (west) → service",
];
const path = "client → east-west gateway (west), passed through unopened → service";
const planned = [
  "OSSM 3 knows no federation: clients dial the other mesh's east-west gateway, and the encryption reaches from sidecar to sidecar:",
  path,
  "The plan builds the new way beside the old one, moves the clients wave by wave, and takes federation away when nobody needs it.",
];

/** A demo without its example is a broken installation. */
export const runDemo = handler<SharedFlags, []>(async ({ cli }, flags) => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  if (!existsSync(`${root}/${example}`)) {
    throw new UserError({
      what: "the example is missing from this installation",
      where: `${root}/${example}`,
      todo: "Install meshferry again.",
    });
  }
  const inputs = await Promise.all(
    clusters.map((name) => readFiles(clusterId(name), [`${example}/${name}`], { cwd: root })),
  );
  const paint = paintFor(cli, flags.color);
  const examination = examine(inputs, defaultConfig);
  const plan = makePlan(examination, defaultConfig);
  const inspected = inspectView(examination);
  const view = planView(plan, examination.inventory);
  writeLines(cli.stdout, [
    ...heading("1. What federation does today", today, paint),
    ...inspectText(inspected, paint),
    "",
    ...heading("2. What the plan does", planned, paint),
    ...planText(view, paint),
    "",
    ...heading("3. What comes next", nextLines(), paint),
  ]);
  return inspected.counts.block + view.counts.block > 0 ? exitBlocked : exitFine;
});

function nextLines(): string[] {
  const meshes = clusters.map((name) => `--mesh ${name}=DIR`).join(" ");
  return [
    "Nothing was changed: this version reads manifests and writes files. For clusters of your own:",
    "oc adm inspect of both clusters, then:",
    `meshferry inspect ${meshes}`,
    `meshferry plan ${meshes} --out plan`,
    "The folder holds every manifest and, phase by phase, every command with what to wait for and how to undo it.",
  ];
}

/** A ruled heading with its paragraphs; commands and paths stand indented. */
function heading(title: string, paragraphs: readonly string[], paint: Paint): string[] {
  const body = paragraphs.flatMap((text) => {
    const indent = /^(meshferry|client) /u.test(text) ? "    " : "  ";
    return wrapped(text, paint.columns - indent.length).map((line) => indent + line);
  });
  return [paint.bold(paint.cyan(title)), paint.dim("═".repeat(paint.columns)), ...body, ""];
}
