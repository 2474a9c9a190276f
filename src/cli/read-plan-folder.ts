// A plan folder as commands read it: plan.json of this version, and for those that carry it out the journal of this very plan.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Hash } from "../core/hash.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type PlanFile, planFromFile } from "../plan/plan-file.ts";
import type { PhaseId, Plan } from "../plan/plan.ts";
import { JournalDamaged, journalPath, readJournal } from "../run/journal.ts";
import { fold, type RunState } from "../run/run-state.ts";
import { UserError } from "./user-error.ts";

export interface ReadPlan {
  /** Absolute. */
  readonly folder: string;
  readonly plan: Plan;
  /** Of plan.json's bytes. */
  readonly hash: Hash;
}

export interface OpenedPlan extends ReadPlan {
  readonly state: RunState;
}

const known: readonly string[] = [
  "apiVersion",
  "madeBy",
  "strategy",
  "trust",
  "rehearsed",
  "basis",
  "slots",
  "objects",
  "routes",
  "waves",
  "meshes",
  "probes",
  "phases",
  "findings",
  "lists",
] satisfies (keyof PlanFile)[];

/** The plan with its journal. Throws a UserError as readPlan does, and where the journal is damaged or another plan's. */
export function readPlanFolder(cwd: string, named: string): OpenedPlan {
  const read = readPlan(cwd, named);
  const { folder, hash } = read;
  const state = stateOf(folder);
  if (state.plan !== null && state.plan !== hash) {
    throw new UserError({
      what: "the journal in the folder is of another plan",
      where: journalPath(folder),
      why: "plan.json was written again, or changed, after a run had begun.",
      todo: "Put the plan of that run back to finish or undo it; write a new plan into a folder of its own.",
    });
  }
  return { ...read, state };
}

/** Throws a UserError where the folder holds no plan that this version understands. */
export function readPlan(cwd: string, named: string): ReadPlan {
  const folder = resolve(cwd, named);
  const file = join(folder, "plan.json");
  const bytes = bytesOf(file);
  const value = valueOf(bytes, file);
  const version = value["apiVersion"];
  if (version !== "meshferry/plan.v1") {
    throw new UserError({
      what: "this version does not understand the plan",
      where: file,
      why: `Its apiVersion is ${JSON.stringify(version ?? null)}, not "meshferry/plan.v1".`,
      todo: "Finish it with the version that made it, or plan again.",
    });
  }
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new UserError({
      what: "this version does not understand the plan",
      where: file,
      why: `It holds fields that are not known: ${unknown.join(", ")}.`,
      todo: "Use the version that made it, or plan again.",
    });
  }
  const hash: Hash = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { folder, plan: planOf(value, file), hash };
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    throw new UserError({
      what: "there is no plan to be read",
      where: file,
      why: code === "ENOENT" ? "no such file" : code,
      todo: "Name the folder that meshferry plan --out, or scaffold --out, has written.",
    });
  }
}

function valueOf(bytes: Buffer, file: string): { readonly [key: string]: Json } {
  try {
    const value = JSON.parse(bytes.toString("utf8")) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new UserError({ what: "plan.json cannot be read as JSON", where: file, todo: "Write the plan again." });
}

function planOf(value: { readonly [key: string]: Json }, file: string): Plan {
  try {
    return planFromFile(value as unknown as PlanFile);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError({ what: "plan.json is damaged", where: file, why, todo: "Write the plan again." });
  }
}

function stateOf(folder: string): RunState {
  try {
    return fold(readJournal(folder));
  } catch (error) {
    if (!(error instanceof JournalDamaged)) throw error;
    throw new UserError({
      what: "the journal is damaged",
      where: error.message,
      why: "Only its last line may be cut off, when a run is killed.",
      todo: "Restore the file from a backup. Without it plan again from what the clusters hold, into another folder.",
    });
  }
}

/** The phase of that name in the plan. */
export function phaseNamed({ phases }: Plan, flag: string, name: string): PhaseId {
  const found = phases.find(({ id }) => id === name);
  if (found) return found.id;
  throw new UserError({
    what: `${flag} ${name}: the plan has no such phase`,
    todo: `Its phases: ${phases.map(({ id }) => id).join(", ")}`,
  });
}
