// Pieces of plan.json give the same text whether they cross to another thread or not.
import { expect, test } from "vitest";
import type { Hash } from "../core/hash.ts";
import { clusterId, routeId, meshId, host, stepId } from "../core/ids.ts";
import type { StepGroup } from "../plan/step-group.ts";
import { groupTexts, type PlanPiece } from "../present/folder/plan-json.ts";
import { packed, unpacked } from "./plan-pieces.ts";

const hashes: readonly Hash[] = ["sha256:aa", "sha256:bb"];
const route = routeId(meshId(clusterId("east"), "istio-system", "basic"), host("a.example"));

function group(length: number): StepGroup {
  return {
    common: { cluster: clusterId("east"), rule: "import.workload-entry-first" },
    steps: Array.from({ length }, (_, at) => ({
      id: stepId(`import/${at}`),
      title: at === 1 ? 'says "no"\nand \\ \u202e' : `Create ${at}`,
      object: hashes[at % 2] ?? "sha256:",
      ...(at === 2 ? { after: [stepId("import/0")], routes: [route] } : {}),
    })),
  };
}

test.each([2, 99, 100, 1_203])("a group of %d steps between texts", (length) => {
  const pieces: PlanPiece[] = ['"steps":[\n', group(length), ",\n", group(100), "\n]"];
  const text = pieces.flatMap((piece) => (typeof piece === "string" ? [piece] : [...groupTexts(piece)])).join("");
  const crossed = [...packed(pieces, (hash) => hashes.indexOf(hash))].map((piece) => structuredClone(piece));
  const columns = crossed.filter((piece) => typeof piece !== "string");
  expect(columns.length, "what is large crosses in columns").toBe(length < 100 ? 1 : 2);
  expect(crossed.flatMap((piece) => [...unpacked(piece, (place) => hashes[place] ?? "sha256:")]).join("")).toBe(text);
  const read = JSON.parse(text.slice('"steps":'.length)) as StepGroup[];
  expect(read).toEqual([group(length), group(100)]);
});
