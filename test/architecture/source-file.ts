// Reads TypeScript files into syntax trees. The architecture rules look at these trees, never at text with regular expressions.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, visitorKeys } from "oxc-parser";

/** A node of the tree, as far as the rules know it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface SourceFile {
  /** From the project's folder, with "/": "src/core/json.ts". */
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  readonly comments: readonly { readonly start: number; readonly end: number }[];
}

/** What a rule found, as a person reads it. */
export interface Problem {
  readonly where: string;
  readonly what: string;
}

export type Rule = (files: readonly SourceFile[]) => Problem[];

/** Where a node stands. */
export interface Place {
  readonly node: Node;
  readonly parent: Node | null;
  /** The parent's field that holds the node. */
  readonly field: string;
  /** Whether the node stands where only types can. */
  readonly inType: boolean;
}

/** A file from its text; a syntax error is an exception, because every rule would be blind to the file. */
export function sourceFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return { path, text, program: program as unknown as Node, comments };
}

/** All TypeScript files below the given folders of the project, in the order of their paths. */
export function readSourceFiles(project: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .map((path) =>
      path
        .slice(project.length)
        .replace(/^[\\/]/, "")
        .replaceAll("\\", "/"),
    )
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(project, path), "utf8")));
}

/** Whether a file is a test: tests may import what they like and need no reason to exist. */
export function isTest(file: SourceFile): boolean {
  return file.path.endsWith(".test.ts");
}

/** Nodes whose name begins with TS but that hold expressions. */
const holdExpressions = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSParameterProperty",
  "TSExportAssignment",
]);

/** Every node, parents first. */
export function places(file: SourceFile): Place[] {
  const found: Place[] = [];
  const visit = (node: Node, parent: Node | null, field: string, below: boolean): void => {
    const inType = below || (node.type.startsWith("TS") && !holdExpressions.has(node.type));
    found.push({ node, parent, field, inType });
    for (const name of visitorKeys[node.type] ?? []) {
      for (const child of [node[name]].flat()) if (isNode(child)) visit(child, node, name, inType);
    }
  };
  visit(file.program, null, "", false);
  return found;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of an identifier, or null for every other node. */
export function nameOf(value: unknown): string | null {
  return isNode(value) && value.type === "Identifier" && typeof value["name"] === "string" ? value["name"] : null;
}

/** The value of a string literal, or null for every other node. */
export function literalText(value: unknown): string | null {
  return isNode(value) && value.type === "Literal" && typeof value["value"] === "string" ? value["value"] : null;
}

/** Whether an identifier stands for a value in scope: not a key, not a member's name, not a type. */
export function isReference({ node, parent, field, inType }: Place): boolean {
  if (node.type !== "Identifier" || inType || parent === null) return false;
  const named = field === "property" || field === "key";
  return !(named && parent["computed"] !== true) && !parent.type.startsWith("Import");
}

export function at(file: SourceFile, node: Node, what: string): Problem {
  return { where: `${file.path}:${file.text.slice(0, node.start).split("\n").length}`, what };
}

/** Problems as lines, for a test to compare with no lines at all. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ where, what }) => `${where}: ${what}`);
}
