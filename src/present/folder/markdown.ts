// Markdown from texts that others chose: no name ends a code block, opens a link or begins a heading.
import { visibleText } from "../text/visible-text.ts";

/** Text for a line of prose. */
export function prose(text: string): string {
  return visibleText(text).replaceAll(/[\\`*[\]<>|&]/gu, (found) => `\\${found}`);
}

/** Text in backticks. */
export function code(text: string): string {
  const visible = visibleText(text);
  const fence = "`".repeat(longestRun(visible) + 1);
  return fence.length === 1 ? `\`${visible}\`` : `${fence} ${visible} ${fence}`;
}

/** A block of shell commands: quoted by shellWord, so that each is one line, and none begins like the end of the fence. */
export function shellBlock(commands: readonly string[]): string[] {
  return commands.length === 0 ? [] : ["```sh", ...commands, "```"];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
}
