// Runs other programs and waits for them; a failure carries the end of what the program said.
import { spawn } from "node:child_process";
import { LabTrouble } from "./trouble.ts";

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end, whatever its status. */
export async function tryCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, input = "", timeoutMs = 0 } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const end = (status: number, more = "") =>
      resolve({
        status,
        stdout: Buffer.concat(out).toString("utf8"),
        stderr: Buffer.concat(err).toString("utf8") + more,
      });
    child.stdout.on("data", (data: Buffer) => out.push(data));
    child.stderr.on("data", (data: Buffer) => err.push(data));
    child.on("error", (error) => end(127, error.message));
    child.on("close", (status, signal) => end(status ?? 128, signal === null ? "" : `ended by ${signal}`));
    // A program that reads nothing may be gone already.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Runs a program that has to succeed, and gives its standard output. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions & { readonly todo?: string } = {},
): Promise<string> {
  const { status, stdout, stderr } = await tryCommand(program, args, options);
  if (status === 0) return stdout;
  const said = (stderr.trim() === "" ? stdout : stderr).trim().split("\n").slice(-12).join("\n    ");
  throw new LabTrouble(
    `${[program, ...args].join(" ").slice(0, 300)} failed with status ${status}`,
    said === "" ? "it said nothing" : said,
    options.todo ?? "read the message above; the same command can be run again",
  );
}
