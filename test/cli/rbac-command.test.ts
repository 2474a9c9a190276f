// `meshferry rbac`: for reading, and for a plan; as a table, as manifests, as JSON.
import { load, loadAll } from "js-yaml";
import { expect, test } from "vitest";
import { kindsRead } from "../../src/pipeline.ts";
import { bothMeshes, exampleFolder, folderWith, run } from "./run-meshferry.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

test("the least role for reading lists every kind that is read, and no Secret", async () => {
  const { code, stdout, stderr } = await run(folderWith(), ["rbac", "-o", "yaml"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^note: roles without bindings/u);
  const { kind, metadata, rules = [] } = load(stdout) as Manifest;
  expect([kind, metadata.name]).toEqual(["ClusterRole", "meshferry-reader"]);
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(["list"]));
  expect(rules.flatMap(({ resources }) => resources)).toHaveLength(kindsRead.length - 1);
  expect(stdout).not.toContain("secrets");
  const withSecrets = await run(folderWith(), ["rbac", "-o", "json", "--secrets"]);
  expect(withSecrets.stdout).toContain("istio-ca-secret");
});

test("for a plan: roles for each cluster, bound to whom they are for", async () => {
  const folder = exampleFolder();
  await run(folder, ["plan", ...bothMeshes, "--out", "plan"]);
  const { code, stdout, stderr } = await run(folder, ["rbac", "--plan", "plan", "-o", "yaml", "--for", "user:alice"]);
  expect([code, stderr]).toEqual([0, ""]);
  const [, east = "", west = ""] = stdout.split(/^# cluster \w+\n/mu);
  const shown = (text: string) =>
    (loadAll(text) as (Manifest | null)[]).flatMap((each) =>
      each === null ? [] : [`${each.kind} ${each.metadata.namespace ?? "-"}/${each.metadata.name}`],
    );
  const both = (names: readonly string[]) => [
    ...names,
    ...names.map((name) => name.replace("ClusterRole", "ClusterRoleBinding").replace(/^Role/u, "RoleBinding")),
  ];
  const everywhere = ["ClusterRole -/meshferry-reader", "ClusterRole -/meshferry-plan"];
  expect(shown(east)).toEqual(
    both([...everywhere, ...["client", "default", "istio-system"].map((each) => `Role ${each}/meshferry-plan`)]),
  );
  expect(shown(west)).toEqual(
    both([
      ...everywhere,
      ...["a", "default", "istio-system", "istio-ingress"].map((each) => `Role ${each}/meshferry-plan`),
    ]),
  );
  const { stdout: table } = await run(folder, ["rbac", "--plan", "plan"], { env: { COLUMNS: "140" } });
  expect(table).toMatch(/^ {2}In istio-system\n[^]*servicemeshpeers\.\S+ west-mesh +get,watch\? +wait$/mu);
  expect(table).toContain("The plan makes istio-ingress");
});

test("wrong use is said", async () => {
  const folder = folderWith({ "old/plan.json": '{"apiVersion":"other"}' });
  const ended = async (...argv: readonly string[]) => {
    const { code, stderr } = await run(folder, ["rbac", ...argv]);
    return [code, stderr.split("\n").slice(0, 3).join(" ").replace(folder, "")];
  };
  expect(await ended("--plan", "none")).toEqual([
    2,
    "error: there is no plan to be read   where: /none/plan.json   why:   no such file",
  ]);
  expect(await ended("--plan", "old")).toEqual([
    2,
    'error: this version does not understand the plan   where: /old/plan.json   why:   Its apiVersion is "other", not "meshferry/plan.v1".',
  ]);
  expect((await ended("--for", "alice"))[1]).toMatch(/^error: --for alice: nobody that roles can be given to/u);
});
