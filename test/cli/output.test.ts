import { describe, expect, test } from "vitest";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { displayWidth } from "../../src/present/text/display-width.ts";
import { bothMeshes, combinedRoots, controlCharacters, exampleFolder, filesBelow, run } from "./run-meshferry.ts";

const widest = (text: string) => Math.max(...text.split("\n").map((line) => displayWidth(line)));

describe("inspect", () => {
  test("-o json holds meshes, links, exports, imports and findings", async () => {
    const { code, stdout, stderr } = await run(exampleFolder(), ["inspect", ...bothMeshes, "-o", "json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const view: unknown = JSON.parse(stdout);
    expect(view).toMatchObject({
      apiVersion: "meshferry/inspect.v1",
      clusters: [{ name: "east" }, { name: "west" }],
      meshes: [
        {
          id: "east/istio-system/basic",
          trustDomain: "east.local",
          network: "network-east-mesh",
          memberNamespaces: ["client"],
        },
        { id: "west/istio-system/basic", trustDomain: "west.local", memberNamespaces: ["a", "b"] },
      ],
      links: [{ meshes: ["east/istio-system/basic", "west/istio-system/basic"], agrees: true, rejected: null }],
      imports: [
        {
          host: "httpbin.a.svc.west-mesh-imports.local",
          importer: "east/istio-system/basic",
          service: { kind: "Service", namespace: "a", name: "httpbin" },
          ports: [{ number: 8000, protocol: "HTTP", targetPort: 8080 }],
          runners: [{ serviceAccount: "httpbin", sidecar: true }],
          carry: { mode: "passthrough" },
          status: "agrees",
        },
        { host: "httpbin.b.svc.cluster.local", asLocal: true },
      ],
      counts: { block: 0 },
    });
    expect(Object.keys(view as object)).toEqual([
      ...[
        "apiVersion",
        "clusters",
        "meshes",
        "trust",
        "links",
        "unpaired",
        "exports",
        "imports",
        "unimported",
        "counts",
        "findings",
      ],
    ]);
  });

  test("-o yaml holds the same", async () => {
    const folder = exampleFolder();
    const json = await run(folder, ["inspect", ...bothMeshes, "-o", "json"]);
    const yaml = await run(folder, ["inspect", ...bothMeshes, "-o", "yaml"]);
    expect(load(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  test("-o mermaid draws meshes, links and hosts, and says on stderr that there are findings", async () => {
    const { stdout, stderr } = await run(exampleFolder(), ["inspect", ...bothMeshes, "-o", "mermaid"]);
    expect(stdout).toMatch(
      /^flowchart LR\n {2}subgraph mesh0\["east\/istio-system\/basic<br\/>trust domain east\.local"\]\n/,
    );
    expect(stdout).toContain('host0(["httpbin.a.svc.west-mesh-imports.local<br/>8000/HTTP"])');
    expect(stdout).toContain('mesh0gate <-->|"link"| mesh1gate');
    expect(stdout).toContain('host0 -->|"passthrough"| service0');
    expect(stderr).toMatch(/^note: nothing blocks, .*-o table shows them\n$/);
  });

  test("a finding that blocks makes the exit code 1, and the rest is shown", async () => {
    const broken = 'apiVersion: v1\nkind: Service\nmetadata: {name: odd, namespace: a}\nspec: {ports: "none"}\n';
    const { code, stdout } = await run(exampleFolder({ "west/odd.yaml": broken }), ["inspect", ...bothMeshes]);
    expect(code).toBe(1);
    expect(stdout).toContain("BLOCKING (1)");
    expect(stdout).toMatch(/MF050 field-of-wrong-type\n {4}\/spec\/ports: /);
    expect(stdout).toContain("at  west/odd.yaml:1");
    expect(stdout).toContain("httpbin.a.svc.west-mesh-imports.local");
  });
});

describe("plan", () => {
  test("-o json summarises phases, steps, cost, waves and slots", async () => {
    const { code, stdout } = await run(exampleFolder(), ["plan", ...combinedRoots, "--no-rehearse", "-o", "json"]);
    expect(code).toBe(0);
    const view = JSON.parse(stdout) as { readonly phases: readonly { readonly id: string }[] };
    expect(view).toMatchObject({
      apiVersion: "meshferry/plan-summary.v1",
      plan: "meshferry/plan.v1",
      rehearsed: false,
      routes: { total: 2, carried: 2, left: [] },
      waves: [
        { importer: "east/istio-system/basic", number: 1, namespaces: ["client"] },
        { importer: "east/istio-system/basic", number: 2, namespaces: ["*"] },
      ],
      slots: [{ type: "addresses" }],
      counts: { block: 0 },
    });
    expect(view.phases.map(({ id }) => id).slice(0, 3)).toEqual(["prepare", "trust", "network"]);
  });

  test("rehearses what it has made, and leaves the proof that apply asks for", async () => {
    const folder = exampleFolder();
    const argv = ["plan", ...combinedRoots, "--out", "plan"];
    const { code, stdout, stderr } = await run(folder, argv);
    expect(stderr).toMatch(/^note: rehearsed: 2 pairs of clients and host in \d+ states lose nothing\n/u);
    expect([code, stdout.includes("not rehearsed")]).toEqual([0, false]);
    expect((await run(folder, ["apply", "plan"])).stderr).not.toContain("was not rehearsed");
    const readme = filesBelow(join(folder, "plan")).get("README.md") ?? "";
    expect(readme).not.toContain("was not rehearsed");
    const file = join(folder, "plan", "plan.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("Create", "Crate"));
    expect((await run(folder, ["apply", "plan"])).stderr).toContain("was not rehearsed");
    expect((await run(folder, ["plan", ...bothMeshes, "--no-rehearse"])).stderr).toBe("");
  });

  test("shows old and new values, and of roots only their number", async () => {
    const folder = exampleFolder();
    const { stdout } = await run(folder, ["plan", ...combinedRoots, "--no-rehearse"]);
    expect(stdout).toContain("not rehearsed");
    expect(stdout).toContain('data["root-cert.pem"]: 1 certificate → 2 certificates');
    expect(stdout).toContain("spec.exportTo: [client] → [*]");
    expect(stdout).toMatch(/- federation-egress:\n +- {3}enabled: true/);
    for (const argv of [["plan"], ["plan", "-o", "json"], ["inspect", "-o", "json"]]) {
      const shown = await run(folder, [...argv, ...bothMeshes]);
      expect(shown.stdout).not.toMatch(/LS0tLS|BEGIN CERTIFICATE/);
    }
  });

  test("ends with the command that writes it, ready to be pasted", async () => {
    const folder = exampleFolder();
    const { stdout } = await run(folder, ["plan", ...bothMeshes, "--no-rehearse"]);
    expect(stdout).toMatch(/Next\n {2}meshferry plan --mesh east=east --mesh west=west --out plan\n$/);
    const written = await run(folder, ["plan", ...bothMeshes, "--no-rehearse", "--out", "it"]);
    expect(written.stdout).toMatch(/Next\n {2}Read it\/README\.md, then/);
    expect(written.stderr).toMatch(/^note: \d+ files written to it\n$/);
  });
});

describe.each([80, 200, 60])("in %i columns", (columns) => {
  test.each([["inspect"], ["plan"]])("no line of %s is wider", async (command) => {
    const asked = await run(exampleFolder(), [command, ...bothMeshes], { env: { COLUMNS: String(columns) } });
    expect(widest(asked.stdout)).toBeLessThanOrEqual(columns);
    const terminal = await run(exampleFolder(), [command, ...bothMeshes, "--color", "never"], { isTTY: true, columns });
    expect(terminal.stdout).toBe(asked.stdout);
    expect(asked.stdout).not.toMatch(controlCharacters);
  });
});

test("200 columns cut no host; 80 is the width of a pipe", async () => {
  const folder = exampleFolder();
  const wide = await run(folder, ["inspect", ...bothMeshes], { env: { COLUMNS: "200" } });
  expect(wide.stdout).not.toContain("…");
  const pipe = await run(folder, ["inspect", ...bothMeshes]);
  expect(pipe.stdout).toBe((await run(folder, ["inspect", ...bothMeshes], { env: { COLUMNS: "80" } })).stdout);
});

test("two runs give the same bytes, wherever they run", async () => {
  const folders = [exampleFolder(), exampleFolder()] as const;
  for (const argv of [
    ["inspect"],
    ["inspect", "-o", "json"],
    ["inspect", "-o", "mermaid"],
    ["plan"],
    ["plan", "-o", "json"],
  ]) {
    const [one, other] = await Promise.all(folders.map((folder) => run(folder, [...argv, ...bothMeshes])));
    expect(other).toEqual(one);
  }
  for (const folder of folders) await run(folder, ["plan", ...bothMeshes, "--out", "plan"]);
  expect(filesBelow(`${folders[1]}/plan`)).toEqual(filesBelow(`${folders[0]}/plan`));
});
