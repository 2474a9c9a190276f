// Every object that a plan makes is valid by its API's own schema, and every patch of a control plane applies to the control plane as it is.
import { expect, test } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { refKey } from "../../src/core/object-ref.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { validateObject } from "../schemas/validate-object.ts";
import { applyPatch } from "../support/apply-patch.ts";
import { planOf, readEastWest, stepsOf } from "../support/example.ts";
import { slotValues } from "../support/slots.ts";

test("every applied object, with each overlay and with slots filled, is valid", async () => {
  const plan = planOf(await readEastWest());
  const kinds = new Set<string>();
  for (const ingress of [{ ip: "203.0.113.9" }, { ip: "2001:db8::9" }, { hostname: "lb.example.com" }]) {
    const values = slotValues(plan, [ingress]);
    for (const { id, action } of stepsOf(plan)) {
      if (action.do !== "apply") continue;
      const template: Json = plan.objects[action.object] ?? {};
      const object = action.set.reduce((body: Json, { pointer, value }) => withValueAt(body, pointer, value), template);
      expect(validateObject(fillSlots(object as Record<string, Json>, values)), id).toEqual([]);
      kinds.add(action.ref.kind);
    }
  }
  expect([...kinds].sort()).toEqual([
    "Gateway",
    "HorizontalPodAutoscaler",
    "Namespace",
    "PodDisruptionBudget",
    "ServiceEntry",
    "WorkloadEntry",
  ]);
});

test("every control-plane patch applies to the example, in order, and its undo restores it", async () => {
  const inputs = await readEastWest();
  // West as a control plane that lacks everything which multi-cluster needs, so that the network phase has work there.
  const bare = inputs.map((input) => ({
    ...input,
    objects: input.objects.map((object) => {
      if (object.ref.kind !== "ServiceMeshControlPlane") return object;
      const body = structuredClone(object.body) as unknown as { spec: Record<string, unknown> };
      delete body.spec["techPreview"];
      delete body.spec["cluster"];
      delete body.spec["runtime"];
      return { ...object, body: body as unknown as typeof object.body };
    }),
  }));
  for (const world of [inputs, bare]) {
    const plan = planOf(world);
    const bodies = new Map<string, Json>(
      world.flatMap(({ objects }) => objects.map(({ ref, body }) => [refKey(ref), body])),
    );
    const patched = stepsOf(plan).filter(
      ({ action }) => action.do === "patch" && action.ref.kind === "ServiceMeshControlPlane",
    );
    expect(patched.length).toBe(world === bare ? 4 : 2);
    const undone: (() => void)[] = [];
    const before = new Map(bodies);
    for (const { action, undo } of patched) {
      if (action.do !== "patch") continue;
      const key = refKey(action.ref);
      bodies.set(key, applyPatch(bodies.get(key) ?? {}, action.ops));
      undone.unshift(() => {
        if (undo.how !== "actions") throw new Error("a patch without an inverse");
        for (const back of undo.actions)
          if (back.do === "patch") bodies.set(key, applyPatch(bodies.get(key) ?? {}, back.ops));
      });
    }
    for (const each of bodies)
      if (each[0].includes("ServiceMeshControlPlane")) expect(each[1]).not.toEqual(before.get(each[0]));
    for (const undo of undone) undo();
    expect(bodies).toEqual(before);
  }
});
