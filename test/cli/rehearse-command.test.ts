// `meshferry rehearse`: the plan that would be made, or that of a folder; the matrix, one pair's ways, and what it refuses.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import type { ExplainPairView } from "../../src/present/model/explain-pair-view.ts";
import { displayWidth } from "../../src/present/text/display-width.ts";
import {
  bothMeshes,
  combinedRoots,
  controlCharacters,
  exampleFolder,
  folderWith,
  project,
  run,
  stackTrace,
} from "./run-meshferry.ts";

const imported = "httpbin.a.svc.west-mesh-imports.local";

describe("the plan that would be made", () => {
  test("is proven, and nothing is written", async () => {
    const { code, stdout, stderr } = await run(exampleFolder(), ["rehearse", ...combinedRoots]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Rehearsal {2}proven: nothing is lost at any of \d+ steps\n/u);
    expect(stdout).toMatch(new RegExp(`${imported}:8000 +F .* E\\n`, "u"));
    expect(stdout).toContain("Not modelled  the network");
  });

  test("-o json is the view, of the plan that plan --out writes; -o yaml holds the same", async () => {
    const folder = exampleFolder();
    const json = await run(folder, ["rehearse", ...combinedRoots, "-o", "json"]);
    const view = JSON.parse(json.stdout) as { readonly plan: string; readonly rows: readonly unknown[] };
    expect(view).toMatchObject({ apiVersion: "meshferry/rehearsal-summary.v1", proven: true });
    expect(view.rows).toHaveLength(2);
    const yaml = await run(folder, ["rehearse", ...combinedRoots, "-o", "yaml"]);
    expect(load(yaml.stdout)).toEqual(view);
    await run(folder, ["plan", ...combinedRoots, "--no-rehearse", "--out", "plan"]);
    const bytes = readFileSync(join(folder, "plan/plan.json"));
    expect(view.plan).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  });

  test("--steps shows the steps of one phase", async () => {
    const { code, stdout } = await run(exampleFolder(), ["rehearse", ...combinedRoots, "--steps", "import"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/HOST +before +5\.\d/u);
    expect(stdout).toMatch(/\n {2}5\.\d {2}Wave 1 of 2: create the entry/u);
  });

  test.each([60, 80, 200])("in %i columns no line is wider, and a terminal gets the same letters", async (columns) => {
    const asked = await run(exampleFolder(), ["rehearse", ...combinedRoots], { env: { COLUMNS: String(columns) } });
    for (const line of asked.stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(asked.stdout).not.toMatch(controlCharacters);
    const plain = { isTTY: true, columns, env: { NO_COLOR: "1" } };
    expect((await run(exampleFolder(), ["rehearse", ...combinedRoots], plain)).stdout).toBe(asked.stdout);
    const coloured = await run(exampleFolder(), ["rehearse", ...combinedRoots], { isTTY: true, columns });
    expect(coloured.stdout).toContain("\u001b[");
    expect(coloured.stdout.replaceAll(/\u001b\[\d+m/gu, "")).toBe(asked.stdout);
  });
});

describe("the plan of a folder", () => {
  test("gives what the same meshes give without it", async () => {
    const folder = exampleFolder();
    await run(folder, ["plan", ...combinedRoots, "--no-rehearse", "--out", "plan"]);
    const ofFolder = await run(folder, ["rehearse", "plan", ...combinedRoots]);
    expect(ofFolder.stdout).toBe((await run(folder, ["rehearse", ...combinedRoots])).stdout);
    expect([ofFolder.code, ofFolder.stderr]).toEqual([0, "note: plan/rehearsal.json says so; apply asks for it\n"]);
  });

  test("apply asks for the proof of exactly this plan", async () => {
    const folder = exampleFolder();
    await run(folder, ["plan", ...combinedRoots, "--no-rehearse", "--out", "plan"]);
    const refused = async () => (await run(folder, ["apply", "plan"])).stderr.includes("was not rehearsed");
    expect(await refused()).toBe(true);
    await run(folder, ["rehearse", "plan", ...combinedRoots]);
    expect(await refused()).toBe(false);
    const file = join(folder, "plan/rehearsal.json");
    const proof = readFileSync(file, "utf8");
    writeFileSync(file, proof.replace(/sha256:[0-9a-f]{4}/u, "sha256:0000"));
    expect(await refused()).toBe(true);
    writeFileSync(file, "{");
    expect(await refused()).toBe(true);
  });

  test("is refused where the meshes are not what it was made from", async () => {
    const folder = exampleFolder();
    await run(folder, ["plan", ...combinedRoots, "--no-rehearse", "--out", "plan"]);
    const file = join(folder, "west/apps.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("port: 8000", "port: 8001"));
    const { code, stdout } = await run(folder, ["rehearse", "plan", ...combinedRoots]);
    expect(stdout).toContain("MF912");
    expect(code).toBe(1);
  });
});

describe("--explain", () => {
  test("shows the ways of one client to one host, at the start and where they change", async () => {
    const argv = ["rehearse", ...combinedRoots, "--explain", "client/curl", imported];
    const { code, stdout, stderr } = await run(exampleFolder(), argv);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      new RegExp(`^east: Deployment client/curl → ${imported}:8000\\n\\nAt the start\\n  federation\\n`, "u"),
    );
    expect(stdout).toMatch(/\nAfter 5\.\d: [\s\S]*\n {2}east-west\n/u);
    expect(stdout.match(/✓ arrives; the server sees/gu)?.length).toBeGreaterThan(1);
    const json = await run(exampleFolder(), [...argv.slice(0, -1), `${imported}:8000`, "-o", "json"]);
    const view = JSON.parse(json.stdout) as ExplainPairView;
    expect(view).toMatchObject({
      apiVersion: "meshferry/rehearsal-explain.v1",
      client: { namespace: "client", name: "curl" },
      host: imported,
      port: 8000,
    });
    // An entry that every namespace sees loses to federation until the next resync (docs/facts.md, shift.public-entry-flips).
    expect(view.states.map(({ phase, outcome }) => [phase, outcome.path])).toEqual([
      [null, "federation"],
      ["import", "east-west"],
      ["retire-exports", "federation"],
      ["retire-exports", "east-west"],
    ]);
  });

  test("goes with a plan folder in front of the host", async () => {
    const folder = exampleFolder();
    await run(folder, ["plan", ...combinedRoots, "--no-rehearse", "--out", "plan"]);
    const argv = ["--explain", "east/client/curl", imported, ...combinedRoots];
    expect(await run(folder, ["rehearse", "plan", ...argv])).toEqual(await run(folder, ["rehearse", ...argv]));
  });
});

describe("wrong use ends with 2", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["no mesh", [], /no mesh was named/u],
    ["no such folder", ["nowhere", ...bothMeshes], /there is no plan to be read/u],
    ["two folders", ["one", "two", ...bothMeshes], /two: one word too many/u],
    ["a client without host", [...bothMeshes, "--explain", "client/curl"], /names a client and no host/u],
    ["a folder as host", [...bothMeshes, "--explain", "client/curl", "plan"], /names a client and no host/u],
    [
      "a client of another form",
      [...bothMeshes, "--explain", "curl", imported],
      /not of the form NAMESPACE\/WORKLOAD/u,
    ],
    ["an unknown client", [...bothMeshes, "--explain", "no/one", imported], /There are: client\/curl/u],
    ["an unknown host", [...bothMeshes, "--explain", "client/curl", "x.example"], /It reaches: httpbin\.a/u],
    [
      "an unknown phase",
      [...bothMeshes, "--steps", "imports"],
      /the plan has no such phase[\s\S]*Its phases: prepare/u,
    ],
    ["two views", [...bothMeshes, "--steps", "import", "--explain", "client/curl", imported], /exclude each other/u],
  ])("%s", async (_name, argv, message) => {
    const folder = exampleFolder({ "plan/plan.json": "{}" });
    const { code, stdout, stderr } = await run(folder, ["rehearse", ...argv]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(stackTrace);
  });

  test("a scaffold's plan is refused", async () => {
    const names = ["scaffold.yaml", "east-root-cert.pem", "west-root-cert.pem"];
    const files = names.map((name) => [name, readFileSync(join(project, "examples/east-west", name))] as const);
    const folder = exampleFolder(Object.fromEntries(files));
    expect((await run(folder, ["scaffold", "--config", "scaffold.yaml", "--out", "bed"])).code).toBe(0);
    const { code, stderr } = await run(folder, ["rehearse", "bed", ...bothMeshes]);
    expect(code).toBe(2);
    expect(stderr).toContain("a scaffold's plan is not rehearsed");
  });
});

describe("demo", () => {
  test("tells the whole story: before, every phase with its column, after, and back", async () => {
    const { code, stdout, stderr } = await run(folderWith(), ["demo"]);
    expect([code, stderr]).toEqual([0, ""]);
    const chapters = [...stdout.matchAll(/^(\d\. .*)\n═+$/gmu)].map((match) => match[1]);
    expect(chapters).toEqual([
      "1. Before",
      "2. The plan, rehearsed phase by phase",
      "3. After",
      "4. And back",
      "5. For clusters of your own",
    ]);
    const columns = [...stdout.matchAll(/^ {2}HOST +(AT THE START|AFTER \S+)$/gmu)].map((match) => match[1]);
    expect(columns).toEqual([
      ...["AT THE START", "AFTER prepare", "AFTER trust", "AFTER export", "AFTER import"],
      ...["AFTER retire-exports", "AFTER retire-imports", "AFTER retire-peers"],
    ]);
    expect(stdout).toMatch(/imports\.local:8000 +federation → east-west\n/u);
    expect(stdout).toMatch(/took\s+every\s+step\s+back[^.]*no\s+request\s+was\s+lost/u);
    expect(stdout).toMatch(/\n {2}export +import, \d+ steps +federation\n/u);
    for (const line of stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).not.toMatch(controlCharacters);
  });
});
