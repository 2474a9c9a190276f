// What pure code must not touch. tsconfig.pure.json keeps out Node's and the browser's types; this keeps out what plain
// ECMAScript brings along: the clock, randomness, the locale, and ways around the import table.
import { importTable, rowOf, type Table } from "./import-table.ts";
import { at, isNode, isReference, isTest, nameOf, places } from "./source-file.ts";
import type { Place, Problem, SourceFile } from "./source-file.ts";

const globals = new Set(
  `
    process Buffer console require module exports __dirname __filename global globalThis setTimeout setInterval
    setImmediate queueMicrotask clearTimeout clearInterval fetch eval window document navigator location
    localStorage sessionStorage performance crypto URL URLSearchParams TextEncoder TextDecoder AbortController
    structuredClone btoa atob Intl Function WeakRef FinalizationRegistry
  `
    .trim()
    .split(/\s+/),
);

/** Files in pure rows of the table use no clock, no randomness, no locale and no global of a runtime. */
export function pureFilesArePure(table: Table = importTable): (files: readonly SourceFile[]) => Problem[] {
  return (files) =>
    files
      .filter((file) => !isTest(file) && table[rowOf(table, file.path) ?? ""]?.pure === true)
      .flatMap((file) => {
        const all = places(file);
        const bound = new Set(all.flatMap(declaredNames));
        return all.flatMap((place) => {
          const what = impurity(place, bound);
          return what === null ? [] : [at(file, place.node, `${what} in pure code`)];
        });
      });
}

/** Names that a node declares: a parameter called "document" is not the browser's. */
function declaredNames({ node, inType }: Place): string[] {
  if (inType) return [];
  const patterns = [node["params"], node["param"], node["id"], node.type.startsWith("Import") ? node["local"] : null];
  return patterns.flat().flatMap(patternNames);
}

function patternNames(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  const name = nameOf(pattern);
  if (name !== null) return [name];
  const inner = [pattern["elements"], pattern["left"], pattern["argument"]];
  const values = [pattern["properties"]].flat().map((each) => (isNode(each) ? (each["value"] ?? each) : null));
  return [...inner.flat(), ...values].flatMap(patternNames);
}

function impurity(place: Place, bound: ReadonlySet<string>): string | null {
  const { node, parent } = place;
  if (node.type === "MetaProperty") return "import.meta";
  if (node.type === "ImportExpression") return "import()";
  if (node.type === "MemberExpression") return localeMember(memberName(node));
  if (!isReference(place)) return null;
  const name = nameOf(node) ?? "";
  if (bound.has(name)) return null;
  if (globals.has(name)) return name;
  if (name === "Date" && !isTimelessDate(place)) return "the clock (Date)";
  if (name !== "Math" || parent === null) return null;
  const member = parent.type === "MemberExpression" && place.field === "object" ? memberName(parent) : null;
  return member === null || member === "random" ? "randomness (Math.random)" : null;
}

function localeMember(member: string | null): string | null {
  return member === "localeCompare" || member?.startsWith("toLocale") === true ? `the locale (${member})` : null;
}

/** `new Date(text)`, `Date.parse`, `Date.UTC`, `instanceof Date`: these say the same at any time. */
function isTimelessDate({ parent, field }: Place): boolean {
  if (parent === null) return false;
  if (parent.type === "NewExpression" && field === "callee") return [parent["arguments"]].flat().length > 0;
  if (parent.type === "MemberExpression" && field === "object")
    return ["parse", "UTC"].includes(memberName(parent) ?? "");
  return parent.type === "BinaryExpression" && parent["operator"] === "instanceof";
}

/** The name of a member, also when it is written as `["name"]`; null when it is computed. */
function memberName(member: Place["node"]): string | null {
  const { property } = member as Place["node"] & { readonly property: Place["node"] };
  if (member["computed"] !== true) return nameOf(property);
  return typeof property["value"] === "string" ? property["value"] : null;
}
