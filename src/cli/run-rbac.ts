// `meshferry rbac`: the least roles for reading, and for carrying a plan out, as tables or manifests.
import { clusterId } from "../core/ids.ts";
import { kindsRead } from "../pipeline.ts";
import { besideReading, permissionsToRead } from "../plan/permission.ts";
import { clustersOf, namespacesMade, verbsOf } from "../plan/permissions.ts";
import { jsonText } from "../present/model/json-text.ts";
import { rbacView, type RbacView } from "../present/model/rbac-view.ts";
import { rbacText } from "../present/text/rbac-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitFine } from "./exit-codes.ts";
import type { RbacFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { readPlan } from "./read-plan-folder.ts";

/** Reading takes the same everywhere. */
const anyCluster = "any";

export const runRbac = handler<RbacFlags, []>(async ({ cli }, flags) => {
  const subject = flags.for ?? null;
  const plan = flags.plan === undefined ? null : readPlan(cli.cwd, flags.plan).plan;
  const clusters = plan === null ? [clusterId(anyCluster)] : clustersOf(plan);
  // What a plan rests on is read again before it is carried out; a scaffold's rests on nothing.
  const read = plan === null || plan.basis.length > 0 ? clusters : [];
  const reading = read.flatMap((cluster) => permissionsToRead(cluster, kindsRead, flags.secrets ?? false));
  const asked = plan === null ? [] : besideReading(verbsOf(plan), reading);
  const view = rbacView([...reading, ...asked], {
    notThereYet: plan === null ? [] : namespacesMade(plan),
    subject,
  });
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else if (flags.output === "yaml") cli.stdout.write(manifestsText(view));
  else writeLines(cli.stdout, rbacText(view, paintFor(cli, flags.color)));
  if (flags.output === "yaml" && subject === null)
    cli.stderr.write("note: roles without bindings; --for user:NAME (group:NAME, sa:NAMESPACE/NAME) adds them\n");
  return exitFine;
});

/** Every cluster's manifests behind a line that names it: each is applied in its own. */
function manifestsText({ clusters }: RbacView): string {
  return clusters
    .map(({ cluster, manifests }) => {
      const head = cluster === anyCluster ? "# every cluster" : `# cluster ${cluster}`;
      return `${head}\n${manifests.map((each) => `---\n${yamlText(each, { manifest: true })}`).join("")}`;
    })
    .join("");
}
