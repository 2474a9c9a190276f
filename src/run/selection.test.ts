// Parts of a plan: by phase, and by the services that clients dial.
import { expect, test } from "vitest";
import { planOf, readEastWest, stepsOf } from "../../test/support/example.ts";
import { phasesBehind, phasesUntil, planFor, routesOf, servingOnly } from "./selection.ts";

const plan = planOf(await readEastWest());
const only = (service: string, namespace: string) => routesOf(plan, [{ service, namespace }]);

test("phases up to one, and behind one", () => {
  const ids = (phases: readonly { readonly id: string }[]) => phases.map(({ id }) => id);
  expect(ids(phasesUntil(plan, "export"))).toEqual(["prepare", "trust", "network", "export"]);
  expect(ids(phasesBehind(plan, "retire-exports"))).toEqual(["retire-imports", "retire-peers"]);
  expect([phasesUntil(plan, null), phasesBehind(plan, null)]).toEqual([plan.phases, plan.phases]);
});

test("a service is named as its exporter has it, or as clients dial it; another is none", () => {
  expect([...only("httpbin", "a")]).toEqual(
    plan.routes.filter(({ host }) => host.startsWith("httpbin.a.")).map(({ id }) => id),
  );
  expect(only("httpbin", "a").size).toBe(1);
  expect(only("httpbin", "nowhere").size).toBe(0);
});

test("the plan for one service has the steps of all and its own, none of others, and ends with shift", () => {
  const routes = only("httpbin", "a");
  const part = planFor(plan, routes);
  expect(part.phases.map(({ id }) => id)).toEqual(["prepare", "trust", "network", "export", "import", "shift"]);
  const kept = new Set(stepsOf(part).map(({ id }) => id));
  for (const phase of plan.phases.slice(0, 6)) {
    for (const { id, routes: its } of phase.steps)
      expect([id, kept.has(id)]).toEqual([id, its.length === 0 || its.some((each) => routes.has(each))]);
  }
  expect(stepsOf(plan).filter(({ id }) => !kept.has(id)).length).toBeGreaterThan(3);
  for (const group of part.probes) expect(group.routes.every((id) => routes.has(id))).toBe(true);
});

test("what serves one service alone can be taken back; what serves others too stays", () => {
  const routes = only("httpbin", "a");
  const steps = servingOnly(plan.phases, routes).flatMap((phase) => phase.steps);
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.every((step) => step.routes.every((id) => routes.has(id)))).toBe(true);
  expect(steps.some(({ action }) => action.do === "apply" && action.ref.kind === "Namespace")).toBe(false);
});
