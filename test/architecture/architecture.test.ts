// Holds the house's rules against the project as it stands. That each rule can fail is shown in rules.test.ts.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { factsAreWellFormed, factsOf, rulesAreFacts } from "./facts.ts";
import { importsFollow, importTable, pureFolders, tableCycles } from "./import-table.ts";
import { projectRules } from "./project-rules.ts";
import { problemLines, readSourceFiles } from "./source-file.ts";

const project = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const files = readSourceFiles(project, ["src", "test", "tools", "lab"]);
const read = (path: string) => readFileSync(`${project}/${path}`, "utf8");

test("the rules see the project's files", () => {
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["src/core/json.ts", "test/architecture/architecture.test.ts", "tools/closing-line.ts"]),
  );
});

describe("every file", () => {
  test.each(Object.entries(projectRules))("%s", (_name, rule) => {
    expect(problemLines(rule(files))).toEqual([]);
  });
});

describe("imports", () => {
  test("follow the table exactly", () => {
    expect(problemLines(importsFollow(importTable)(files))).toEqual([]);
  });

  test("the table allows no cycle of folders", () => {
    expect(tableCycles(importTable)).toEqual([]);
  });

  test("tsconfig.pure.json compiles exactly the pure folders of the table", () => {
    const { include } = JSON.parse(read("tsconfig.pure.json")) as { readonly include: readonly string[] };
    expect(include.toSorted()).toEqual(pureFolders(importTable));
  });
});

describe("docs/facts.md", () => {
  const facts = factsOf(read("docs/facts.md"));

  test("lists facts with id, source and state", () => {
    expect(facts.length).toBeGreaterThan(30);
    expect(problemLines(factsAreWellFormed(facts))).toEqual([]);
  });

  test("names every rule that the plan gives as a reason", () => {
    // Facts may wait for their code until the plan's phases are written.
    expect(problemLines(rulesAreFacts(facts, { unusedFacts: false })(files))).toEqual([]);
  });
});
