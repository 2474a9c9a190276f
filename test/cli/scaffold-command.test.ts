// `meshferry scaffold` as a user runs it: what is printed, what is written, what its commands do.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { eastWest } from "../support/example.ts";
import { controlCharacters, filesBelow, folderWith, run } from "./run-meshferry.ts";

const root = readFileSync(join(eastWest, "east-root-cert.pem"), "utf8");
const config = `apiVersion: meshferry/scaffold.v1
certs: certs
meshes:
- { name: east, apps: [{ client: client }], ingress: { addresses: [192.0.2.1] } }
- { name: west, apps: [{ http: a }, { tcp: b }] }
exports:
- { from: west, services: [a/*, b/*] }
`;
const files = { "scaffold.yaml": config, "certs/east/root-cert.pem": root, "certs/west/root-cert.pem": root };
const argv = ["scaffold", "--config", "scaffold.yaml"];

describe("what is printed", () => {
  test.each([80, 200])("fits %d columns", async (columns) => {
    const { code, stdout } = await run(folderWith(files), argv, { columns, isTTY: true, env: { NO_COLOR: "1" } });
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => [...line].length > columns)).toEqual([]);
    expect(stdout).not.toMatch(controlCharacters);
    expect(stdout).toContain("Scaffold  sets up 2 meshes with 1 link in 6 phases");
  });

  test("as JSON is the view that migration plans have", async () => {
    const { stdout } = await run(folderWith(files), [...argv, "-o", "json"]);
    const view = JSON.parse(stdout) as Record<string, unknown>;
    expect(view).toMatchObject({
      apiVersion: "meshferry/plan-summary.v1",
      strategy: "scaffold",
      setsUp: { meshes: 2, links: 1 },
      counts: { block: 0, warn: 0, info: 0 },
      slots: [{ id: "west-ingress", type: "plain-addresses" }],
    });
    const phases = view["phases"] as { readonly id: string; readonly steps: readonly unknown[] }[];
    expect(phases.map(({ id, steps }) => [id, steps.length])).toEqual([
      ["namespaces", 7],
      ["control-planes", 4],
      ["peers", 5],
      ["apps", 9],
      ["exports", 1],
      ["imports", 1],
    ]);
  });
});

describe("the folder", () => {
  test("holds manifests per cluster, pages, the plan, and requests to try", async () => {
    const folder = folderWith(files);
    await run(folder, [...argv, "--out", "bed"]);
    const written = filesBelow(join(folder, "bed"));
    expect([...written.keys()].filter((path) => !path.endsWith(".yaml"))).toEqual([
      ".meshferry",
      ...["01-namespaces", "02-control-planes", "03-peers", "04-apps", "05-exports", "06-imports"].map(
        (phase) => `${phase}/STEPS.md`,
      ),
      "README.md",
      "TRY.md",
      "plan.json",
    ]);
    expect(load(written.get("03-peers/west/04-servicemeshpeer-east-mesh.yaml") ?? "")).toMatchObject({
      spec: { remote: { addresses: ["192.0.2.1"] } },
    });
    expect(written.get("TRY.md")).toContain(
      `kubectl --context "$CONTEXT_EAST" -n client exec deployment.apps/curl -c curl -- curl -sS http://httpbin.a.svc.west-mesh-imports.local:8000/headers`,
    );
    expect(written.get("TRY.md")).toContain(
      "sh -c '(echo world; sleep 1) | nc tcp-echo.b.svc.west-mesh-imports.local 9000'",
    );
    // kubectl reads the quoted key as a path: a dot in it has to be escaped.
    expect(written.get("04-apps/STEPS.md")).toContain(String.raw`labels['\''maistra\.io/member-of'\'']`);
    for (const text of written.values()) expect(text).not.toMatch(/PRIVATE KEY/u);
  });

  test("fills the address that a load balancer reports into the peer", async () => {
    const folder = folderWith(files);
    await run(folder, [...argv, "--out", "bed"]);
    const phase = join(folder, "bed", "03-peers");
    const page = readFileSync(join(phase, "STEPS.md"), "utf8");
    const [, commands = ""] = /^(?:[\s\S]*?)```sh\n(export SLOT_WEST_INGRESS=[\s\S]*?)\n```$/mu.exec(page) ?? [];
    expect(commands).toContain("envsubst");
    // The real kubectl would fill the template in; here it answers as it would, and keeps what is applied.
    mkdirSync(join(folder, "bin"));
    const kubectl = `#!/bin/sh\ncase "$*" in *apply*) cat > applied.yaml ;; *) printf '["lb.example.com","198.51.100.7"]' ;; esac\n`;
    const envsubst = `#!/bin/sh\nsed "s|\\\${SLOT_WEST_INGRESS}|$SLOT_WEST_INGRESS|"\n`;
    for (const [name, text] of Object.entries({ kubectl, envsubst })) {
      writeFileSync(join(folder, "bin", name), text);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    execFileSync("bash", ["-eu"], {
      cwd: phase,
      input: commands,
      env: { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`, CONTEXT_EAST: "e", CONTEXT_WEST: "w" },
    });
    expect(load(readFileSync(join(phase, "applied.yaml"), "utf8"))).toMatchObject({
      kind: "ServiceMeshPeer",
      spec: { remote: { addresses: ["lb.example.com", "198.51.100.7"], discoveryPort: 8188 } },
    });
  });
});

describe("what is wrong", () => {
  test("is said with file and line, and nothing is written", async () => {
    const folder = folderWith({ ...files, "scaffold.yaml": `${config}links: [[east, wst]]\n` });
    const { code, stdout, stderr } = await run(folder, [...argv, "--out", "bed"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("MF038");
    expect(stderr).toContain("scaffold.yaml:8");
    expect(stderr).toContain("Is west meant?");
    expect([...filesBelow(folder).keys()].filter((path) => path.startsWith("bed"))).toEqual([]);
  });

  test("without a configuration, help is named", async () => {
    const { code, stderr } = await run(folderWith(), ["scaffold"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--config scaffold.yaml");
  });
});
