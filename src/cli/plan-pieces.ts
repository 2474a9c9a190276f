// The pieces of plan.json on their way to the thread that writes it: short ones joined, large groups of steps in columns, which cross much faster than steps.
import type { Hash } from "../core/hash.ts";
import type { GroupedStep, StepGroup } from "../plan/step-group.ts";
import { groupTexts, type PlanPiece } from "../present/folder/plan-json.ts";

/** A group whose objects are known by their place among the templates. */
export interface GroupColumns {
  readonly common: StepGroup["common"];
  readonly ids: readonly GroupedStep["id"][];
  readonly titles: readonly string[];
  readonly objects: Uint32Array;
  /** What a step has beside these; null: no step has anything. */
  readonly more: readonly StepMore[] | null;
}

type StepMore = Pick<GroupedStep, "after" | "routes">;

/** What crosses at once. */
export type PackedPiece = string | GroupColumns;

/** With fewer steps the columns are not worth a message. */
const fewestSteps = 100;
const unitsOfText = 1 << 20;

export function* packed(pieces: Iterable<PlanPiece>, placeOf: (hash: Hash) => number): Generator<PackedPiece> {
  let text = "";
  for (const piece of pieces) {
    const isLarge = typeof piece !== "string" && piece.steps.length >= fewestSteps;
    if (isLarge || text.length >= unitsOfText) {
      if (text !== "") yield text;
      text = "";
    }
    if (isLarge) yield columnsOf(piece, placeOf);
    else for (const part of typeof piece === "string" ? [piece] : groupTexts(piece)) text += part;
  }
  if (text !== "") yield text;
}

/** The text of what came across. */
export function unpacked(piece: PackedPiece, hashAt: (place: number) => Hash): Iterable<string> {
  return typeof piece === "string" ? [piece] : groupTexts(groupOf(piece, hashAt));
}

function columnsOf({ common, steps }: StepGroup, placeOf: (hash: Hash) => number): GroupColumns {
  const isBare = steps.every(({ after, routes }) => after === undefined && routes === undefined);
  return {
    common,
    ids: steps.map(({ id }) => id),
    titles: steps.map(({ title }) => title),
    objects: Uint32Array.from(steps, ({ object }) => placeOf(object)),
    more: isBare ? null : steps.map(moreOf),
  };
}

function moreOf({ after, routes }: GroupedStep): StepMore {
  return { ...(after === undefined ? {} : { after }), ...(routes === undefined ? {} : { routes }) };
}

function groupOf({ common, ids, titles, objects, more }: GroupColumns, hashAt: (place: number) => Hash): StepGroup {
  return {
    common,
    steps: ids.map((id, at) => ({
      id,
      title: titles[at] ?? "",
      object: hashAt(objects[at] ?? 0),
      ...more?.[at],
    })),
  };
}
