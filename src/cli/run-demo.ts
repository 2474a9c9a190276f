// `meshferry demo`: inspect and plan of the example that comes with the package, told as a story.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readConfig } from "../config/read-config.ts";
import { clusterId } from "../core/ids.ts";
import { sortedUnique } from "../core/order.ts";
import { readFiles } from "../kube/sources/files/read-files.ts";
import { examine, type Examination, makePlan } from "../pipeline.ts";
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

interface Roles {
  readonly importer: string;
  readonly exporter: string;
  readonly services: number;
}

const words = ["no services", "one service", "two services", "three services"];

function today({ importer, exporter, services }: Roles): string[] {
  return [
    `Two OpenShift clusters, ${[importer, exporter].sort().join(" and ")}, each with a service mesh of version 2.6. Mesh ${exporter} exports ${words[services] ?? `${services} services`}; clients in ${importer} dial them.`,
    "Federation carries every request through two gateways, which end and begin its encryption anew:",
    `client → egress gateway (${importer}) → ingress gateway (${exporter}) → service`,
  ];
}

function planned({ exporter }: Roles): string[] {
  return [
    "OSSM 3 knows no federation: clients dial the other mesh's east-west gateway, and the encryption reaches from sidecar to sidecar:",
    `client → east-west gateway (${exporter}), passed through unopened → service`,
    "The plan builds the new way beside the old one, moves the clients wave by wave, and takes federation away when nobody needs it.",
  ];
}

/** A demo without its example is a broken installation. */
export const runDemo = handler<SharedFlags, []>(async ({ cli }, flags) => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const clusters = clustersOf(`${root}/${example}`);
  const inputs = await Promise.all(
    clusters.map((name) => readFiles(clusterId(name), [`${example}/${name}`], { cwd: root })),
  );
  const paint = paintFor(cli, flags.color);
  const { value: config } = await readConfig(`${root}/${example}/meshferry.yaml`);
  if (config === null) throw new Error(`the settings of ${example} cannot be used`);
  const examination = examine(inputs, config);
  const plan = makePlan(examination, config);
  const inspected = inspectView(examination);
  const view = planView(plan, examination.inventory);
  const roles = rolesIn(examination);
  writeLines(cli.stdout, [
    ...heading("1. What federation does today", today(roles), paint),
    ...inspectText(inspected, paint),
    "",
    ...heading("2. What the plan does", planned(roles), paint),
    ...planText(view, paint),
    "",
    ...heading("3. What comes next", nextLines(clusters), paint),
  ]);
  return inspected.counts.block + view.counts.block > 0 ? exitBlocked : exitFine;
});

/** The example's folders, one per cluster. */
function clustersOf(path: string): string[] {
  if (!existsSync(path)) {
    throw new UserError({
      what: "the example is missing from this installation",
      where: path,
      todo: "Install meshferry again.",
    });
  }
  const entries = readdirSync(path, { withFileTypes: true });
  return sortedUnique(entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])));
}

/** Who imports from whom in the example, by cluster. */
function rolesIn({ federation: { imports, exports } }: Examination): Roles {
  const [first] = imports;
  const cluster = (mesh: string | undefined): string => mesh?.split("/")[0] ?? "";
  return { importer: cluster(first?.importer), exporter: cluster(first?.exporter), services: exports.length };
}

function nextLines(clusters: readonly string[]): string[] {
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
