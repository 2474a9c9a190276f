// How files look from outside: their names, lengths, first lines, and what they declare.
import { at, isTest, nameOf, places } from "./source-file.ts";
import type { Node, Problem, SourceFile } from "./source-file.ts";

const MAX_LINES = 400;

/** A file can be read in one sitting. */
export function filesAreShort(files: readonly SourceFile[]): Problem[] {
  return files
    .map((file) => ({ where: file.path, lines: file.text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ where, lines }) => ({ where, what: `${lines} lines, more than ${MAX_LINES}: split it` }));
}

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const bannedWords = new Set(["util", "utils", "helper", "helpers", "manager", "managers", "misc"]);

/** Files and folders are named in kebab-case, and say what they hold. */
export function fileNamesAreKebabCase(files: readonly SourceFile[]): Problem[] {
  return files.flatMap(({ path }) => {
    const parts = path.replace(/(\.test|\.bench|\.d)?\.ts$/, "").split("/");
    return parts
      .filter((part) => !kebabCase.test(part))
      .map((part) => ({ where: path, what: `"${part}" is not kebab-case` }));
  });
}

/** Names that say nothing are not used for files, folders and types. */
export function namesSaySomething(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) => {
    const inPath = file.path.split(/[/.-]/).filter((word) => bannedWords.has(word));
    return [
      ...inPath.map((word) => ({ where: file.path, what: `"${word}" in a file's name says nothing` })),
      ...places(file).flatMap(({ node }) => {
        const trouble = typeNameTrouble(node);
        return trouble === null ? [] : [at(file, node, trouble)];
      }),
    ];
  });
}

const declaresType = new Set(["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "ClassDeclaration"]);

function typeNameTrouble(node: Node): string | null {
  const name = nameOf(node["id"]);
  if (name === null || !declaresType.has(node.type)) return null;
  const words = name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  if (words.some((word) => bannedWords.has(word))) return `the type's name "${name}" says nothing`;
  if (/^I[A-Z][a-z]/.test(name) && !name.startsWith("IPv")) return `"${name}": no I before a type's name`;
  return words.at(-1) === "schema" ? `"${name}": a type is not called a schema` : null;
}

/** What a file gives has one name everywhere. */
export function noDefaultExports(files: readonly SourceFile[]): Problem[] {
  return files
    .filter((file) => file.path.startsWith("src/"))
    .flatMap((file) =>
      places(file)
        .filter(({ node }) => node.type === "ExportDefaultDeclaration" || exportsDefaultName(node))
        .map(({ node }) => at(file, node, "default export")),
    );
}

function exportsDefaultName(node: Node): boolean {
  return node.type === "ExportSpecifier" && nameOf(node["exported"]) === "default";
}

/** Unions of literals instead of enums. */
export function noEnums(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) =>
    places(file)
      .filter(({ node }) => node.type === "TSEnumDeclaration")
      .map(({ node }) => at(file, node, "enum")),
  );
}

/** A module begins with why it exists; index.ts needs no reason. */
export function modulesBeginWithComment(files: readonly SourceFile[]): Problem[] {
  return files
    .filter((file) => file.path.startsWith("src/") && !isTest(file) && !isIndex(file))
    .filter((file) => {
      const start = file.text.startsWith("#!") ? file.text.indexOf("\n") + 1 : 0;
      return !file.comments.some((comment) => comment.start === start);
    })
    .map((file) => ({ where: file.path, what: "does not begin with a comment that says why it exists" }));
}

/** index.ts is a list of what the package gives, nothing else. */
export function indexOnlyReExports(files: readonly SourceFile[]): Problem[] {
  return files.filter(isIndex).flatMap((file) =>
    places(file)
      .filter(({ node, parent }) => parent === file.program && node.type !== "ExportAllDeclaration")
      .filter(({ node }) => node.type !== "ExportNamedDeclaration" || node["source"] === null)
      .map(({ node }) => at(file, node, "index.ts does more than re-export")),
  );
}

function isIndex(file: SourceFile): boolean {
  return file.path === "src/index.ts";
}
