import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bothMeshes, exampleFolder, folderWith, run, stackTrace } from "./run-meshferry.ts";

describe("help and version", () => {
  test.each([[["--help"]], [["-h"]], [["help"]], [[]]])("%j lists the commands", async (argv) => {
    const { code, stdout, stderr } = await run(folderWith(), argv);
    expect([code, stderr]).toEqual([0, ""]);
    for (const command of ["inspect", "plan", "demo", "explain"])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  test.each([[["plan", "--help"]], [["help", "plan"]]])("%j names the flags in at most 80 columns", async (argv) => {
    const { code, stdout } = await run(folderWith(), argv);
    expect(code).toBe(0);
    for (const flag of [
      "--mesh",
      "--config",
      "--max-file-size",
      "--output",
      "--out",
      "--no-rehearse",
      "--debug",
      "--color",
    ]) {
      expect(stdout).toContain(flag);
    }
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([["--version"], ["-v"], ["version"]])("%s is the package's version", async (word) => {
    expect(await run(folderWith(), [word])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });
});

describe("wrong use ends with 2, says what and what to do, and shows no stack trace", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["an unknown command", ["plam"], /there is no command "plam"\n {2}do: {4}Did you mean plan\?/],
    ["an unknown flag", ["plan", "--meshh", "a=b"], /--meshh, did you mean --mesh\?/],
    ["no mesh", ["inspect"], /no mesh was named[\s\S]*--mesh east=\.\/east/],
    ["a mesh without path", ["inspect", "--mesh", "east"], /--mesh east: not of the form NAME=PATH/],
    ["a mesh with an empty path", ["inspect", "--mesh", "east="], /--mesh east=: not of the form NAME=PATH/],
    ["a mesh with a bad name", ["inspect", "--mesh", "East=x"], /"East" is not a usable name[\s\S]*lower-case/],
    ["a mesh that leads out", ["inspect", "--mesh", "../x=y"], /"\.\.\/x" is not a usable name/],
    ["a mesh name that is too long", ["inspect", "--mesh", `${"a".repeat(33)}=y`], /is not a usable name/],
    [
      "a live cluster",
      ["inspect", "--mesh", "east=context:prod", "--kubeconfig", "none"],
      /MF803[\s\S]*a kubeconfig cannot be read: [\s\S]*error: nothing could be read\n {2}where: east: context prod/,
    ],
    ["a size that is none", ["inspect", "--max-file-size", "12Q"], /--max-file-size 12Q: not a size[\s\S]*256Mi/],
    ["a size of nothing", ["inspect", "--max-file-size", "0"], /--max-file-size 0: not a size/],
    ["an output that plan has not", ["plan", "-o", "mermaid"], /Expected "mermaid" to be one of \(text\|json\)/],
    ["a colour mode that is none", ["demo", "--color", "blue"], /Expected "blue" to be one of/],
    ["an argument too many", ["inspect", "x"], /x/],
    ["an empty --out", ["plan", ...bothMeshes, "--out", ""], /--out names no folder/],
    ["an unknown code", ["explain", "MF999"], /there is no finding "MF999"/],
    ["a missing configuration", ["plan", "--config", "nowhere.yaml"], /where: nowhere\.yaml/],
  ])("%s", async (_name, argv, message) => {
    const { code, stdout, stderr } = await run(folderWith(), argv);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^ {2}do: {4}\S/m);
    expect(stderr).not.toMatch(stackTrace);
    expect(code).toBe(2);
  });

  test("escapes in arguments are made visible", async () => {
    const { stderr } = await run(folderWith(), ["inspect", "--mesh", "\u001b[31mred=x"]);
    expect(stderr).toContain("␛[31mred");
    expect(stderr).not.toContain("\u001b");
  });
});

describe("--mesh", () => {
  test("the same name twice adds paths", async () => {
    const folder = exampleFolder();
    const parts = ["apps", "federation", "gateways", "mesh", "namespaces"].flatMap((name) => [
      "--mesh",
      `east=east/${name}.yaml`,
    ]);
    const once = await run(folder, ["inspect", ...bothMeshes, "-o", "json"]);
    const twice = await run(folder, ["inspect", ...parts, "--mesh", "west=west", "-o", "json"]);
    expect(once.code).toBe(0);
    expect(twice.stdout).toBe(once.stdout);
  });

  test("one cluster alone is shown; its peer has no other end", async () => {
    const { code, stdout } = await run(exampleFolder(), ["inspect", "--mesh", "east=east"]);
    expect(stdout).toContain("peer west-mesh has no other end");
    expect(stdout).toContain("MF100");
    expect(code).toBe(0);
  });
});

describe("--config", () => {
  const config = (lines: string) => `apiVersion: meshferry/config.v1\n${lines}`;

  test("needs no meshes where flags name them all, and says so where nobody names any", async () => {
    const folder = exampleFolder({ "settings.yaml": config("eastWest: {namespace: gateways}\n") });
    const { code, stdout } = await run(folder, ["plan", "--config", "settings.yaml", ...bothMeshes, "-o", "json"]);
    expect(code).toBe(0);
    expect(stdout).toContain('"namespace": "gateways"');
    expect(await run(folder, ["plan", "--config", "settings.yaml"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no mesh was named\n {2}where: settings\.yaml\n {2}why: .* no --mesh/u) as unknown,
    });
  });

  test("names the meshes, with paths relative to the file", async () => {
    const folder = exampleFolder({
      "etc/meshferry.yaml": config("meshes:\n- {name: east, path: ../east}\n- {name: west, path: ../west}\n"),
    });
    const fromFlags = await run(folder, ["plan", ...bothMeshes, "--no-rehearse", "-o", "json"]);
    const fromFile = await run(folder, ["plan", "--config", "etc/meshferry.yaml", "--no-rehearse", "-o", "json"]);
    expect(fromFile).toEqual(fromFlags);
  });

  test("is merged with --mesh", async () => {
    const folder = exampleFolder({ "meshferry.yaml": config("meshes:\n- {name: east, path: east}\n") });
    const { stdout } = await run(folder, [
      "inspect",
      "--config",
      "meshferry.yaml",
      "--mesh",
      "west=west",
      "-o",
      "json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ clusters: [{ name: "east" }, { name: "west" }] });
  });

  test("with a wrong key ends with 2 and names file and line", async () => {
    const folder = exampleFolder({
      "meshferry.yaml": config("meshes:\n- {name: east, path: east}\nstrategie: shift\n"),
    });
    const { code, stdout, stderr } = await run(folder, ["plan", "--config", "meshferry.yaml"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("meshferry.yaml:4");
    expect(stderr).toContain("strategy");
    expect(stderr).toContain("error: the configuration cannot be used");
  });

  test("with a live cluster says what its kubeconfig lacks", async () => {
    const folder = folderWith({ "meshferry.yaml": config("meshes:\n- {name: east, context: prod, kubeconfig: k}\n") });
    writeFileSync(join(folder, "k"), "contexts: [{name: test, context: {}}]");
    const { code, stderr } = await run(folder, ["plan", "--config", "meshferry.yaml"]);
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/gu, " ")).toMatch(/there is no context prod: .*there are: test/u);
  });
});

describe("colours", () => {
  const coloured = /\u001b\[/u;
  test.each<[string, readonly string[], object, boolean]>([
    ["a pipe has none", [], {}, false],
    ["a terminal has them", [], { isTTY: true, columns: 80 }, true],
    ["NO_COLOR takes them away", [], { isTTY: true, columns: 80, env: { NO_COLOR: "1" } }, false],
    ["an empty NO_COLOR does not", [], { isTTY: true, columns: 80, env: { NO_COLOR: "" } }, true],
    ["a dumb terminal has none", [], { isTTY: true, columns: 80, env: { TERM: "dumb" } }, false],
    ["always", ["--color", "always"], {}, true],
    ["never", ["--color", "never"], { isTTY: true, columns: 80 }, false],
  ])("%s", async (_name, argv, overrides, expected) => {
    const { stdout } = await run(exampleFolder(), ["inspect", ...bothMeshes, ...argv], overrides);
    expect(coloured.test(stdout)).toBe(expected);
  });
});

describe("explain", () => {
  test("shows one code, whatever its case, or by its name", async () => {
    const { code, stdout } = await run(folderWith(), ["explain", "mf051"]);
    expect(code).toBe(0);
    expect(stdout).toContain("MF051 no-control-plane");
    expect(stdout).toMatch(/^why {3}\S/m);
    expect(stdout).toMatch(/^do {4}\S/m);
    expect((await run(folderWith(), ["explain", "no-control-plane"])).stdout).toBe(stdout);
  });

  test("lists all codes", async () => {
    const { stdout } = await run(folderWith(), ["explain"]);
    expect(stdout.split("\n").length).toBeGreaterThan(30);
    expect(stdout).toMatch(/^MF051 {2}block +no-control-plane$/m);
  });
});

test("what is no user's mistake says that it is a bug; --debug adds the stack trace", async () => {
  const broken = {
    stdout: {
      write: (): void => {
        throw new TypeError("boom\u001b[31m");
      },
    },
  };
  const quiet = await run(exampleFolder(), ["inspect", ...bothMeshes], broken);
  expect(quiet.code).toBe(70);
  expect(quiet.stderr).toMatch(/^error: this is a bug in meshferry: boom␛\[31m\n/);
  expect(quiet.stderr).not.toMatch(stackTrace);
  expect((await run(exampleFolder(), ["inspect", ...bothMeshes, "--debug"], broken)).stderr).toMatch(stackTrace);
});
