// The plan for the guide's own starting point equals the guide, except for the differences that docs/guide-differences.yaml lists.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load, loadAll } from "js-yaml";
import { beforeAll, expect, test } from "vitest";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { pointer } from "../../src/core/pointer.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { slotValues } from "../support/slots.ts";
import { appliedObjects, planOf, readEastWest, root, stepsOf } from "../support/example.ts";

interface GuideStep {
  readonly cluster: string;
  readonly do: "apply" | "delete" | "patch";
  readonly object: {
    readonly file?: string;
    readonly document?: number;
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly patch?: readonly { readonly op: string; readonly path: string }[];
}
interface Differences {
  /** Guide object → ours, both "cluster/Kind.group/namespace/name". */
  readonly pairs: readonly { readonly guide: string; readonly ours: string }[];
  readonly fields: readonly {
    readonly object: string;
    readonly field: string;
    readonly guide: Json;
    readonly ours: Json;
    readonly why: string;
  }[];
  readonly added: readonly { readonly step: string; readonly why: string }[];
  readonly order: readonly { readonly guide: readonly string[]; readonly why: string }[];
}

const absent = "(absent)";
const remoteAddress = "${WEST_REMOTE_IP}";

let plan: Plan;
const differences = load(readFileSync(join(root, "docs/guide-differences.yaml"), "utf8")) as Differences;
const guideSteps = (load(readFileSync(join(root, "test/guide/steps.yaml"), "utf8")) as { steps: GuideStep[] }).steps;

beforeAll(async () => {
  plan = planOf(await readEastWest());
});

function guideObject(step: GuideStep): Json {
  const file = readFileSync(join(root, "test/guide", step.object.file ?? ""), "utf8");
  return loadAll(file)[step.object.document ?? 0] as Json;
}

function keyOf(cluster: string, object: Json): string {
  const { apiVersion, kind, metadata } = object as unknown as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
  const [group] = apiVersion.split("/");
  return `${cluster}/${kind}.${group}/${metadata["namespace"] ?? ""}/${metadata["name"]}`;
}

function leaves(value: Json | undefined, at: readonly string[] = []): Map<string, Json> {
  const entries: [string, Json][] = isJsonObject(value)
    ? Object.entries(value)
    : Array.isArray(value)
      ? value.map((item: Json, index): [string, Json] => [String(index), item])
      : [];
  if (entries.length === 0) return new Map([[pointer(...at), value ?? null]]);
  return new Map(entries.flatMap(([key, item]) => [...leaves(item, [...at, key])]));
}

function filled(object: Json): Json {
  if (!isJsonObject(object)) throw new Error("no object");
  return fillSlots(object, slotValues(plan, [{ ip: remoteAddress }]));
}

test("every object of the guide has its counterpart, and every field that differs is listed with a reason", () => {
  const ours = appliedObjects(plan);
  const found: Omit<Differences["fields"][number], "why">[] = [];
  for (const step of guideSteps.filter((each) => each.do === "apply")) {
    const theirs = guideObject(step);
    const key = keyOf(step.cluster, theirs);
    const pair = differences.pairs.find(({ guide }) => guide === key);
    expect(pair, `${key} has a counterpart`).toBeDefined();
    const mine = ours.get(pair?.ours ?? "");
    expect(mine, `${pair?.ours} is in the plan`).toBeDefined();
    const left = leaves(theirs);
    const right = leaves(filled(mine ?? {}));
    for (const field of [...new Set([...left.keys(), ...right.keys()])].sort()) {
      const guide = left.get(field) ?? absent;
      const own = right.get(field) ?? absent;
      if (guide !== own) found.push({ object: key, field, guide, ours: own });
    }
  }
  const listed = differences.fields.map(({ object, field, guide, ours: own }) => ({ object, field, guide, ours: own }));
  const text = (each: Json | object): string => JSON.stringify(each);
  expect(found.map(text).sort()).toEqual(listed.map(text).sort());
});

test("what the plan does beyond the guide is listed, and nothing else", () => {
  const counterparts = new Set(differences.pairs.map(({ ours }) => ours));
  const seen = new Set<string>();
  const added = stepsOf(plan)
    .filter(({ action }) => action.do !== "wait" && action.do !== "confirm")
    .filter((step) => !isGuideStep(step, counterparts, seen))
    .map(({ id }) => id as string);
  expect(added.sort()).toEqual(differences.added.map(({ step }) => step).sort());
  for (const { why } of [...differences.added, ...differences.fields, ...differences.order])
    expect(why.length).toBeGreaterThan(20);
});

/** The first apply of a counterpart, and the guide's own deletions and patches. */
function isGuideStep({ action }: Step, counterparts: ReadonlySet<string>, seen: Set<string>): boolean {
  if (action.do === "apply") {
    const { ref } = action;
    const key = `${ref.cluster}/${ref.kind}.${ref.group}/${ref.namespace ?? ""}/${ref.name}`;
    if (!counterparts.has(key) || seen.has(key)) return false;
    seen.add(key);
    return true;
  }
  const refs =
    action.do === "delete" || action.do === "patch" ? [action.ref] : action.do === "delete-together" ? action.refs : [];
  return (
    refs.length > 0 &&
    refs.every((ref) =>
      guideSteps.some(
        ({ do: does, cluster, object }) =>
          does === (action.do === "patch" ? "patch" : "delete") &&
          cluster === ref.cluster &&
          object.kind === ref.kind &&
          object.namespace === ref.namespace &&
          object.name === ref.name,
      ),
    )
  );
}

test("every deletion and patch of the guide is in the plan, with the same effect", () => {
  for (const guide of guideSteps.filter((each) => each.do !== "apply")) {
    const step = stepFor(guide);
    expect(step, `${guide.do} ${guide.object.kind} in ${guide.cluster}`).toBeDefined();
    if (guide.do !== "patch" || step?.action.do !== "patch") continue;
    const effects = step.action.ops.filter(({ op }) => op !== "test");
    const sorted = (ops: readonly object[]): string[] => ops.map((op) => JSON.stringify(op)).sort();
    expect(sorted(effects)).toEqual(sorted(guide.patch ?? []));
  }
});

test("the guide's order is kept, except where the list says so", () => {
  const places = guideSteps.map((guide) => ({ name: nameOf(guide), at: positionOf(guide) }));
  const inverted: string[][] = [];
  places.forEach((early, index) => {
    for (const late of places.slice(index + 1)) if (early.at > late.at) inverted.push([early.name, late.name]);
  });
  expect(inverted.map((pair) => pair.join(" < ")).sort()).toEqual(
    differences.order.map(({ guide }) => guide.join(" < ")).sort(),
  );
});

function nameOf({ cluster, object, do: does, ...rest }: GuideStep): string {
  return object.file
    ? keyOf(cluster, guideObject({ cluster, object, do: does, ...rest }))
    : `${does} ${cluster}/${object.kind}/${object.name}`;
}

function stepFor(guide: GuideStep): Step | undefined {
  return stepsOf(plan).find(({ action }) => {
    if (action.do === "apply") {
      if (guide.do !== "apply") return false;
      const ours = differences.pairs.find((pair) => pair.guide === nameOf(guide))?.ours;
      const { ref } = action;
      return `${ref.cluster}/${ref.kind}.${ref.group}/${ref.namespace ?? ""}/${ref.name}` === ours;
    }
    const refs =
      action.do === "delete-together"
        ? action.refs
        : action.do === "delete" || action.do === "patch"
          ? [action.ref]
          : [];
    const kind = action.do === "patch" ? "patch" : "delete";
    return (
      guide.do === kind &&
      refs.some(
        (ref) =>
          ref.cluster === guide.cluster &&
          ref.kind === guide.object.kind &&
          ref.name === guide.object.name &&
          isLast(guide, action),
      )
    );
  });
}

/** A control plane may be patched more than once; the guide's patch is the one that removes. */
function isLast(guide: GuideStep, action: Step["action"]): boolean {
  return guide.do !== "patch" || (action.do === "patch" && action.ops.some(({ op }) => op === "remove"));
}

function positionOf(guide: GuideStep): number {
  return stepsOf(plan).findIndex((step) => step === stepFor(guide));
}
