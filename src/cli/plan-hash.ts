// The hash of a plan that has not been written: of the bytes that plan.json would have.
import { createHash } from "node:crypto";
import type { Hash } from "../core/hash.ts";
import type { MadePlan } from "../plan/make-plan.ts";
import { planJson } from "../present/folder/plan-json.ts";

export function planHash({ plan, texts }: MadePlan): Hash {
  const hash = createHash("sha256");
  for (const piece of planJson(plan, texts)) hash.update(piece);
  return `sha256:${hash.digest("hex")}`;
}
