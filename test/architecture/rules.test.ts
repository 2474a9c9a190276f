// Sees every architecture rule fail on a bad sample, with its own words, and pass on a good one.
import { describe, expect, test } from "vitest";
import { factsAreWellFormed, factsOf, rulesAreFacts } from "./facts.ts";
import { importsFollow, pureFolders, rowOf, tableCycles, type Table } from "./import-table.ts";
import { type ProjectRule, projectRules } from "./project-rules.ts";
import { problemLines, sourceFile } from "./source-file.ts";
import type { Rule } from "./source-file.ts";

type Files = Readonly<Record<string, string>>;
interface Samples {
  /** What the rule says, in part, to these files. */
  readonly bad: readonly (readonly [says: string, files: Files])[];
  readonly good: readonly Files[];
}

const says = (rule: Rule, files: Files) =>
  problemLines(rule(Object.entries(files).map(([path, text]) => sourceFile(path, text))));
const pure = (line: string): Files => ({ "src/core/a.ts": `${line}\n` });

const samples: Readonly<Record<ProjectRule, Samples>> = {
  "has at most 400 lines": {
    bad: [["test/a.test.ts: 401 lines", { "test/a.test.ts": "let a;\n".repeat(401) }]],
    good: [{ "src/a.ts": "let a;\n".repeat(400) }],
  },
  "is named in kebab-case": {
    bad: [
      ['"serviceEntry" is not', { "src/serviceEntry.ts": "" }],
      ['"Kinds" is not', { "src/Kinds/pod.ts": "" }],
      ['"a_b" is not', { "test/a_b.test.ts": "" }],
    ],
    good: [{ "src/inventory/kinds/service-entry.ts": "", "test/a-b.test.ts": "", "src/core/sha256.d.ts": "" }],
  },
  "uses names that say something": {
    bad: [
      ['"utils" in a file', { "src/core/utils.ts": "" }],
      ['"helpers" in a file', { "test/helpers/read.ts": "" }],
      ['"misc" in a file', { "src/misc-things.ts": "" }],
      ['"PodManager" says nothing', { "src/a.ts": "export class PodManager {}" }],
      ['"IPeer": no I', { "src/a.ts": "interface IPeer {}" }],
      ['"ServiceSchema": a type', { "src/a.ts": "type ServiceSchema = string;" }],
    ],
    good: [{ "src/a.ts": "interface Import {} interface IPv4Range {} interface IstioHost {} const peerSchema = 1;" }],
  },
  "has no default export in src": {
    bad: [
      ["src/a.ts:2: default export", { "src/a.ts": "\nexport default 1;" }],
      ["default export", { "src/a.ts": "const a = 1; export { a as default };" }],
      ["default export", { "src/index.ts": 'export { a as default } from "./a.ts";' }],
    ],
    good: [{ "vitest.config.ts": "export default 1;", "src/a.ts": "export const fallback = { default: 1 };" }],
  },
  "has no enum": {
    bad: [
      ["src/a.ts:1: enum", { "src/a.ts": "export enum Severity { Block }" }],
      ["enum", { "test/a.ts": "declare const enum Severity { Block }" }],
    ],
    good: [{ "src/a.ts": 'type Severity = "enum";' }],
  },
  "begins with a comment in src": {
    bad: [
      ["src/a.ts: does not begin", { "src/a.ts": "const a = 1; // late" }],
      ["src/a.ts: does not begin", { "src/a.ts": "\n// after an empty line" }],
      ["src/cli/main.ts: does not begin", { "src/cli/main.ts": "#!/usr/bin/env node\nrun();\n// late" }],
    ],
    good: [
      { "src/a.ts": "// Why.\nconst a = 1;", "src/b.ts": "/** Why. */", "src/index.ts": 'export * from "./a.ts";' },
      { "src/cli/main.ts": "#!/usr/bin/env node\n// Why.\nrun();", "src/a.test.ts": "run();", "tools/a.ts": "run();" },
    ],
  },
  "only re-exports if it is src/index.ts": {
    bad: [
      ["src/index.ts:1: index.ts does more", { "src/index.ts": "export const a = 1;" }],
      ["index.ts does more", { "src/index.ts": 'import { a } from "./a.ts";' }],
    ],
    good: [{ "src/index.ts": 'export * from "./a.ts"; export { type B } from "./b.ts";', "src/a.ts": "const a = 1;" }],
  },
  "names its relative imports with .ts": {
    bad: [
      ['"./b" carries no', { "src/a.ts": 'import { b } from "./b";' }],
      ['"../b.js" carries no', { "src/a.ts": 'export * from "../b.js";' }],
      ['"./b" carries no', { "src/a.ts": 'const b = await import("./b");' }],
      ['"./b" carries no', { "src/a.ts": 'type B = import("./b").B;' }],
      ["a computed import", { "src/a.ts": "const b = await import(name);" }],
    ],
    good: [
      {
        "src/a.ts": 'import "./b.ts"; import c from "./c.json"; import { d } from "d/d.js"; export { c, d };',
        "src/a.test.ts": "import(name);",
      },
    ],
  },
  "imports types as types": {
    bad: [
      ["only types: write", { "src/a.ts": 'import { B } from "./b.ts"; export const a: B = 1;' }],
      ["only types: write", { "src/a.ts": 'import { type B } from "./b.ts"; export const a: B = 1;' }],
      ['"B" is used as a type only', { "src/a.ts": 'import { B, c } from "./b.ts"; export const a: B = c;' }],
      ["only types: write", { "src/a.ts": 'import { b } from "./b.ts"; export type B = typeof b;' }],
      ["only types: write", { "src/a.ts": 'import { B } from "./b.ts"; export const a = { B: 1 } as B;' }],
    ],
    good: [
      {
        "src/a.ts": 'import "./b.ts"; import type { B } from "./b.ts"; import { type C, d } from "./c.ts"; f<B, C>(d);',
      },
      { "src/a.ts": 'import { a, b, C } from "./b.ts"; export { a }; export const x = { b }; class D extends C {}' },
    ],
  },
  "takes part in no import cycle": {
    bad: [
      [
        "import cycle src/a.ts -> src/b/c.ts -> src/a.ts",
        { "src/a.ts": 'import "./b/c.ts";', "src/b/c.ts": 'export * from "../a.ts";' },
      ],
      ["import cycle src/a.ts -> src/a.ts", { "src/a.ts": 'type A = import("./a.ts").A;' }],
    ],
    good: [
      { "src/a.ts": 'import "./b.ts"; import "./c.ts";', "src/b.ts": 'import "./c.ts";', "src/c.ts": 'import "a.ts";' },
    ],
  },
  "is pure where the table says so": {
    bad: [
      ["src/core/a.ts:1: process in pure code", pure("const a = process.env;")],
      ["console in pure code", pure("console.log(1);")],
      ["setTimeout in pure code", pure("const later = [setTimeout];")],
      ["process in pure code", pure("const a = { process };")],
      ["globalThis in pure code", pure('globalThis["Date"];')],
      ["structuredClone in pure code", pure("export const copy = { of: structuredClone };")],
      ["the clock (Date)", pure("const a = Date.now();")],
      ["the clock (Date)", pure("const a = new Date();")],
      ["the clock (Date)", pure("const a = Date();")],
      ["the clock (Date)", pure("const { now } = Date;")],
      ["randomness (Math.random)", pure("const a = Math.random();")],
      ["randomness (Math.random)", pure('const a = Math["random"]();')],
      ["randomness (Math.random)", pure("const { random } = Math;")],
      ["the locale (localeCompare)", pure("a.localeCompare(b);")],
      ["the locale (localeCompare)", pure("a?.localeCompare(b);")],
      ["the locale (toLocaleUpperCase)", pure("a.toLocaleUpperCase();")],
      ["Intl in pure code", pure("new Intl.Collator();")],
      ["import.meta in pure code", pure("import.meta.url;")],
      ["import() in pure code", pure('import("a");')],
      ["fetch in pure code", { "src/inventory/kinds/a.ts": "fetch(url);" }],
    ],
    good: [
      { "src/kube/a.ts": "process.exit(Date.now());", "src/core/a.test.ts": "console.log(Math.random());" },
      pure("new Date(text) < Date.parse(other) && a instanceof Date && Math.max(1, 2);"),
      pure(
        "function read(document: Document, { process }: P, [fetch] = a, ...crypto) { document(process, fetch, crypto); }",
      ),
      pure("const a = { console: 1 }; a.console; type Process = typeof process; let Intl: Intl.Locale;"),
    ],
  },
};

describe("every rule for files", () => {
  const cases = Object.entries(samples) as [ProjectRule, Samples][];
  const bad = cases.flatMap(([name, { bad: all }]) => all.map(([words, files]) => ({ name, words, files })));
  const good = cases.flatMap(([name, { good: all }]) => all.map((files) => ({ name, files })));

  test("has samples of both kinds", () => {
    for (const name of Object.keys(projectRules)) {
      expect(bad.filter((each) => each.name === name)).not.toEqual([]);
      expect(good.filter((each) => each.name === name)).not.toEqual([]);
    }
  });
  test.each(bad)("$name: says $words", ({ name, words, files }) => {
    expect(says(projectRules[name], files)).toContainEqual(expect.stringContaining(words));
  });
  test.each(good)("$name: accepts $files", ({ name, files }) => {
    expect(says(projectRules[name], files)).toEqual([]);
  });
});

describe("the import table", () => {
  const table: Table = {
    "src/core": { pure: true, may: ["@noble/hashes"] },
    "src/kube": { pure: false, may: ["src/core", "node:"], reserved: ["yaml"] },
    "src/target": { pure: true, may: ["type src/core"] },
  };
  const good: Files = {
    "src/core/hash.ts": 'import { sha256 } from "@noble/hashes/sha2.js"; import "./ids.ts"; export { sha256 };',
    "src/core/hash.test.ts": 'import { test } from "vitest"; import "../kube/read.ts";',
    "src/kube/read.ts": 'import "node:fs"; export * from "../core/hash.ts";',
    "src/target/gateway.ts": 'import type { Json } from "../core/json.ts"; export type { Host } from "../core/ids.ts";',
  };
  const withFile = (path: string, text: string) => says(importsFollow(table), { ...good, [path]: text });

  test("accepts what it allows, and tests whatever they import", () => {
    expect(says(importsFollow(table), good)).toEqual([]);
  });

  test.each([
    ["src/core/a.ts", 'import "node:fs";', "src/core must not import node:"],
    ["src/core/a.ts", 'import type { Stats } from "node:fs";', "src/core must not import type node:"],
    ["src/core/a.ts", 'import "../kube/read.ts";', "src/core must not import src/kube"],
    ["src/core/a.ts", 'const a = await import("../kube/read.ts");', "src/core must not import src/kube"],
    ["src/core/a.ts", 'type A = import("../kube/read.ts").A;', "src/core must not import type src/kube"],
    ["src/core/a.ts", 'import "@noble/curves/p256.js";', "src/core must not import @noble/curves"],
    ["src/core/a.ts", "const a = await import(name);", "src/core must not import a computed name"],
    ["src/core/a.ts", 'import "../../test/a.ts";', "src/core must not import test/a.ts"],
    ["src/target/a.ts", 'import { host } from "../core/ids.ts"; host();', "src/target must not import src/core"],
    ["src/elsewhere/a.ts", "", "src/elsewhere/a.ts: is in no row"],
    ["src/kube/a.ts", 'import "yaml";', "src/kube imports yaml by now"],
  ])("%s: %s", (path, text, words) => {
    expect(withFile(path, text)).toContainEqual(expect.stringContaining(words));
  });

  test("allows nothing that does not occur", () => {
    expect(withFile("src/kube/read.ts", 'import "node:fs";')).toEqual([
      "test/architecture/import-table.ts: src/kube never imports src/core: take it out, or move it to reserved",
    ]);
  });

  test("reserves nothing that is no row", () => {
    const stale: Table = { "src/core": { pure: true, may: [], reserved: ["zod", "type src/gone"] } };
    expect(says(importsFollow(stale), {})).toEqual([
      "test/architecture/import-table.ts: src/core reserves type src/gone, which is no row",
    ]);
  });

  test("gives a file the row with the longest name that fits", () => {
    const rows: Table = { "src/a": { pure: true, may: [] }, "src/a/b": { pure: true, may: [] } };
    expect(["src/a/x.ts", "src/a/b/x.ts", "src/ab.ts"].map((path) => rowOf(rows, path))).toEqual([
      "src/a",
      "src/a/b",
      null,
    ]);
  });

  test("names a cycle of folders, types included", () => {
    const cyclic: Table = {
      "src/a": { pure: true, may: [], reserved: ["src/b"] },
      "src/b": { pure: true, may: ["type src/a"] },
    };
    expect(tableCycles(cyclic)).toEqual(["src/a -> src/b -> src/a"]);
  });

  test("knows the folders that are pure as a whole", () => {
    const mixed: Table = {
      ...table,
      "src/target/yaml": { pure: false, may: [] },
      "src/plan/x": { pure: true, may: [] },
    };
    expect(pureFolders(mixed)).toEqual(["src/core", "src/plan"]);
  });
});

describe("facts", () => {
  const page = (...rows: string[]) =>
    factsOf(["| id | fact | source | state |", "| --- | --- | --- | --- |", ...rows].join("\n"));
  const row = "| `trust.combined-root` | Both roots. | Istio 1.20.2 | seen |";
  const plan = (text: string): Files => ({ "src/plan/a.ts": text });
  const judge = (files: Files, ...rows: string[]) => says(rulesAreFacts(page(...rows), { unusedFacts: false }), files);

  test.each([
    ['"trust.combined-root" is listed twice', [row, row]],
    ['"mesh.x" is no prefix', [row.replace("trust.combined-root", "mesh.x")]],
    ['"trust.combinedRoot" is no prefix', [row.replace("combined-root", "combinedRoot")]],
    ["has no text or no source", [row.replace("Istio 1.20.2", "")]],
    ['has the state "guessed"', [row.replace("seen", "guessed")]],
  ])("a page is refused: %s", (words, rows) => {
    expect(problemLines(factsAreWellFormed(page(...rows)))).toContainEqual(expect.stringContaining(words));
  });

  test("a page is accepted, and a row with a fifth cell is not even read", () => {
    const unused = row.replace("seen", "lab test, unused").replace("combined-root", "other");
    expect(problemLines(factsAreWellFormed(page(row, unused)))).toEqual([]);
    expect(() => page(`${row} more |`)).toThrow("more than four cells");
  });

  test.each([
    'step({ rule: "trust.unknown" });',
    'step({ "rule": "trust.unknown" as const });',
    'step({ rule: early ? "trust.combined-root" : "trust.unknown" });',
    'step(ruleId("trust.unknown"));',
  ])("an undocumented rule is named: %s", (text) => {
    expect(judge(plan(`step({ rule: "trust.combined-root" });\n${text}`), row)).toEqual([
      'src/plan/a.ts:2: the rule "trust.unknown" is no fact in docs/facts.md',
    ]);
  });

  test("rules count in src/target too, and nowhere else", () => {
    expect(judge({ "src/target/a.ts": 'step({ rule: "trust.combined-root" });' }, row)).toEqual([]);
    expect(judge({ "src/kube/a.ts": 'step({ rule: "trust.unknown" });' })).toEqual([]);
  });

  test("a fact that no code uses is named unless it is marked or tolerated", () => {
    const marked = row.replace("seen", "seen, unused");
    expect(judge(plan("step();"), row)).toEqual([
      'docs/facts.md: no code uses "trust.combined-root": mark it ", unused"',
    ]);
    expect(judge(plan("step();"), marked)).toEqual([]);
    expect(says(rulesAreFacts(page(row), { unusedFacts: true }), plan("step();"))).toEqual([]);
    expect(judge(plan('step({ rule: "trust.combined-root" });'), marked)).toEqual([
      'docs/facts.md: "trust.combined-root" is marked unused, but it is in use',
    ]);
  });
});
