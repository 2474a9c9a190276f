// The one table of who may import whom in src, and the rule that holds it exact in both directions.
import { cyclesIn, importsOf } from "./imports.ts";
import { at, isTest } from "./source-file.ts";
import type { Problem, SourceFile } from "./source-file.ts";

/**
 * "src/…" is another row of the table, "type src/…" its types only, "node:" any built-in module; everything else is a
 * package. A folder may always import from itself.
 */
export type Cell = string;

export interface Row {
  /** Pure: no Node, no DOM, no clock, no randomness. */
  readonly pure: boolean;
  /** Allowed, and it occurs. */
  readonly may: readonly Cell[];
  /** Allowed, but it does not occur yet. */
  readonly reserved?: readonly Cell[];
}

export type Table = Readonly<Record<string, Row>>;

/** By folder or file below src; the longest name that fits a file is its row. */
export const importTable: Table = {
  "src/core": { pure: true, may: ["@noble/hashes", "@scure/base"] },
  "src/findings/codes": { pure: true, may: ["src/core"] },
  "src/findings": {
    pure: true,
    may: [
      "src/core",
      "src/findings/codes",
      "src/inventory",
      "src/federation",
      "src/policies",
      "src/routes",
      "src/target",
    ],
  },
  "src/inventory": { pure: true, may: ["src/core", "src/findings/codes"] },
  "src/federation": { pure: true, may: ["src/core", "src/inventory", "src/findings/codes"] },
  "src/policies": { pure: true, may: ["src/core", "src/inventory", "src/federation"] },
  "src/dataplane": { pure: true, may: ["src/core"] },
  "src/conditions": {
    pure: true,
    may: ["src/core", "src/dataplane", "src/findings/codes", "src/routes", "src/target"],
  },
  "src/observe": {
    pure: false,
    may: ["src/core", "src/conditions", "src/dataplane", "src/inventory", "src/kube", "node:"],
  },
  "src/routes": {
    pure: true,
    may: ["src/core", "src/inventory", "src/federation", "src/findings/codes"],
    reserved: ["src/dataplane"],
  },
  "src/target": {
    pure: true,
    may: ["src/core", "src/inventory", "src/routes", "src/federation", "src/policies"],
    reserved: ["src/findings/codes"],
  },
  "src/plan": {
    pure: true,
    may: [
      "src/core",
      "src/routes",
      "src/target",
      "src/conditions",
      "src/dataplane",
      "src/inventory",
      "src/federation",
      "src/findings/codes",
      "src/findings",
    ],
    reserved: ["zod"],
  },
  "src/rehearsal": {
    pure: true,
    may: [
      "src/core",
      "src/conditions",
      "src/dataplane",
      "src/federation",
      "src/findings",
      "src/findings/codes",
      "src/inventory",
      "src/plan",
      "src/policies",
      "src/routes",
      "src/target",
      "immutable",
    ],
  },
  "src/scaffold": {
    pure: true,
    may: [
      "src/core",
      "src/conditions",
      "src/dataplane",
      "src/federation",
      "src/findings",
      "src/findings/codes",
      "src/inventory",
      "src/plan",
      "src/target",
      "zod",
    ],
  },
  "src/config": { pure: false, may: ["src/core", "src/findings/codes", "src/scaffold", "zod", "yaml", "node:"] },
  "src/kube": { pure: false, may: ["src/core", "src/findings/codes", "js-yaml", "undici", "yaml", "node:"] },
  "src/certs": {
    pure: false,
    may: ["src/core", "src/kube", "src/findings/codes", "@peculiar/x509", "reflect-metadata", "node:"],
  },
  "src/run": {
    pure: false,
    may: [
      "src/core",
      "src/conditions",
      "src/findings/codes",
      "src/inventory",
      "src/kube",
      "src/plan",
      "src/target",
      "node:",
    ],
  },
  "src/present/model": {
    pure: true,
    may: [
      "src/core",
      "type src/certs",
      "src/findings",
      "src/findings/codes",
      "src/inventory",
      "src/federation",
      "src/routes",
      "src/target",
      "src/conditions",
      "src/plan",
      "type src/observe",
      "type src/run",
      "type src/rehearsal",
      "src/dataplane",
      "@scure/base",
    ],
  },
  "src/present": {
    pure: false,
    may: [
      "src/present/model",
      "src/core",
      "src/findings/codes",
      "src/federation",
      "picocolors",
      "src/inventory",
      "src/target",
      "src/plan",
      "type src/run",
      "type src/scaffold",
    ],
    reserved: ["src/routes", "src/conditions"],
  },
  "src/pipeline.ts": {
    pure: false,
    may: [
      "src/core",
      "src/config",
      "src/inventory",
      "src/federation",
      "src/routes",
      "src/plan",
      "src/target",
      "src/findings",
      "node:",
    ],
    reserved: ["src/findings/codes", "src/kube"],
  },
  "src/cli": {
    pure: false,
    may: [
      "src/core",
      "src/certs",
      "type src/conditions",
      "src/config",
      "type src/dataplane",
      "src/kube",
      "src/pipeline.ts",
      "src/inventory",
      "src/scaffold",
      "type src/conditions",
      "src/observe",
      "src/plan",
      "src/rehearsal",
      "src/run",
      "src/present/model",
      "src/present",
      "src/findings/codes",
      "@stricli/core",
      "node:",
    ],
    reserved: ["picocolors"],
  },
  "src/index.ts": {
    pure: false,
    may: [
      "src/core",
      "type src/findings",
      "src/findings/codes",
      "src/config",
      "src/kube",
      "src/inventory",
      "src/federation",
      "src/routes",
      "src/target",
      "src/conditions",
      "src/dataplane",
      "src/plan",
      "src/present/model",
      "src/present",
      "src/pipeline.ts",
      "src/scaffold",
    ],
  },
};

/** The row of a file, or null. */
export function rowOf(table: Table, path: string): string | null {
  const fits = Object.keys(table).filter((name) => path === name || path.startsWith(`${name}/`));
  return fits.sort((left, right) => right.length - left.length)[0] ?? null;
}

/** Holds the table exact: nothing is imported that it does not allow, and it allows nothing that is not imported. */
export function importsFollow(table: Table): (files: readonly SourceFile[]) => Problem[] {
  return (files) => {
    const problems: Problem[] = [];
    const occurring = new Set<string>();
    for (const file of files.filter((each) => each.path.startsWith("src/") && !isTest(each))) {
      const name = rowOf(table, file.path);
      if (name === null) problems.push({ where: file.path, what: "is in no row of the import table" });
      if (name === null) continue;
      for (const { node, specifier, path, typeOnly } of importsOf(file)) {
        const cell = path === null ? packageCell(specifier ?? "a computed name") : (rowOf(table, path) ?? path);
        if (cell === name) continue;
        const allowed = [...(table[name]?.may ?? []), ...(table[name]?.reserved ?? [])];
        const by = [cell, ...(typeOnly ? [`type ${cell}`] : [])].find((each) => allowed.includes(each));
        if (by === undefined)
          problems.push(at(file, node, `${name} must not import ${typeOnly ? "type " : ""}${cell}`));
        else occurring.add(`${name} ${by}`);
      }
    }
    return [...problems, ...inexactCells(table, occurring)];
  };
}

function inexactCells(table: Table, occurring: ReadonlySet<string>): Problem[] {
  const where = "test/architecture/import-table.ts";
  return Object.entries(table).flatMap(([name, { may, reserved = [] }]) => [
    ...may
      .filter((cell) => !occurring.has(`${name} ${cell}`))
      .map((cell) => ({ where, what: `${name} never imports ${cell}: take it out, or move it to reserved` })),
    ...reserved
      .filter((cell) => occurring.has(`${name} ${cell}`))
      .map((cell) => ({ where, what: `${name} imports ${cell} by now: move it from reserved to may` })),
    ...reserved
      .filter((cell) => cell.includes("src/") && !Object.hasOwn(table, cell.replace(/^type /, "")))
      .map((cell) => ({ where, what: `${name} reserves ${cell}, which is no row` })),
  ]);
}

function packageCell(specifier: string): Cell {
  if (specifier.startsWith("node:")) return "node:";
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The table itself allows no cycle of folders. */
export function tableCycles(table: Table): string[] {
  const edges = Object.entries(table).map(([name, { may, reserved = [] }]): [string, string[]] => [
    name,
    [...may, ...reserved].map((cell) => cell.replace(/^type /, "")).filter((cell) => Object.hasOwn(table, cell)),
  ]);
  return cyclesIn(new Map(edges)).map((cycle) => cycle.join(" -> "));
}

/** The folders directly below src that are pure as a whole: what tsconfig.pure.json compiles without Node's types. */
export function pureFolders(table: Table): string[] {
  const top = (name: string) => name.split("/").slice(0, 2).join("/");
  const impure = new Set(Object.keys(table).flatMap((name) => (table[name]?.pure === true ? [] : [top(name)])));
  return [...new Set(Object.keys(table).map(top))].filter((folder) => !impure.has(folder)).sort();
}
