// What a command is given of the world around it, so that tests can run it in-process. Knows no command.
import type { StricliProcess } from "@stricli/core";

export interface Output {
  write(text: string): unknown;
}

export interface CliContext {
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** Notices and errors. */
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the terminal that stdout is; undefined where it is none. */
  readonly columns: number | undefined;
  readonly isTTY: boolean;
  /** What dates of certificates are compared with where no time is given. */
  readonly now: () => Date;
  /** From here on Ctrl-C asks the command to stop instead of ending it; absent: nobody presses it. */
  readonly stopSignal?: () => AbortSignal;
  /** Asks a person, and gives the answer; null, or absent: nobody is there. */
  readonly ask?: (question: string) => Promise<string | null>;
  /** A selector of labels: others of a live cluster's objects are left out, as a test's own are. */
  readonly liveLabels?: string;
}

/** The context of a running command. */
export interface CommandContext {
  readonly process: StricliProcess;
  readonly cli: CliContext;
}
