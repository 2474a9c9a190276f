// The pages of docs/codes, from the catalogue and the checks: one for each code, and the list of all. A test holds the folder equal to them.
import type { Severity } from "../src/core/finding.ts";
import { checks } from "../src/findings/checks/registry.ts";
import { catalogue } from "../src/findings/codes/catalogue.ts";
import type { CodeText } from "../src/findings/codes/define-code.ts";

const meanings = {
  block: "It blocks: `check` and `plan` end with exit code 1.",
  warn: "A warning: the plan is made; look at it before the change.",
  info: "For information.",
} as const satisfies Readonly<Record<Severity, string>>;

/** File name → text. */
export function codePages(): ReadonlyMap<string, string> {
  return new Map([...catalogue.map((text) => [`${text.code}.md`, codePage(text)] as const), ["README.md", listPage()]]);
}

function codePage(text: CodeText): string {
  const facts = Object.values(checks)
    .filter(({ codes }) => codes.some(({ code }) => code === text.code))
    .map(({ fact }) => fact);
  const lines = [
    `# ${text.code} ${text.name}`,
    "",
    meanings[text.severity],
    "",
    "## What it says",
    "",
    `> ${plain(text.message)}`,
    "",
    "## Why it matters",
    "",
    plain(text.why),
    "",
    "## What to do",
    "",
    plain(text.todo),
    ...facts.flatMap((fact) => ["", "## What holds otherwise", "", `${plain(fact)}.`]),
  ];
  return `${lines.join("\n")}\n`;
}

function listPage(): string {
  const rows = catalogue.map(({ code, severity, name }) => `| [${code}](${code}.md) | ${severity} | ${name} |`);
  const count = (severity: Severity): number => catalogue.filter((text) => text.severity === severity).length;
  return [
    "# Codes of findings",
    "",
    `${catalogue.length} codes: ${count("block")} block, ${count("warn")} warn, ${count("info")} are for information. \`meshferry explain CODE\` prints the same.`,
    "",
    "| code | severity | name |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** Placeholders and patterns stand in code, where Markdown leaves them alone. */
function plain(text: string): string {
  return text.replaceAll(/\{([A-Za-z]+)\}/gu, "`{$1}`").replaceAll(/(?<!`)([*_<>|])(?!`)/gu, "\\$1");
}
