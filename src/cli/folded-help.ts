// Help texts folded to the terminal's width; stricli itself writes lines of any length.
import { displayWidth } from "../present/text/display-width.ts";
import { hanging, wrapped } from "../present/text/wrapped.ts";

/** The text with every line folded; what stands in a second column stays in it. */
export function foldedHelp(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => foldedLine(line, columns))
    .join("\n");
}

function foldedLine(line: string, columns: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const [, label, rest] = /^(\s*\S+(?: \S+)*\s{2,})(\S.*)$/u.exec(line) ?? [];
  if (label === undefined || rest === undefined) return wrapped(line, columns);
  return hanging(label, rest.replaceAll(/\s{2,}/gu, "  "), columns).map((each) => each.trimEnd());
}
