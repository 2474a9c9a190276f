// From a command's context to a paint: colours and width as the terminal, the environment and the flags want them.
import { type Paint, paint } from "../present/text/paint.ts";
import type { CliContext, Output } from "./cli-context.ts";
import { columnsOf } from "./columns-of.ts";
import type { ColorFlag } from "./flags.ts";

/** The paint for stdout. */
export function paintFor(context: CliContext, color: ColorFlag): Paint {
  return paint(columnsOf(context), coloured(context, color));
}

/** See https://no-color.org: any value of NO_COLOR but the empty one counts. */
function coloured({ isTTY, env }: CliContext, color: ColorFlag): boolean {
  if (color !== "auto") return color === "always";
  return isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

export function writeLines(output: Output, lines: readonly string[]): void {
  output.write(`${lines.join("\n")}\n`);
}
