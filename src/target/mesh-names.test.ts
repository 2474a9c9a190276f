// Names stay when other meshes of a cluster are supplied later, or no longer.
import { expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { afterStep, changesObjects } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { examined } from "../../test/support/seen.ts";
import { added, changed, makeWorld, named } from "../../test/support/world.ts";

/** "hub" imports from "one", and from "two" in the same cluster. */
const both = makeWorld({
  meshes: [
    { key: "hub", clients: ["app"] },
    { key: "one", cluster: "west", mode: "MultiTenant", services: [{ namespace: "a", name: "one" }] },
    {
      key: "two",
      cluster: "west",
      namespace: "istio-two",
      name: "second",
      mode: "MultiTenant",
      services: [{ namespace: "b", name: "two" }],
    },
  ],
  links: ["one", "two"].map((key) => ({
    between: ["hub", key] as const,
    exports: [null, [named("*", key)]] as const,
    imports: [[named("*", "*")], null] as const,
  })),
});
const without = (inputs: readonly ClusterInput[], namespace: string, name: string): ClusterInput[] =>
  changed(inputs, `west ServiceMeshControlPlane ${namespace}/${name}`, undefined);
const alone = without(both, "istio-two", "second");

function names(inputs: readonly ClusterInput[]): string[] {
  return [...examined(inputs).target.places.values()].map(
    ({ gatewayNamespace, entryNamespace, remoteNetwork }) => `${gatewayNamespace} ${entryNamespace} ${remoteNetwork}`,
  );
}

function done(inputs: readonly ClusterInput[], until: string): readonly ClusterInput[] {
  const plan = planOf(inputs);
  let now = inputs;
  for (const step of stepsOf(plan).filter(changesObjects)) {
    if (step.id.startsWith(until)) break;
    now = afterStep(now, plan, step);
  }
  return now;
}

const hub = "istio-ingress meshferry-imports meshferry-hub";
const plain = "istio-ingress meshferry-imports meshferry-west";
const told = (mesh: string) => `istio-ingress-${mesh} meshferry-imports-${mesh} meshferry-west-${mesh}`;

test("a mesh alone in its cluster has plain names, one of several says which it is", () => {
  expect(names(alone)).toEqual([hub, plain]);
  expect(names(both)).toEqual([hub, told("istio-system-basic"), told("istio-two-second")]);
});

test("a second mesh that is supplied later does not rename the first, and is told from it", () => {
  const halfDone = done(alone, "shift/");
  const later = added(halfDone, ...both.flatMap(({ objects }) => objects.filter(({ ref }) => ref.name === "second")));
  const [ofHub, ofOne, ofTwo] = names(later);
  expect([ofHub, ofOne]).toEqual([hub, "istio-ingress meshferry-imports-istio-system-basic meshferry-west"]);
  expect(ofTwo).toBe(told("istio-two-second"));
  const again = stepsOf(planOf(later)).filter(changesObjects);
  expect(again.filter(({ id }) => id.startsWith("export/apply/west/") && id.includes("istio-ingress/"))).toEqual([]);
});

test("a mesh that is supplied alone does not take the other's names", () => {
  const halfDone = done(alone, "shift/");
  const second = both.flatMap(({ objects }) => objects.filter(({ ref }) => ref.name === "second"));
  const other = without(added(halfDone, ...second), "istio-system", "basic");
  expect(names(other)[1]).toBe("istio-ingress-istio-two-second meshferry-imports meshferry-west-istio-two-second");
});

test("a mesh that is supplied without the other later keeps the name that says which it is", () => {
  const halfDone = without(done(both, "shift/"), "istio-two", "second");
  expect(names(halfDone)[1]).toBe(
    "istio-ingress-istio-system-basic meshferry-imports meshferry-west-istio-system-basic",
  );
});
