// README.md of the plan folder: what it is, in which order it is used, and what it does not promise.
import { countText } from "../model/count-text.ts";
import type { PlanView, SetsUpView } from "../model/plan-view.ts";
import { code, prose } from "./markdown.ts";
import { contextVariable } from "./kubectl.ts";

/** The page's text. `folders` are the phases' folders in their order. */
export function folderPage(view: PlanView, folders: readonly string[], clusters: readonly string[]): string {
  const rows = view.phases.map(
    (phase, at) =>
      `| ${phase.number} | [${folders[at] ?? ""}](${folders[at] ?? ""}/STEPS.md) | ${phase.purpose} | ${phase.steps.length} | ${phase.reversible ? "yes" : "**not everything**"} |`,
  );
  const lines = [
    ...(view.setsUp === null ? migrationLines(view) : scaffoldLines(view, view.setsUp)),
    "## Order",
    "",
    "| | phase | what for | steps | undone by its own steps |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "Any two phases can be days apart. Inside a phase keep the order of the steps, and wait where it says so. Each `STEPS.md` holds the exact commands; they are run in the folder of their phase.",
    "",
    "## Before the first command",
    "",
    "`kubectl` (or `oc` in its place), `istioctl` for looking into proxies, and `envsubst` (gettext) where a value is filled in. The kubeconfig contexts of the clusters:",
    "",
    "```sh",
    ...clusters.map((cluster) => `export ${contextVariable(cluster)}=   # the context of ${cluster}`),
    "```",
    "",
    "## What is in here",
    "",
    ...(view.setsUp === null
      ? ["- [FIREWALL.md](FIREWALL.md): what firewalls between the clusters must let through, from which phase on."]
      : []),
    "- `plan.json`: the whole plan, for programs.",
    ...(view.setsUp === null ? [] : ["- `TRY.md`: requests that pass once everything stands."]),
    "- `NN-PHASE/CLUSTER/NN-….yaml`: objects that meshferry makes, in the order of STEPS.md; `NN-KINDS.yaml` holds all of one kind that are applied together.",
    ...(view.setsUp === null
      ? [
          "- `NN-PHASE/CLUSTER/NN-….patch.json`: JSON patches for objects that are yours; their `test` operations stop them when the object is no longer what the plan has seen.",
          "- `….undo.…`: what puts back the state before the step.",
        ]
      : []),
    "- `.meshferry`: the list of the files that meshferry has written.",
    "",
    `meshferry writes this folder as a whole: the next \`meshferry ${view.setsUp === null ? "plan" : "scaffold"} --out\` replaces or removes every file listed in \`.meshferry\`, with all changes made by hand. Files of your own beside them are left alone.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What a scaffold is, and what it needs before the first step. */
function scaffoldLines({ madeBy }: PlanView, { meshes, links }: SetsUpView): string[] {
  return [
    "# Federated meshes",
    "",
    `Written by ${prose(madeBy)}. Sets up ${countText(meshes, "mesh")} of OpenShift Service Mesh 2.6 with ${countText(links, "link")}, in clusters where nothing of it is there yet.`,
    "",
    "Each cluster needs the OpenShift Service Mesh 2 operator (2.6). Load-balancer addresses must be reachable from the other clusters. To take everything away again, undo the phases from the last to the first: exports and imports have to be gone before the peers go, since a peer that still exports something deadlocks istiod.",
    "",
  ];
}

function migrationLines(view: PlanView): string[] {
  return [
    "# Migration plan",
    "",
    `Written by ${prose(view.madeBy)}. It moves ${view.routes.carried} of ${countText(view.routes.total, "imported host")} from OpenShift Service Mesh 2.6 federation to the multi-cluster topology that OSSM 3 uses.`,
    "",
    ...(view.rehearsed
      ? []
      : [
          "> **This plan was not rehearsed.** Nothing has proven that every request passes at every step. Read each phase before you run it, try it on clusters that do not matter, and keep `oc adm inspect` of both sides.",
          "",
        ]),
    ...blockingLines(view),
  ];
}

function blockingLines({ counts, findings }: PlanView): string[] {
  if (counts.block === 0) return [];
  const blocking = findings.filter(({ severity }) => severity === "block");
  return [
    `> **${countText(counts.block, "finding")} ${counts.block === 1 ? "blocks" : "block"}.** What they concern is not part of the plan, or must be settled first:`,
    ...blocking.slice(0, 20).map((finding) => `> - ${code(finding.code)} ${prose(finding.message)}`),
    "",
  ];
}
