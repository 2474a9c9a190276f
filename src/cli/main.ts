#!/usr/bin/env node
// Where node starts: the process becomes a context, and the exit code the process's own.
import process from "node:process";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import type { CliContext } from "./cli-context.ts";

type Terminal = Pick<CliContext, "columns" | "isTTY">;

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough (`| head`): not an error.
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}

/** Commands that make hundreds of megabytes of objects out of large meshes. */
const large: readonly (string | undefined)[] = ["plan", "check", "rehearse"];

/**
 * New objects get this much room before the engine looks which of them are still in use. Nearly all are, and each is copied
 * twice before it is left in peace: with the usual 16 a fifth of the time of a large plan went there. A rehearsal makes more of them: with
 * 64 it takes a tenth less time than with 32. Node takes the size with a thread, not later, so large commands run in one of their own.
 */
const newObjectsMb = process.argv[2] === "check" || process.argv.includes("--no-rehearse") ? 32 : 64;

if (isMainThread && large.includes(process.argv[2])) {
  setFlagsFromString(`--min-semi-space-size=${newObjectsMb}`);
  setFlagsFromString(`--max-semi-space-size=${newObjectsMb}`);
  const worker = new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    workerData: terminalOf(process.stdout),
    // A thread would be given less than the process.
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20) },
  });
  worker.on("exit", (code) => (process.exitCode = code));
} else {
  // A thread's stdout leads to the process's, and is no terminal itself.
  const terminal: Terminal = isMainThread ? terminalOf(process.stdout) : workerData;
  const { runCli } = await import("./run-cli.ts");
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    ...terminal,
    now: () => new Date(),
    stopSignal,
    ask: process.stdin.isTTY && process.stdout.isTTY ? askOnTerminal : async () => null,
  });
}

/** The first Ctrl-C, or SIGTERM, asks to stop; the second ends the process at once, which a run survives as well. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const heard = (): void => {
    if (stop.signal.aborted) process.exit(130);
    process.stderr.write("note: stopping after the steps in hand; Ctrl-C again ends at once\n");
    stop.abort();
  };
  process.on("SIGINT", heard);
  process.on("SIGTERM", heard);
  return stop.signal;
}

async function askOnTerminal(question: string): Promise<string | null> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const over = new AbortController();
  // Ctrl-C or Ctrl-D at the question is no.
  terminal.on("SIGINT", () => over.abort());
  terminal.on("close", () => over.abort());
  try {
    return await terminal.question(question, { signal: over.signal });
  } catch {
    return null;
  } finally {
    terminal.close();
  }
}

function terminalOf({ columns, isTTY }: NodeJS.WriteStream): Terminal {
  return { columns, isTTY: isTTY ?? false };
}
