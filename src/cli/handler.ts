// What surrounds every command: the exit code it returns, a user's error as text, and a bug that says that it is one.
import type { CommandContext } from "./cli-context.ts";
import { exitBug, exitUnusable } from "./exit-codes.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { troubleText, UserError } from "./user-error.ts";

type Flags = { readonly debug?: boolean };
type Handler<F extends Flags, A extends readonly unknown[]> = (
  this: CommandContext,
  flags: F,
  ...args: A
) => Promise<void>;

/** A command's function, made from one that returns the exit code. */
export function handler<F extends Flags, A extends readonly unknown[]>(
  run: (context: CommandContext, flags: F, ...args: A) => Promise<number>,
): Handler<F, A> {
  return async function handle(flags, ...args) {
    try {
      this.process.exitCode = await run(this, flags, ...args);
    } catch (error) {
      this.process.exitCode = reportError(this, error, flags.debug ?? false);
    }
  };
}

/** Writes the error to stderr and returns the exit code that it stands for. */
export function reportError({ cli }: CommandContext, error: unknown, debug: boolean): number {
  if (error instanceof UserError) {
    cli.stderr.write(troubleText(error.trouble));
    return exitUnusable;
  }
  const message = error instanceof Error ? error.message : String(error);
  cli.stderr.write(`error: this is a bug in meshferry: ${visibleText(message)}\n`);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  if (debug) cli.stderr.write(`${stack.split("\n").map(visibleText).join("\n")}\n`);
  else cli.stderr.write("  do:    Report it with the command and its output; --debug adds the stack trace.\n");
  return exitBug;
}
