// A run in a process of its own, so that it can be killed: told what to do by a file.
import { readFileSync } from "node:fs";
import process from "node:process";
import { type LiveRun, liveRun } from "./live-run.ts";

const told = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as LiveRun;
const { end } = await liveRun(told);
process.exitCode = end === "finished" ? 0 : 1;
