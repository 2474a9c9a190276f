import { expect, test } from "vitest";
import type { CheckView } from "../../src/present/model/check-view.ts";
import { bothMeshes, exampleFolder, folderWith, run } from "./run-meshferry.ts";

const policy = `apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: {name: nothing, namespace: elsewhere}
spec: {}
`;

async function checked(folder: string): Promise<CheckView> {
  const { stdout } = await run(folder, ["check", ...bothMeshes, "-o", "json"]);
  return JSON.parse(stdout) as CheckView;
}

test("every fact stands with its mark, within 80 columns, and the exit code says that nothing blocks", async () => {
  const { code, stdout } = await run(exampleFolder(), ["check", ...bothMeshes]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Checks {2}\d+ facts: \d+ hold, 0 do not, \d+ not checked$/m);
  expect(stdout).toMatch(/^ {2}✓ Every mesh runs OSSM 2\.6$/m);
  expect(stdout).toMatch(/^ {6}not supplied of east, west: /m);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a fact that does not hold names its code, and the exit code says that it blocks", async () => {
  const folder = exampleFolder({
    "west/older.yaml":
      "apiVersion: maistra.io/v2\nkind: ServiceMeshControlPlane\nmetadata: {name: other, namespace: x}\n",
  });
  const before = await checked(folder);
  expect(before.counts.block).toBe(0);
  const { code, stdout } = await run(folder, ["check", "--mesh", "east=east", "--mesh", "west=west/older.yaml"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^BLOCKING/m);
});

test("a kind that is supplied is no longer missing", async () => {
  const kindsOf = ({ checks }: CheckView) => checks.flatMap(({ missing }) => missing.flatMap(({ kinds }) => kinds));
  const kind = "AuthorizationPolicy.security.istio.io";
  expect(kindsOf(await checked(exampleFolder()))).toContain(kind);
  const supplied = await checked(exampleFolder({ "east/policy.yaml": policy, "west/policy.yaml": policy }));
  expect(kindsOf(supplied)).not.toContain(kind);
  expect(supplied.findings.map(({ code }) => code)).not.toContain("MF304");
});

test("JSON and YAML say the same, and the counts are those of the lists", async () => {
  const folder = exampleFolder();
  const view = await checked(folder);
  expect(view.apiVersion).toBe("meshferry/check.v1");
  expect(view.checks.filter(({ answer }) => answer === "held")).toHaveLength(view.answers.held);
  expect(view.findings).toHaveLength(view.counts.block + view.counts.warn + view.counts.info);
  const yaml = await run(folder, ["check", ...bothMeshes, "-o", "yaml"]);
  expect(yaml.stdout).toContain("apiVersion: meshferry/check.v1");
});

test("without meshes it is wrong use", async () => {
  expect(await run(folderWith(), ["check"])).toMatchObject({ code: 2, stdout: "" });
});
