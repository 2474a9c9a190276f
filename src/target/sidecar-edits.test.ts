// Sidecars: what they show, what the plan adds to them, and who does not count as a client of a hidden host.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { afterStep } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { phaseSteps } from "../../test/support/seen.ts";
import { added, kubeObject, twoMeshes } from "../../test/support/world.ts";

const orders = "orders.sales.svc.west-mesh-imports.local";
const stock = "stock.sales.svc.cluster.local";

function sidecar(
  namespace: string,
  hosts: readonly string[] | null,
  more: Readonly<Record<string, Json>> = {},
): KubeObject {
  return kubeObject("east", "networking.istio.io/v1beta1", "Sidecar", namespace, "default", {
    spec: { ...(hosts ? { egress: [{ hosts }] } : {}), ...more },
  });
}

function patches(...objects: readonly KubeObject[]): unknown[] {
  return phaseSteps(planOf(added(twoMeshes(), ...objects)), "import").flatMap(({ action }) =>
    action.do === "patch"
      ? action.ops.flatMap((op) => (op.op === "replace" ? [valueAt(op.value, "/0/hosts")] : []))
      : [],
  );
}

describe("what is added", () => {
  test.each<[string, readonly string[] | null, readonly unknown[]]>([
    ["everything is shown", ["*/*"], []],
    ["nothing is restricted", null, []],
    // Federation's own hosts live in the control plane's namespace, local ones in their alias namespace.
    [
      "all hosts of federation's own namespaces",
      ["istio-system/*", "sales/*"],
      [["istio-system/*", "sales/*", "meshferry-imports/*"]],
    ],
    ["one host is shown", ["./*", "istio-system/*"], [["./*", "istio-system/*", `meshferry-imports/${orders}`]]],
    ["one host by its name", [`*/${stock}`], []],
    ["by its suffix", ["sales/*.svc.cluster.local"], [["sales/*.svc.cluster.local", `meshferry-imports/${stock}`]]],
    ["neither is shown", ["./*"], []],
    ["none at all", ["~/*"], []],
    ["ours are shown already", ["istio-system/*", "meshferry-imports/*"], []],
  ])("%s", (_name, hosts, expected) => {
    expect(patches(sidecar("shop", hosts))).toEqual(expected);
  });

  test("the root namespace's speaks for namespaces that have none, and '.' there is the client's own", () => {
    expect(patches(sidecar("istio-system", ["./*", "istio-system/*", "sales/*"]))).toEqual([
      ["./*", "istio-system/*", "sales/*", "meshferry-imports/*"],
    ]);
    const both = ["shop", "till"].map((name) => sidecar(name, ["*/*"]));
    expect(patches(sidecar("istio-system", ["istio-system/*"]), ...both)).toEqual([]);
  });

  test("one with a selector speaks for its workloads only", () => {
    const selecting = (app: string) =>
      patches(sidecar("shop", ["istio-system/*", "sales/*"], { workloadSelector: { labels: { app } } })).length;
    expect([selecting("caller"), selecting("other")]).toEqual([1, 0]);
    const root = sidecar("istio-system", ["istio-system/*", "sales/*"], {
      workloadSelector: { labels: { app: "caller" } },
    });
    expect(patches(root)).toEqual([]);
  });
});

test("the patch comes before its wave's proof, is undone by its inverse, and is not made twice", () => {
  const inputs = added(twoMeshes(), sidecar("shop", ["istio-system/*"]));
  const plan = planOf(inputs);
  const patch = phaseSteps(plan, "import").find(({ action }) => action.do === "patch");
  const proof = phaseSteps(plan, "import").find(({ id }) => id.includes("/wait/proof/"));
  expect(proof?.after).toContain(patch?.id);
  expect(patch?.undo).toMatchObject({ how: "actions" });
  let now: readonly ClusterInput[] = inputs;
  for (const step of stepsOf(plan)) {
    now = afterStep(now, plan, step);
    if (step.id === patch?.id) break;
  }
  expect(phaseSteps(planOf(now), "import").some(({ action }) => action.do === "patch")).toBe(false);
});

test("a client that does not see a host today is not probed for it", () => {
  const plan = planOf(added(twoMeshes(), sidecar("shop", ["istio-system/*"])));
  const except = plan.probes.map(({ id, except: pairs = [] }) => [
    id.split("#")[1],
    pairs.map(({ client, routes }) => `${client.namespace} ${routes.map((route) => route.split("|")[1]).join(" ")}`),
  ]);
  expect(except).toEqual([
    ["wave-1", [`shop ${stock}`]],
    ["wave-2", []],
    ["all", [`shop ${stock}`]],
  ]);
});
