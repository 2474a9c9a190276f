// How wide lines may be.
import type { CliContext } from "./cli-context.ts";

const columnsElsewhere = 80;

/** The terminal's width; COLUMNS, or 80, where stdout is no terminal. */
export function columnsOf({ columns, isTTY, env }: CliContext): number {
  if (isTTY && columns !== undefined && columns > 0) return columns;
  const asked = Number(env["COLUMNS"]);
  return Number.isInteger(asked) && asked > 0 ? asked : columnsElsewhere;
}
