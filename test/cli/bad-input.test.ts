// Each kind of bad input stands beside the good example: it is reported with its place, and hides nothing of the rest.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  bothMeshes,
  controlCharacters,
  exampleFolder,
  filesBelow,
  folderWith,
  run,
  stackTrace,
} from "./run-meshferry.ts";

const configMap = (name: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: a\n${more}`;

interface Case {
  readonly name: string;
  readonly spoil: (west: string) => void;
  /** What must be said on stdout. */
  readonly says: readonly RegExp[];
  readonly code: 0 | 1;
  readonly argv?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "truncated YAML",
    spoil: (west) => writeFileSync(join(west, "odd.yaml"), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "odd'),
    says: [/MF011 document-broken/, /at {2}west\/odd\.yaml:\d/],
    code: 1,
  },
  {
    name: "two documents, one broken",
    spoil: (west) => writeFileSync(join(west, "odd.yaml"), `a: [\n---\n${configMap("fine")}`),
    says: [/MF011/, /at {2}west\/odd\.yaml:/, /west 53 objects/],
    code: 1,
  },
  {
    name: "a wrong type in a field in use",
    spoil: (west) =>
      writeFileSync(
        join(west, "odd.yaml"),
        "apiVersion: v1\nkind: Service\nmetadata: {name: odd, namespace: a}\nspec: 7\n",
      ),
    says: [/MF050 field-of-wrong-type/, /at {2}west: Service a\/odd/, /at {2}west\/odd\.yaml:1/],
    code: 1,
  },
  {
    name: "one object twice, with different contents",
    spoil: (west) =>
      writeFileSync(
        join(west, "odd.yaml"),
        `${configMap("twice", "data: {x: '1'}\n")}---\n${configMap("twice", "data: {x: '2'}\n")}`,
      ),
    says: [/MF018/, /at {2}west\/odd\.yaml:/],
    code: 0,
  },
  {
    name: "a file over --max-file-size",
    spoil: (west) =>
      writeFileSync(join(west, "odd.yaml"), `${configMap("large")}data:\n  x: ${"x".repeat(2_000_000)}\n`),
    says: [/MF007/, /at {2}west\/odd\.yaml$/m],
    argv: ["--max-file-size", "1Mi"],
    code: 1,
  },
  {
    name: "a file that is not UTF-8",
    spoil: (west) => writeFileSync(join(west, "odd.yaml"), new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a])),
    says: [/MF008/, /at {2}west\/odd\.yaml:1/],
    code: 1,
  },
  {
    name: "a symbolic link that leads to its own folder",
    spoil: (west) => symlinkSync(".", join(west, "loop")),
    says: [/west 52 objects/],
    code: 0,
  },
  {
    name: "a FIFO",
    spoil: (west) => execFileSync("mkfifo", [join(west, "odd.yaml")]),
    says: [/MF005/, /west\/odd\.yaml/],
    code: 1,
  },
  {
    name: "an alias bomb",
    spoil: (west) => {
      const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
      for (let at = 1; at < 9; at += 1)
        lines.push(`a${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(", ")}]`);
      writeFileSync(join(west, "odd.yaml"), `${configMap("bomb")}data:\n  ${lines.join("\n  ")}\n`);
    },
    says: [/MF013/, /at {2}west\/odd\.yaml:/],
    code: 1,
  },
  {
    name: "__proto__ keys",
    spoil: (west) =>
      writeFileSync(
        join(west, "odd.yaml"),
        `${configMap("odd")}  __proto__: {polluted: "yes"}\n__proto__: {polluted: "yes"}\n`,
      ),
    says: [/west 5[23] objects/],
    code: 0,
  },
  {
    name: "names that lead out, and names with escapes",
    spoil: (west) =>
      writeFileSync(
        join(west, "odd.yaml"),
        `${configMap("../../evil")}---\n${configMap(String.raw`"a\nb\e[31mred"`)}---\n${configMap(String.raw`"x\u202egnp"`)}`,
      ),
    says: [/MF016/, /at {2}west\/odd\.yaml:/],
    code: 1,
  },
];

describe.each(cases)("$name", ({ spoil, says, code, argv = [] }) => {
  test("is reported with its place; everything else is used", async () => {
    const folder = exampleFolder();
    spoil(join(folder, "west"));
    const inspected = await run(folder, ["inspect", ...bothMeshes, ...argv]);
    for (const text of says) expect(inspected.stdout).toMatch(text);
    expect(inspected.stdout).toContain("httpbin.a.svc.west-mesh-imports.local");
    expect(inspected.code).toBe(code);
    expect(inspected.stderr).toBe("");
    const planned = await run(folder, ["plan", ...bothMeshes, ...argv, "--no-rehearse", "--out", "plan"]);
    expect(planned.code).toBe(code);
    expect(planned.stdout).toContain("moves 2 of 2 imported hosts");
    for (const text of [
      inspected.stdout,
      planned.stdout,
      planned.stderr,
      ...filesBelow(join(folder, "plan")).values(),
    ]) {
      expect(text).not.toMatch(controlCharacters);
      expect(text).not.toMatch(stackTrace);
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("nothing that can be used ends with 2", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["an empty folder", {}, /MF002 nothing-read/],
    ["a missing folder", {}, /MF001 path-missing/],
    ["only broken files", { "east/a.yaml": "a: [\n" }, /MF011/],
    ["only text", { "east/readme.txt": "hello" }, /MF003/],
  ])("%s", async (name, files, message) => {
    const folder = folderWith(files);
    if (name === "an empty folder") mkdirSync(join(folder, "east"));
    for (const command of ["inspect", "plan"]) {
      const { code, stdout, stderr } = await run(folder, [command, "--mesh", "east=east"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/error: nothing could be read\n {2}where: east: east\n/);
      expect(stderr).toMatch(/do: {4}Supply the files of `oc adm inspect`/);
      expect(stderr).not.toMatch(stackTrace);
    }
  });
});

test("an empty folder beside a good cluster is a finding", async () => {
  const folder = exampleFolder();
  rmSync(join(folder, "west"), { recursive: true });
  mkdirSync(join(folder, "west"));
  const { code, stdout } = await run(folder, ["inspect", ...bothMeshes]);
  expect(stdout).toContain("MF002");
  expect(stdout).toContain("east/istio-system/basic");
  expect(code).toBe(1);
});

test("a private key among the input appears nowhere", async () => {
  const canary = "CANARYcanary0123456789CANARYcanary0123456789CANARYcanary01234567";
  const pem = `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----\n`;
  const encoded = Buffer.from(pem).toString("base64");
  const folder = exampleFolder({
    "west/secrets.yaml": [
      `apiVersion: v1\nkind: Secret\nmetadata: {name: cacerts, namespace: istio-system}\ndata: {ca-key.pem: ${encoded}, root-cert.pem: ${encoded}, password: ${btoa(canary)}}\n`,
      `apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: istio-system}\nstringData:\n  key: |\n    ${pem.trimEnd().replaceAll("\n", "\n    ")}\n`,
    ].join("---\n"),
    "west/configmap.yaml": configMap(
      "carries-a-key",
      `data:\n  key.pem: |\n    ${pem.trimEnd().replaceAll("\n", "\n    ")}\n`,
    ),
  });
  const texts: string[] = [];
  for (const argv of [
    ["inspect"],
    ["inspect", "-o", "json"],
    ["inspect", "-o", "yaml"],
    ["plan", "--out", "plan"],
    ["plan", "-o", "json"],
  ]) {
    const { stdout, stderr } = await run(folder, [...argv, ...bothMeshes, "--debug"]);
    texts.push(stdout, stderr);
  }
  texts.push(...filesBelow(join(folder, "plan")).values());
  const forms = [canary, btoa(canary).slice(4, 60), encoded.slice(60, 110), "PRIVATE KEY"];
  for (const text of texts) for (const form of forms) expect(text).not.toContain(form);
  expect(readFileSync(join(folder, "west/secrets.yaml"), "utf8")).toContain(encoded);
});

test("a finding's place keeps up with the file", async () => {
  const folder = exampleFolder();
  appendFileSync(join(folder, "west/apps.yaml"), "\n---\na: [\n");
  const { stdout } = await run(folder, ["inspect", ...bothMeshes]);
  const lines = readFileSync(join(folder, "west/apps.yaml"), "utf8").split("\n").length;
  const found = Number(/west\/apps\.yaml:(\d+)/.exec(stdout)?.[1]);
  expect(found).toBeGreaterThan(lines - 4);
  expect(found).toBeLessThanOrEqual(lines);
});
