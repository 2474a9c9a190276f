// One code of the catalogue in full, or the list of all. Knows no finding.
import type { CodeText } from "../../findings/codes/define-code.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { hanging } from "./wrapped.ts";

const meanings = {
  block: "blocks: nothing is planned over it, and the exit code is 1",
  warn: "warning: the plan goes on; look at it before the change",
  info: "for your information",
} as const;

export function explainText(text: CodeText, paint: Paint): string[] {
  return [
    `${paint.bold(text.code)} ${text.name}`,
    ...hanging("  ", meanings[text.severity], paint.columns).map(paint.dim),
    "",
    ...hanging("says  ", text.message, paint.columns),
    ...hanging("why   ", text.why, paint.columns),
    ...hanging("do    ", text.todo, paint.columns),
  ];
}

/** All codes, one row each. */
export function codesText(codes: readonly CodeText[], paint: Paint): string[] {
  const rows = codes.map(({ code, severity, name }) => [code, severity, name]);
  return table([{ title: "CODE" }, { title: "SEVERITY" }, { title: "NAME", least: 10 }], rows, paint, "");
}
