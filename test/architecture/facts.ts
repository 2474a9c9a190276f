// Holds the plan's reasons and docs/facts.md together: every rule id that the code gives as a reason is a fact with a source.
import { at, isNode, literalText, nameOf, places } from "./source-file.ts";
import type { Node, Problem, SourceFile } from "./source-file.ts";

export interface Fact {
  readonly id: string;
  readonly fact: string;
  readonly source: string;
  /** "source", "seen" or "lab test"; ", unused" behind it when no code rests on the fact yet. */
  readonly state: string;
}

const FACTS = "docs/facts.md";
const prefixes = [
  "observe",
  "federation",
  "prepare",
  "trust",
  "network",
  "export",
  "import",
  "shift",
  "retire",
  "scaffold",
  "live",
];
const states = ["source", "seen", "lab test"];

/** The rows of the page's table: | id | fact | source | state |. */
export function factsOf(markdown: string): Fact[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| id |") && !line.startsWith("| --"))
    .map((line) => {
      const [id = "", fact = "", source = "", state = "", ...more] = line
        .replace(/^\||\|\s*$/g, "")
        .split("|")
        .map((cell) => cell.trim());
      if (more.length > 0) throw new Error(`${FACTS}: more than four cells: ${line}`);
      return { id: id.replaceAll("`", ""), fact, source, state };
    });
}

/** Each fact has an id of its own, a text, a source and a state. */
export function factsAreWellFormed(facts: readonly Fact[]): Problem[] {
  const seen = new Set<string>();
  return facts.flatMap(({ id, fact, source, state }) => {
    const [prefix = "", name = ""] = id.split(".", 2);
    const troubles = [
      ...(seen.has(id) ? ["is listed twice"] : []),
      ...(prefixes.includes(prefix) && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : ["is no prefix.kebab-case id"]),
      ...(fact === "" || source === "" ? ["has no text or no source"] : []),
      ...(states.includes(state.replace(/, unused$/, "")) ? [] : [`has the state "${state}"`]),
    ];
    seen.add(id);
    return troubles.map((what) => ({ where: FACTS, what: `"${id}" ${what}` }));
  });
}

/** Rule ids in use in src/plan, src/scaffold and src/target: `rule: "…"` and `ruleId("…")`. */
export function ruleIdsIn(files: readonly SourceFile[]): { readonly id: string; readonly place: Problem }[] {
  return files
    .filter(({ path }) => ["src/plan/", "src/scaffold/", "src/target/"].some((folder) => path.startsWith(folder)))
    .flatMap((file) =>
      places(file)
        .map(({ node }) => ruleValue(node))
        .flatMap((value) => literalsOf(value))
        .map((literal) => {
          const id = literalText(literal) ?? "";
          return { id, place: at(file, literal, `the rule "${id}" is no fact in ${FACTS}`) };
        }),
    );
}

/** The expression that gives a rule id at this node, if it is such a node. */
function ruleValue(node: Node): unknown {
  if (node.type === "Property") {
    const key = node["key"];
    return nameOf(key) === "rule" || literalText(key) === "rule" ? node["value"] : null;
  }
  return node.type === "CallExpression" && nameOf(node["callee"]) === "ruleId" ? [node["arguments"]].flat()[0] : null;
}

/** The string literals that an expression can yield. */
function literalsOf(value: unknown): Node[] {
  if (!isNode(value)) return [];
  if (literalText(value) !== null) return [value];
  if (value.type === "ConditionalExpression") return [value["consequent"], value["alternate"]].flatMap(literalsOf);
  if (value.type === "LogicalExpression") return [value["left"], value["right"]].flatMap(literalsOf);
  return ["TSAsExpression", "TSSatisfiesExpression", "ParenthesizedExpression"].includes(value.type)
    ? literalsOf(value["expression"])
    : [];
}

/** Every rule in use is a fact; and every fact is in use, or marked unused and really so. */
export function rulesAreFacts(
  facts: readonly Fact[],
  tolerate: { readonly unusedFacts: boolean },
): (files: readonly SourceFile[]) => Problem[] {
  return (files) => {
    const ids = new Set(facts.map(({ id }) => id));
    const rules = ruleIdsIn(files);
    const used = new Set(rules.map(({ id }) => id));
    const marked = (fact: Fact) => fact.state.endsWith(", unused");
    return [
      ...rules.filter(({ id }) => !ids.has(id)).map(({ place }) => place),
      ...facts
        .filter((fact) => !tolerate.unusedFacts && !used.has(fact.id) && !marked(fact))
        .map(({ id }) => ({ where: FACTS, what: `no code uses "${id}": mark it ", unused"` })),
      ...facts
        .filter((fact) => used.has(fact.id) && marked(fact))
        .map(({ id }) => ({ where: FACTS, what: `"${id}" is marked unused, but it is in use` })),
    ];
  };
}
