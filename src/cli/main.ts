#!/usr/bin/env node
// Where node starts: the process becomes a context, and the exit code the process's own.
import process from "node:process";
import { runCli } from "./run-cli.ts";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough (`| head`): not an error.
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  env: process.env,
  columns: process.stdout.columns,
  isTTY: process.stdout.isTTY ?? false,
  now: () => new Date(),
});
