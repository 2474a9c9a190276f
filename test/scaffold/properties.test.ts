// Whatever the number of meshes, links, apps and exports: valid objects, each name once, the same bytes again, undo for each step.
import fc from "fast-check";
import { expect, test } from "vitest";
import { equalJson } from "../../src/core/json.ts";
import { kindKey } from "../../src/core/object-ref.ts";
import { kinds } from "../../src/inventory/kinds/registry.ts";
import { takeInventory } from "../../src/inventory/take-inventory.ts";
import { planFolder } from "../../src/present/folder/plan-folder.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { textAt } from "../examples/read-documents.ts";
import { validateObject } from "../schemas/validate-object.ts";
import { bodiesOf, planOf, scaffoldFrom } from "./made.ts";

const app = fc.record({
  kind: fc.constantFrom("client", "http", "tcp"),
  namespace: fc.constantFrom("one", "two", "three"),
  accounts: fc.integer({ min: 1, max: 3 }),
});

const config = fc
  .record({
    meshes: fc.array(
      fc.record({
        apps: fc.uniqueArray(app, { maxLength: 5, selector: ({ kind, namespace }) => `${kind} ${namespace}` }),
        perPeer: fc.boolean(),
        mode: fc.constantFrom("ClusterWide", "MultiTenant"),
        addresses: fc.option(fc.constant(["192.0.2.1"]), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    pairs: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12 }),
    all: fc.boolean(),
    exports: fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5), namespace: fc.constantFrom("one", "two", "*") }), {
      maxLength: 8,
    }),
  })
  .map(({ meshes, pairs, all, exports }) => {
    const name = (at: number): string => `m${at % meshes.length}`;
    const ordered = pairs
      .map(([one, other]) => [name(one), name(other)].toSorted())
      .filter(([one, other]) => one !== other);
    const links = [...new Set(ordered.map(String))].map((pair) => pair.split(","));
    const linked = (one: string, other: string): boolean =>
      one !== other && (all || links.some((pair) => pair.includes(one) && pair.includes(other)));
    return {
      apiVersion: "meshferry/scaffold.v1",
      meshes: meshes.map(({ apps, perPeer, mode, addresses }, at) => ({
        name: name(at),
        mode,
        egress: { perPeer },
        ...(addresses ? { ingress: { addresses } } : {}),
        apps: apps.map(({ kind, namespace, accounts }) => ({
          [kind]: namespace,
          serviceAccounts: Array.from({ length: accounts }, (_, each) => `${kind}-${each}`),
        })),
      })),
      links: all ? "all" : links,
      exports: exports
        .map(({ from, to, namespace }) => ({ from: name(from), to: name(to), services: [`${namespace}/*`] }))
        .filter(({ from, to }) => linked(from, to)),
    };
  });

test("every object is valid, and each is made once", () => {
  fc.assert(
    fc.property(config, (drawn) => {
      const plan = planOf(scaffoldFrom(drawn));
      const values = new Map(plan.slots.map(({ id }) => [id as string, ["192.0.2.9"]]));
      for (const [key, template] of bodiesOf(plan)) {
        const body = fillSlots(template, values);
        expect(validateObject(body), key).toEqual([]);
        const [group = "", version] = textAt(body, "apiVersion").split("/");
        const known = kindKey({ group: version === undefined ? "" : group, kind: textAt(body, "kind") });
        const schema = Object.entries(kinds).find(([name]) => name === known)?.[1];
        expect(schema?.fit(body), key).not.toBeNull();
      }
    }),
    { numRuns: 60 },
  );
});

test("step ids are unique, what a step comes after stands before it, and each created object can be taken away", () => {
  fc.assert(
    fc.property(config, (drawn) => {
      const plan = planOf(scaffoldFrom(drawn));
      const steps = plan.phases.flatMap((phase) => phase.steps);
      expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
      for (const { action, expect: expected, undo } of steps) {
        if (action.do === "wait") continue;
        expect([action.do, expected, undo]).toEqual(["apply", "absent", { how: "restore", also: [] }]);
      }
      const used = new Set(steps.flatMap(({ action }) => (action.do === "apply" ? [action.object] : [])));
      expect(Object.keys(plan.objects)).toEqual([...used].toSorted());
    }),
    { numRuns: 60 },
  );
});

test("the same file gives the same bytes, in whatever order its meshes and links stand", () => {
  fc.assert(
    fc.property(config, (drawn) => {
      const plan = planOf(scaffoldFrom(drawn));
      const links = Array.isArray(drawn.links) ? drawn.links.toReversed() : drawn.links;
      const turned = planOf(scaffoldFrom({ ...drawn, meshes: drawn.meshes.toReversed(), links }));
      expect(equalJson(JSON.parse(JSON.stringify(turned)), JSON.parse(JSON.stringify(plan)))).toBe(true);
      const nothing = takeInventory([]);
      expect([...planFolder(turned, nothing)]).toEqual([...planFolder(plan, nothing)]);
    }),
    { numRuns: 30 },
  );
});
