// From a command's context to a paint: colours and width as the terminal, the environment and the flags want them.
import { type Paint, paint } from "../present/text/paint.ts";
import type { CliContext, Output } from "./cli-context.ts";
import type { ColorFlag } from "./flags.ts";

const columnsElsewhere = 80;

/** The paint for stdout. */
export function paintFor(context: CliContext, color: ColorFlag): Paint {
  return paint(columnsOf(context), coloured(context, color));
}

/** The terminal's width; COLUMNS, or 80, where stdout is no terminal. */
function columnsOf({ columns, isTTY, env }: CliContext): number {
  if (isTTY && columns !== undefined && columns > 0) return columns;
  const asked = Number(env["COLUMNS"]);
  return Number.isInteger(asked) && asked > 0 ? asked : columnsElsewhere;
}

/** See https://no-color.org: any value of NO_COLOR but the empty one counts. */
function coloured({ isTTY, env }: CliContext, color: ColorFlag): boolean {
  if (color !== "auto") return color === "always";
  return isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

export function writeLines(output: Output, lines: readonly string[]): void {
  output.write(`${lines.join("\n")}\n`);
}
