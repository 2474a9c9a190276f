// What is read of a live cluster is what the stations look at: every kind that the plan touches or waits for, and every kind named in the code.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { kindKey } from "../../src/core/object-ref.ts";
import { sortedUnique } from "../../src/core/order.ts";
import { kindsRead } from "../../src/findings/kinds-read.ts";
import { planOf, readEastWest } from "../support/example.ts";
import type { CodeScenario } from "./scenario.ts";
import { defaultConfig } from "../../src/config/config.ts";

const folder = new URL("codes/", import.meta.url);
const modules = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith(".ts"));
/** One of each station is enough: all of them take minutes. */
const scenarios = (
  await Promise.all(
    modules.map(async (name) => (await import(new URL(name, folder).href)) as { scenarios: readonly CodeScenario[] }),
  )
).flatMap((each) => each.scenarios.slice(0, 2));

/** The kinds of all references anywhere in a value. */
function kindsIn(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const each of value as readonly Json[]) kindsIn(each, found);
  if (!isJsonObject(value)) return;
  const { cluster, group, kind, name } = value;
  if (typeof cluster === "string" && typeof group === "string" && typeof kind === "string" && typeof name === "string")
    found.add(kindKey({ group, kind }));
  for (const each of Object.values(value)) kindsIn(each, found);
}

test("plans change and wait for nothing that is not read", async () => {
  const found = new Set<string>();
  const worlds = [
    { found: await readEastWest(), config: {} },
    ...scenarios.map(({ found: inputs, config = {} }) => ({ found: inputs, config })),
  ];
  for (const world of worlds) {
    const { phases, slots, basis } = planOf(world.found, { ...defaultConfig, ...world.config });
    const steps = phases.flatMap((phase) => phase.steps.map(({ action, done, undo }) => ({ action, done, undo })));
    kindsIn(JSON.parse(JSON.stringify([steps, phases.map(({ gate }) => gate), slots, basis])) as Json, found);
  }
  expect(found.size).toBeGreaterThan(10);
  expect([...found].filter((kind) => !kindsRead.includes(kind))).toEqual([]);
});

test("kinds that the stations name are read", () => {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  const named = [
    "inventory",
    "federation",
    "findings/checks",
    "policies",
    "routes",
    "target",
    "plan",
    "present/model",
  ].flatMap((station) =>
    readdirSync(`${source}${station}`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .flatMap((path) => [
        ...readFileSync(`${source}${station}/${path}`, "utf8").matchAll(
          /"([A-Z][A-Za-z]+\.(?:[a-z0-9-]+\.)*[a-z0-9]+)"/gu,
        ),
      ])
      .map(([, kind = ""]) => kind),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(sortedUnique(named).filter((kind) => !kindsRead.includes(kind))).toEqual([]);
});
