// A user's mistake, or trouble in the surroundings: said as what, where, why and what to do, never with a stack trace.
import { visibleText } from "../present/text/visible-text.ts";

export interface Trouble {
  readonly what: string;
  readonly where?: string;
  readonly why?: string;
  readonly todo: string;
}

/** Ends a command with exit code 2. Everything else that is thrown is a bug. */
export class UserError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.what);
    this.name = "UserError";
    this.trouble = trouble;
  }
}

/** "error: …" and a line each for where, why and what to do. */
export function troubleText({ what, where, why, todo }: Trouble): string {
  const lines = [
    `error: ${visibleText(what)}`,
    ...(where === undefined ? [] : [`  where: ${visibleText(where)}`]),
    ...(why === undefined ? [] : [`  why:   ${visibleText(why)}`]),
    `  do:    ${visibleText(todo)}`,
  ];
  return `${lines.join("\n")}\n`;
}
