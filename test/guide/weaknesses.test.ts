// The published procedure in its own order: the rehearsal refuses it for what docs/guide-weaknesses.md lists, and for nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sortedUnique } from "../../src/core/order.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { planOf, readEastWest, root } from "../support/example.ts";
import { stated } from "../support/modelled.ts";
import { textOf } from "../support/seen.ts";
import { guidePlan } from "./guide-plan.ts";

const inputs = await readEastWest();
const own = planOf(inputs);
const { refused, changes, pairs, outcomes } = rehearse(guidePlan(own), inputs, stated, { hash: "" });

/** "CODE | STEP" of each row. */
function listed(): readonly string[] {
  const page = readFileSync(join(root, "docs", "guide-weaknesses.md"), "utf8");
  return page.split("\n").flatMap((line) => {
    const [, code = "", step = ""] = line.split("|").map((cell) => cell.trim());
    return /^MF\d+$/u.test(code) ? [`${code} | ${step}`] : [];
  });
}

test("it is refused for exactly the weaknesses that are listed", () => {
  const found = refused.map(({ code, params }) => `${code} | ${textOf(params["step"])}`);
  expect(sortedUnique(found)).toEqual(sortedUnique(listed()));
});

test("what is lost, and why, is what was observed", () => {
  const reasons = (step: string) =>
    sortedUnique(
      changes
        .filter((change) => change.step === `guide/${step}`)
        .flatMap(({ outcome }) => outcomes[outcome]?.reasons.map(({ code }) => code) ?? []),
    );
  expect(pairs.map(({ host }) => host)).toEqual([
    "httpbin.a.svc.west-mesh-imports.local",
    "httpbin.b.svc.cluster.local",
  ]);
  expect([reasons("03"), reasons("04"), reasons("11"), reasons("14")]).toEqual([
    [],
    ["not-exposed"],
    ["client-refuses-root", "no-configuration"],
    ["client-refuses-root", "server-refuses-root"],
  ]);
});

test("the plan that meshferry makes of the same meshes has none of them", () => {
  expect(rehearse(own, inputs, stated, { hash: "" }).refused).toEqual([]);
});
