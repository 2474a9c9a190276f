// `meshferry demo`: the whole story on the example that comes with the package: before, each phase, after, and back.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readConfig } from "../config/read-config.ts";
import { clusterId } from "../core/ids.ts";
import { sortedUnique } from "../core/order.ts";
import type { Pair } from "../dataplane/pair.ts";
import { readFiles } from "../kube/sources/files/read-files.ts";
import { examine, type Examination, federationOptions, planWithTexts } from "../pipeline.ts";
import { countText } from "../present/model/count-text.ts";
import { type ExplainPairView, explainPairView } from "../present/model/explain-pair-view.ts";
import { type InspectView, inspectView } from "../present/model/inspect-view.ts";
import { type PlanView, planView } from "../present/model/plan-view.ts";
import { type RehearsalView, rehearsalView } from "../present/model/rehearsal-view.ts";
import { explainPairText } from "../present/text/explain-pair-text.ts";
import { countsText, findingsHeading, findingsText } from "../present/text/findings-text.ts";
import { importLines, linkLines, meshLines } from "../present/text/inspect-text.ts";
import { matrixText } from "../present/text/matrix-text.ts";
import type { Paint } from "../present/text/paint.ts";
import { verdictLines } from "../present/text/rehearsal-text.ts";
import { backLines, chapter, columnLines, lossesByUndo, phaseStory } from "../present/text/story-text.ts";
import { hanging } from "../present/text/wrapped.ts";
import { explainPair } from "../rehearsal/explain.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import type { SharedFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { planHash } from "./plan-hash.ts";
import { UserError } from "./user-error.ts";

const example = "examples/east-west";

/** What the chapters are told from. */
interface Story {
  readonly clusters: readonly string[];
  readonly roles: Roles;
  readonly inspected: InspectView;
  readonly plan: PlanView;
  readonly rehearsal: RehearsalView;
  /** The first pair's ways, from the start to the end. */
  readonly explained: ExplainPairView;
}

interface Roles {
  readonly importer: string;
  readonly exporter: string;
  readonly services: number;
}

export const runDemo = handler<SharedFlags, []>(async ({ cli }, flags) => {
  const story = await readStory();
  const paint = paintFor(cli, flags.color);
  writeLines(cli.stdout, [
    ...before(story, paint),
    ...phases(story, paint),
    ...after(story, paint),
    ...back(story, paint),
    ...yours(story, paint),
  ]);
  const blocks = story.inspected.counts.block + story.plan.counts.block > 0;
  return blocks || !story.rehearsal.proven ? exitBlocked : exitFine;
});

/** A demo without its example is a broken installation. */
async function readStory(): Promise<Story> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const clusters = clustersOf(`${root}/${example}`);
  const inputs = await Promise.all(
    clusters.map((name) => readFiles(clusterId(name), [`${example}/${name}`], { cwd: root })),
  );
  const { value: config } = await readConfig(`${root}/${example}/meshferry.yaml`);
  if (config === null) throw new Error(`the settings of ${example} cannot be used`);
  const examination = examine(inputs, config);
  const made = planWithTexts(examination, config);
  const hash = planHash(made);
  const options = federationOptions(config);
  const rehearsal = rehearse(made.plan, inputs, options, { hash });
  const [first] = rehearsal.pairs;
  const [client] = first?.clients[0]?.workloads ?? [];
  if (!first || !client) throw new Error(`nobody calls anybody in ${example}`);
  const pair: Pair = { client, host: first.host, port: first.port };
  return {
    clusters,
    roles: rolesIn(examination),
    inspected: inspectView(examination),
    plan: planView(made.plan, examination.inventory),
    rehearsal: rehearsalView(rehearsal, made.plan),
    explained: explainPairView(made.plan, hash, pair, explainPair(made.plan, inputs, options, pair)),
  };
}

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

function before({ clusters, roles, inspected, rehearsal, explained }: Story, paint: Paint): string[] {
  const { importer, exporter, services } = roles;
  return [
    ...chapter(
      "1. Before",
      [
        `Two OpenShift clusters, ${clusters.join(" and ")}, each with a service mesh of version 2.6. Mesh ${exporter} exports ${countText(services, "service")}; clients in ${importer} dial them.`,
        "Federation carries every request through two gateways, which end and begin its encryption anew:",
        `client → egress gateway (${importer}) → ingress gateway (${exporter}) → service`,
      ],
      paint,
    ),
    ...meshLines(inspected, paint),
    "",
    ...linkLines(inspected, paint),
    ...importLines(inspected, paint),
    "",
    ...columnLines(rehearsal, 0, paint),
    "",
    ...explainPairText({ ...explained, states: explained.states.slice(0, 1) }, paint),
    "",
  ];
}

function phases({ roles: { exporter }, plan, rehearsal }: Story, paint: Paint): string[] {
  const told = plan.phases.filter(({ steps }) => steps.length > 0);
  return [
    ...chapter(
      "2. The plan, rehearsed phase by phase",
      [
        "OSSM 3 knows no federation: clients dial the other mesh's east-west gateway, and the encryption reaches from sidecar to sidecar:",
        `client → east-west gateway (${exporter}), passed through unopened → service`,
        "The plan builds the new way beside the old one, moves the clients wave by wave, and takes federation away when nobody needs it. A model of both meshes says what requests do after every step, some time later, after its undo, and when anything is started anew.",
      ],
      paint,
    ),
    ...told.flatMap((phase) => phaseStory(phase, rehearsal, paint)),
  ];
}

function after({ plan, rehearsal, explained }: Story, paint: Paint): string[] {
  return [
    ...chapter(
      "3. After",
      ["Every request goes the new way, and nothing of federation is left. The whole matrix, phases across:"],
      paint,
    ),
    ...verdictLines(rehearsal, paint),
    "",
    ...matrixText(rehearsal, paint),
    "",
    ...explainPairText({ ...explained, states: explained.states.slice(-1) }, paint),
    "",
    ...(rehearsal.findings.length > 0
      ? [...findingsHeading(rehearsal.findingCounts, paint), ...findingsText(rehearsal.findings, paint), ""]
      : []),
    ...hanging("", `Findings of the plan: ${countsText(plan.counts)} (meshferry check says what).`, paint.columns).map(
      paint.dim,
    ),
    "",
  ];
}

function back({ plan, rehearsal }: Story, paint: Paint): string[] {
  const losses = lossesByUndo(rehearsal);
  const said = losses === 0 ? "no request was lost" : `requests were lost ${countText(losses, "time")}`;
  return [
    ...chapter(
      "4. And back",
      [
        `undo takes the steps back in reverse order, to the end of any earlier phase. The rehearsal took every step back that has to do with requests, right after it: ${said}.`,
      ],
      paint,
    ),
    ...backLines(plan, rehearsal, paint),
    "",
  ];
}

function yours({ clusters }: Story, paint: Paint): string[] {
  const meshes = clusters.map((name) => `--mesh ${name}=DIR`).join(" ");
  return chapter(
    "5. For clusters of your own",
    [
      "Nothing was changed, and nothing was asked of any cluster. With the output of oc adm inspect of both clusters:",
      `meshferry check ${meshes}`,
      `meshferry plan ${meshes} --out plan`,
      `meshferry rehearse plan ${meshes}`,
      "The folder holds every manifest and, phase by phase, every command with what to wait for and how to undo it; meshferry apply carries it out.",
    ],
    paint,
  );
}
