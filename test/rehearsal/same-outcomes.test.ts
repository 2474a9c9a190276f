// When an undo is taken to lead back, and what time is taken to move.
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { sortedUnique } from "../../src/core/order.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import { advance, undone } from "../../src/rehearsal/advance.ts";
import { passTime } from "../../src/rehearsal/pass-time.ts";
import { hostsMovedByTime, isBackAt, leadsBack } from "../../src/rehearsal/same-outcomes.ts";
import { put, ticked, type World } from "../../src/rehearsal/world.ts";
import { planOf, stepsOf } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";
import { carriedOutUntil, found, modelled } from "../support/modelled.ts";
import { twoMeshes } from "../support/world.ts";

const inputs = twoMeshes({ east: { clients: ["a", "b"] } });
const plan = planOf(inputs, guideConfig);
const before = modelled(inputs);
const moved = carriedOutUntil(inputs, plan, "retire-exports");
const entry = found(moved, "east ServiceEntry meshferry-imports/orders.sales.svc.west-mesh-imports.local");
const imports = found(moved, "east ImportedServiceSet istio-system/west-mesh");

const written = (world: World, { ref, body, ...rest }: typeof entry, at: string, value: Json): World =>
  put(ticked(world), ref, { ref, ...rest, body: withValueAt(body, at, value) as JsonObject });

describe("a world has come back", () => {
  test.each([
    ["where nothing was changed", ticked(moved), true],
    ["where only a generation has counted on", written(moved, entry, "/metadata/generation", 99), true],
    ["not where a set's has", written(moved, imports, "/metadata/generation", 99), false],
    ["not where an object says something else", written(moved, entry, "/spec/resolution", "DNS"), false],
    ["not where it is gone", put(ticked(moved), entry.ref, null), false],
    [
      "not where it was made again, and is younger",
      put(ticked(put(ticked(moved), entry.ref, null)), entry.ref, entry),
      false,
    ],
  ])("%s", (_, world, isBack) => {
    expect(isBackAt(moved, world)).toBe(isBack);
  });
});

test("where an undo surely leads back, carrying it out does, and it is so for most steps that apply", () => {
  let world = before;
  const sure: string[] = [];
  for (const step of stepsOf(plan)) {
    const next = advance(world, step.action, plan);
    if ("fails" in next) throw new Error(next.fails);
    if (leadsBack(world, next.world, step)) {
      sure.push(step.id);
      const back = undone(world, next.world, step, plan);
      expect(["world" in back && isBackAt(world, back.world), step.id]).toEqual([true, step.id]);
    }
    world = next.world;
  }
  const kinds = sortedUnique(sure.map((id) => id.split("/")[3]?.split(".")[0] ?? ""));
  expect(kinds).toEqual(["ServiceEntry", "WorkloadEntry"]);
  expect(sure.length).toBeGreaterThan(5);
});

test("time moves the hosts of which an entry is younger than federation's service, and anything where a proxy or a set will be another", () => {
  const host = "orders.sales.svc.west-mesh-imports.local";
  // Proxies that have not yet renewed what they hold of the roots.
  expect(hostsMovedByTime(moved, [host])).toBeNull();
  const rested = passTime(moved);
  expect([...(hostsMovedByTime(rested, [host]) ?? ["any"])]).toEqual([]);
  const again = put(ticked(put(ticked(rested), entry.ref, null)), entry.ref, entry);
  const younger = written(again, entry, "/spec/exportTo", ["*"]);
  expect([...(hostsMovedByTime(younger, [host, "other.example"]) ?? [])]).toEqual([host]);
  // What is shown to named namespaces comes before federation's at any age.
  const named = written(younger, entry, "/spec/exportTo", ["a"]);
  expect([...(hostsMovedByTime(named, [host]) ?? ["any"])]).toEqual([]);
  expect([...(hostsMovedByTime(written(younger, entry, "/spec/exportTo", []), [host]) ?? [])]).toEqual([host]);
  expect(hostsMovedByTime(put(ticked(rested), imports.ref, null), [host])).toBeNull();
});
