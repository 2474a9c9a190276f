// What a file imports, by every way there is: import, export … from, import(), and import("…") in a type.
import { posix } from "node:path";
import { at, isNode, isReference, isTest, literalText, nameOf, places } from "./source-file.ts";
import type { Node, Problem, SourceFile } from "./source-file.ts";

export interface Import {
  readonly node: Node;
  /** As written; null when it is computed. */
  readonly specifier: string | null;
  /** The file it means, from the project's folder; null for a package. */
  readonly path: string | null;
  /** Whether nothing but types comes through it. */
  readonly typeOnly: boolean;
}

const importing = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

export function importsOf(file: SourceFile): Import[] {
  return places(file)
    .filter(({ node }) => importing.has(node.type) && isNode(node["source"]))
    .map(({ node }) => {
      const specifier = literalText(node["source"]);
      const path = specifier?.startsWith(".") === true ? posix.join(posix.dirname(file.path), specifier) : null;
      return { node, specifier, path, typeOnly: node.type === "TSImportType" || isTypeOnly(node) };
    });
}

function isTypeOnly(node: Node): boolean {
  if (node["importKind"] === "type" || node["exportKind"] === "type") return true;
  const names = specifiersOf(node);
  return names.length > 0 && names.every((name) => name["importKind"] === "type" || name["exportKind"] === "type");
}

function specifiersOf(node: Node): Node[] {
  return [node["specifiers"]].flat().filter(isNode);
}

/** Relative imports name the file, with ".ts", so that Node, tsc and the tests read the same paths. */
export function relativeImportsCarryExtensions(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap(({ node, specifier, path }) => {
      if (specifier === null) return isTest(file) ? [] : [at(file, node, "a computed import hides what it imports")];
      if (path === null || path.endsWith(".ts") || path.endsWith(".json")) return [];
      return [at(file, node, `"${specifier}" carries no ".ts"`)];
    }),
  );
}

/** What is used as a type only comes in by `import type`, and leaves no trace in the JavaScript. */
export function typesAreImportedAsTypes(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) => {
    const all = places(file);
    const used = new Set(all.filter(isReference).map(({ node }) => nameOf(node)));
    return all
      .map(({ node }) => node)
      .filter((node) => node.type === "ImportDeclaration" && node["importKind"] !== "type")
      .flatMap((node) => {
        const names = specifiersOf(node);
        const isType = (name: Node) => name["importKind"] === "type" || !used.has(nameOf(name["local"]));
        if (names.length > 0 && names.every(isType)) return [at(file, node, "only types: write `import type`")];
        return names
          .filter((name) => isType(name) && name["importKind"] !== "type")
          .map((name) => at(file, name, `"${nameOf(name["local"])}" is used as a type only: write \`type\` before it`));
      });
  });
}

/** No file of src reaches itself by its imports, types included. */
export function noImportCycles(files: readonly SourceFile[]): Problem[] {
  const edges = new Map(
    files
      .filter((file) => !isTest(file))
      .map((file) => [file.path, importsOf(file).flatMap(({ path }) => (path === null ? [] : [path]))]),
  );
  return cyclesIn(edges).map((cycle) => ({ where: cycle[0] ?? "", what: `import cycle ${cycle.join(" -> ")}` }));
}

/** Cycles of a graph; each is found at least once, and named from the node where the search met it. */
export function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const search = (node: string, path: readonly string[]): void => {
    const seen = path.indexOf(node);
    if (seen >= 0) cycles.push([...path.slice(seen), node]);
    if (seen >= 0 || finished.has(node)) return;
    for (const next of edges.get(node) ?? []) search(next, [...path, node]);
    finished.add(node);
  };
  for (const node of edges.keys()) search(node, []);
  return cycles;
}
