// The proof of a rehearsal beside its plan: which plan was proven. apply asks for it.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { madeBy } from "../core/version.ts";
import { jsonText } from "../present/model/json-text.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import { withFiles } from "./file-trouble.ts";

/** In the plan folder. */
export const proofFile = "rehearsal.json";

/** Notes that the folder's plan was rehearsed and that nothing refused it. Throws a UserError where the folder cannot be written. */
export function writeProof(folder: string, { plan, counts }: Rehearsal): void {
  const text = jsonText({ apiVersion: "meshferry/proof.v1", madeBy, plan, ...counts });
  withFiles(folder, () => {
    const path = join(folder, proofFile);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  });
}

/** Whether the folder holds a proof of exactly this plan. */
export function isProven(folder: string, hash: string): boolean {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, proofFile), "utf8"));
    return typeof read === "object" && read !== null && "plan" in read && read.plan === hash;
  } catch {
    // None, or one that nobody can read: not proven.
    return false;
  }
}
