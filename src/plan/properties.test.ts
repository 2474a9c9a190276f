// What holds for every plan, over generated worlds: order, references, names, and the same bytes for the same input.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Config } from "../config/config.ts";
import { guideConfig } from "../../test/support/guide-config.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { asLocal, type LinkOf, makeWorld, type MeshOf, named, type ServiceOf } from "../../test/support/world.ts";
import type { Plan } from "./plan.ts";

const serviceNames = ["api", "cart", "db", "feed"];
const service = fc.record({
  namespace: fc.constantFrom("red", "blue"),
  name: fc.constantFrom(...serviceNames),
  accounts: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(["one"], ["one", "two"]) }, fc.constant<string[]>([])),
  sidecar: fc.integer({ min: 0, max: 19 }).map((drawn) => drawn > 0),
  replicas: fc.constantFrom(1, 2, 0),
});
const mesh = fc.record({
  mode: fc.constantFrom<"ClusterWide" | "MultiTenant">("ClusterWide", "MultiTenant"),
  trustDomain: fc.constantFrom("cluster.local", "acme.example", "globex.example"),
  network: fc.constantFrom<string | null>("net", null),
  root: fc.constantFrom<string | undefined>("common", undefined, undefined),
  services: fc.uniqueArray(service, { maxLength: 4, selector: ({ namespace, name }) => `${namespace}/${name}` }),
  clients: fc.subarray(["app", "batch", "cron", "desk"]),
  neighbour: fc.boolean(),
});
const imports = fc.constantFrom<readonly JsonObject[]>(
  [named("*", "*")],
  [asLocal("red", "*", { namespace: "red" }), named("*", "*")],
  [asLocal("*", "*", { namespace: "all" })],
  [],
);
const world = fc
  .record({
    meshes: fc.array(mesh, { minLength: 2, maxLength: 4 }),
    rules: fc.array(imports, { minLength: 12, maxLength: 12 }),
    linked: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  })
  .map(({ meshes, rules, linked }) => makeWorld(described(meshes, rules, linked)));
const config = fc
  .record({
    restartProxies: fc.boolean(),
    exportTo: fc.constantFrom<"all" | "keep">("all", "keep"),
    atMost: fc.integer({ min: 1, max: 4 }),
  })
  .map(
    ({ restartProxies, exportTo, atMost }): Config => ({
      ...guideConfig,
      exportTo,
      trust: { order: "combined-root", restartProxies },
      waves: { ...guideConfig.waves, atMost },
    }),
  );

interface Drawn {
  readonly mode: "ClusterWide" | "MultiTenant";
  readonly trustDomain: string;
  readonly network: string | null;
  readonly root: string | undefined;
  readonly services: readonly ServiceOf[];
  readonly clients: readonly string[];
  readonly neighbour: boolean;
}

/** Meshes, some of them two to a cluster (then each a tenant with namespaces of its own), and links between some of them. */
function described(
  drawn: readonly Drawn[],
  rules: readonly (readonly JsonObject[])[],
  linked: readonly boolean[],
): { readonly meshes: readonly MeshOf[]; readonly links: readonly LinkOf[] } {
  const meshes = drawn.map(({ root, neighbour, ...rest }, index): MeshOf => {
    const key = `m${index}`;
    const own = (namespace: string): string => `${key}-${namespace}`;
    const base = { ...rest, key, address: `192.0.2.${index + 1}`, ...(root === undefined ? {} : { root }) };
    if (!neighbour) return base;
    return {
      ...base,
      cluster: "shared",
      namespace: `${key}-system`,
      name: key,
      mode: "MultiTenant",
      services: rest.services.map((each) => ({ ...each, namespace: own(each.namespace) })),
      clients: rest.clients.map(own),
    };
  });
  const pairs = meshes.flatMap(({ key }, index) => meshes.slice(index + 1).map((other) => [key, other.key] as const));
  const links = pairs.flatMap((between, index): LinkOf[] =>
    linked[index] === false && index > 0
      ? []
      : [
          {
            between,
            exports: [[named("*", "*")], [named("*", "*")]],
            imports: [rules[2 * index] ?? [], rules[2 * index + 1] ?? null],
          },
        ],
  );
  return { meshes, links };
}

const runs = { seed: 2026, numRuns: 40 };

function forEachPlan(check: (plan: Plan, inputs: readonly ClusterInput[], config: Config) => void): void {
  fc.assert(
    fc.property(world, config, (inputs, settings) => check(planOf(inputs, settings), inputs, settings)),
    runs,
  );
}

test("generated worlds are worth looking at: some hosts are carried, some stay, some peers go", () => {
  let carried = 0;
  let stayed = 0;
  let gone = 0;
  forEachPlan((plan) => {
    carried += plan.routes.filter(({ carry }) => carry.mode === "passthrough").length;
    stayed += plan.routes.filter(({ carry }) => carry.mode === "none").length;
    gone += stepsOf(plan).filter(({ action }) => action.do === "delete-together").length;
  });
  expect([carried > 50, stayed > 10, gone > 2]).toEqual([true, true, true]);
});

test("the same objects give the same bytes, in whatever order they come", () => {
  fc.assert(
    fc.property(world, config, fc.infiniteStream(fc.nat()), (inputs, settings, numbers) => {
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, at: numbers.next().value ?? 0 }))
          .sort((left, right) => left.at - right.at)
          .map(({ item }) => item);
      const mixed = shuffled(inputs).map((input) => ({ ...input, objects: shuffled(input.objects) }));
      const text = (plan: Plan): string => JSON.stringify(plan);
      return text(planOf(mixed, settings)) === text(planOf(inputs, settings));
    }),
    { ...runs, numRuns: 20 },
  );
});

test("steps have names of their own, and come after steps that stand before them", () => {
  forEachPlan((plan) => {
    const seen = new Set<string>();
    for (const { id, after } of stepsOf(plan)) {
      expect(seen.has(id), `${id} twice`).toBe(false);
      for (const earlier of after) expect(seen.has(earlier), `${id} after ${earlier}`).toBe(true);
      seen.add(id);
    }
    for (const { id, steps } of plan.phases) for (const step of steps) expect(step.id.startsWith(`${id}/`)).toBe(true);
  });
});

test("whatever a step or object names is in the plan: objects, routes, slots, probe groups", () => {
  forEachPlan((plan) => {
    const routes = new Set<string>(plan.routes.map(({ id }) => id));
    const slots = new Set<string>(plan.slots.map(({ id }) => id));
    const probes = new Set(plan.probes.map(({ id }) => id));
    const used = new Set<string>();
    for (const { id, action, routes: of } of stepsOf(plan)) {
      for (const route of of) expect(routes.has(route), id).toBe(true);
      if (action.do === "apply") used.add(action.object);
    }
    expect([...used].sort()).toEqual(Object.keys(plan.objects).sort());
    for (const slot of valuesOf(plan.objects, "$slot")) expect(slots.has(slot)).toBe(true);
    for (const each of valuesOf(plan.phases as unknown as Json, "slot")) expect(slots.has(each)).toBe(true);
    for (const group of [
      ...valuesOf(plan.phases as unknown as Json, "probes"),
      ...plan.phases.flatMap(({ verify }) => verify),
      ...plan.waves.map((wave) => wave.probes),
    ]) {
      expect(probes.has(group), group).toBe(true);
    }
    for (const list of [
      plan.routes.map(({ id }) => id),
      plan.slots.map(({ id }) => id),
      plan.probes.map(({ id }) => id),
      plan.basis.map(({ ref, of }) => `${canonicalJson({ ...ref })}${of}`),
    ]) {
      expect(new Set<string>(list).size).toBe(list.length);
    }
  });
});

test("the order that was measured: gateway and entries before exposure, remote gateway and endpoints before entries", () => {
  forEachPlan((plan) => {
    const steps = stepsOf(plan);
    const all = new Map(steps.map((step) => [step.id as string, step]));
    const behind = (id: string): Set<string> =>
      new Set((all.get(id)?.after ?? []).flatMap((each) => [each as string, ...behind(each)]));
    for (const { id, action, routes } of steps) {
      if (action.do !== "apply" || !/^(?:export|import)\//u.test(id)) continue;
      const needs = steps.filter(
        (other) =>
          other.action.do === "apply" &&
          isNeededBy(other.action.ref, action.ref) &&
          other.routes.some((route) => routes.includes(route)),
      );
      for (const other of needs) expect(behind(id).has(other.id), `${id} after ${other.id}`).toBe(true);
    }
  });
});

type Ref = {
  readonly kind: string;
  readonly group: string;
  readonly namespace: string | null;
  readonly cluster: string;
  readonly name: string;
};

/** In a cluster of several meshes the gateway's namespace ends in the mesh's key, and the services' begin with it. */
function ofOneMesh(entry: Ref, exposure: Ref): boolean {
  const key = /-(m\d)$/u.exec(exposure.namespace ?? "")?.[1];
  return key === undefined || (entry.namespace ?? "").startsWith(`${key}-`);
}

function isNeededBy(early: Ref, late: Ref): boolean {
  if (early.cluster !== late.cluster) return false;
  const exposure = late.kind === "Gateway" && late.group === "networking.istio.io";
  if (exposure)
    return early.group === "gateway.networking.k8s.io"
      ? early.namespace === late.namespace
      : early.kind === "ServiceEntry" && early.name.startsWith("meshferry-") && ofOneMesh(early, late);
  if (early.namespace !== late.namespace) return early.kind === "Namespace" && early.name === late.namespace;
  return late.kind === "ServiceEntry" && (early.kind === "WorkloadEntry" || early.kind === "Gateway");
}

test("nobody is shown an entry before the canary, and never by fewer", () => {
  forEachPlan((plan) => {
    const shown = new Map<string, readonly string[]>();
    for (const { id, action } of stepsOf(plan)) {
      if (action.do !== "apply" || action.set.length === 0) continue;
      const key = canonicalJson({ ...action.ref });
      const now = action.set[0]?.value as readonly string[];
      const before = shown.get(key);
      if (before === undefined) expect(id.startsWith("import/")).toBe(true);
      else if (!now.includes("*") && !before.includes("~"))
        expect(
          before.every((name) => now.includes(name)),
          id,
        ).toBe(true);
      shown.set(key, now);
    }
    if (
      plan.phases.some(({ id, steps }) => id === "retire-exports" && steps.some(({ action }) => action.do === "apply"))
    ) {
      for (const [key, names] of shown) expect([key, names]).toEqual([key, ["*"]]);
    }
  });
});

/** Every text below a key of this name, at any depth. */
function valuesOf(value: Json, name: string): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => valuesOf(item, name));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === name && typeof item === "string" ? [item] : valuesOf(item, name),
  );
}
