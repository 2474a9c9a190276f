// A run in a process of its own, so that it can be killed, or have a clock of its own: told what to do by a file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type LiveRun, liveRun, resultFile } from "./live-run.ts";

const told = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as LiveRun;
const result = await liveRun(told);
writeFileSync(join(told.folder, resultFile), JSON.stringify(result));
process.exitCode = result.end === "finished" ? 0 : 1;
