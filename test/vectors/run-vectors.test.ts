// The command behind `npm run vectors`: last line, exit codes, what it prints and writes, and what it says of unusable files.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { isJsonObject } from "../../src/core/json.ts";
import { type ExitCode, runVectors } from "../../tools/vectors/run-vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): {
  readonly code: ExitCode;
  readonly lines: string[];
  readonly problems: string[];
} {
  const lines: string[] = [];
  const problems: string[] = [];
  const code = runVectors(args, { line: (text) => lines.push(text), problem: (text) => problems.push(text) });
  return { code, lines, problems };
}

let files = 0;
function file(...lines: readonly unknown[]): string {
  files += 1;
  const path = join(folder, `${files}.jsonl`);
  writeFileSync(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return path;
}

const asked = {
  exporterMesh: {
    peerName: "west",
    namespace: "mesh",
    services: [{ name: "a", namespace: "n", ports: [{ name: "http", port: 80 }] }],
    exportedServiceSet: {
      metadata: { name: "west", namespace: "mesh" },
      spec: { exportRules: [{ type: "NameSelector", nameSelector: {} }] },
    },
  },
  importerMesh: { peerName: "east", namespace: "mesh", importedServiceSet: null },
};

/** The case with the right answer, as the command itself writes it. */
function answeredCase(id: string): Readonly<Record<string, unknown>> {
  const out = join(folder, `answer-${id}.jsonl`);
  run(file({ id, case: asked }), "--answers", out);
  const answer: unknown = JSON.parse(readFileSync(out, "utf8"));
  if (!isJsonObject(answer)) throw new Error("no answer");
  return { id, case: asked, oracle: answer["oracle"] };
}

const right = answeredCase("right");
const wrong = { ...answeredCase("wrong"), oracle: { exporter: {}, importer: {} } };

test("agreement everywhere: exit code 0 and the count in the last line", () => {
  const committed = fileURLToPath(new URL("federation.jsonl.gz", import.meta.url));
  expect(run(committed)).toEqual({ code: 0, lines: ["agree 400, differ 0"], problems: [] });
});

test("a difference: exit code 1, the case is named, with its fields on demand", () => {
  const path = file(right, wrong);
  const short = run(path);
  expect(short.code).toBe(1);
  expect(short.lines.at(-1)).toBe("agree 1, differ 1");
  expect(short.lines[0]).toMatch(/^wrong: \d+ field\(s\) differ, first exporter\.statusExportedServices$/);
  const { code, lines } = run(path, "--verbose");
  expect(code).toBe(1);
  expect(lines).toContain("wrong: importer.defaultSuffix");
  const at = lines.indexOf("wrong: importer.defaultSuffix");
  expect(lines.slice(at + 1, at + 3)).toEqual(['  ours:   "svc.east-imports.local"', "  theirs: null"]);
  expect(lines.at(-1)).toBe("agree 1, differ 1");
});

test("answers are written in the oracle's form, one line per case, whether there is an oracle or not", () => {
  const out = join(folder, "answers.jsonl");
  const { code, lines } = run(file(right, { id: "asks", case: asked }), "--answers", out);
  expect({ code, lines }).toEqual({ code: 0, lines: ["agree 1, differ 0"] });
  const written = readFileSync(out, "utf8").trimEnd().split("\n");
  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
    { id: "right", oracle: right["oracle"] },
    { id: "asks", oracle: right["oracle"] },
  ]);
});

test("the answer does not come from the oracle", () => {
  const out = join(folder, "blind.jsonl");
  run(file({ ...right, oracle: { exporter: { services: [] }, importer: {} } }), "--answers", out);
  expect(JSON.parse(readFileSync(out, "utf8"))).toEqual({ id: "right", oracle: right["oracle"] });
});

describe("exit code 2, with file, line and reason and without a stack trace, for", () => {
  const badService = {
    ...asked,
    exporterMesh: { ...asked.exporterMesh, services: [{ name: "a", namespace: "n", ports: 1 }] },
  };
  test.each([
    ["a line that is no JSON", file(right, "{"), /:2: the line is not JSON: ./],
    ["a line that is no object", file("[]"), /:1: the line is not a JSON object$/],
    ["a line without id", file({ case: asked }), /:1: "id" is not a text$/],
    ["a line without case", file({ id: "x" }), /:1: "case" of x has the wrong form: ./],
    [
      "a case of another form",
      file({ id: "x", case: badService }),
      /:1: "case\.exporterMesh\.services\.0\.spec\.ports" of x has/,
    ],
    [
      "an unknown kind",
      file({
        id: "x",
        case: {
          ...asked,
          exporterMesh: { ...asked.exporterMesh, services: [{ kind: "Pod", name: "a", namespace: "n" }] },
        },
      }),
      /services\.0\.kind/,
    ],
    ["an oracle without halves", file({ id: "x", case: asked, oracle: {} }), /:1: "oracle" of x is not an object with/],
    ["a line without oracle", file(right, { id: "asks", case: asked }), /:2: asks has no "oracle": ./],
    ["an empty file", file(), /the file holds no vectors/],
    ["a file that is not there", join(folder, "none.jsonl"), /none\.jsonl: the file cannot be read: ENOENT/],
    ["a folder", folder, /the file cannot be read: EISDIR/],
  ])("%s", (_what, path, problem) => {
    const { code, lines, problems } = run(path);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems[0]?.startsWith(path)).toBe(true);
    expect(problems[0]).not.toContain("\n");
  });

  test("answers that cannot be written", () => {
    const { code, problems } = run(file(right), "--answers", join(folder, "no", "such.jsonl"));
    expect(code).toBe(2);
    expect(problems[0]).toMatch(/such\.jsonl: the answers cannot be written: ENOENT/);
  });

  test.each([[[]], [["a", "b"]], [["a", "--unknown"]]])("the command line %j", (args) => {
    const { code, problems } = run(...args);
    expect(code).toBe(2);
    expect(problems[0]).toContain("usage: npm run vectors -- FILE");
  });
});
