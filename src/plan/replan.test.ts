// Planning again: what is there already needs no step, what is somebody else's is left alone, and nobody loses a path.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { defaultConfig } from "../config/config.ts";
import { guideConfig } from "../../test/support/guide-config.ts";
import type { Plan } from "./plan.ts";
import { afterStep, changesObjects } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { codesOf, ofCode, phaseSteps } from "../../test/support/seen.ts";
import { managedPolicies } from "../../test/support/managed-policies.ts";
import { added, changed, kubeObject, makeWorld, type MeshOf, named, twoMeshes } from "../../test/support/world.ts";

const host = "orders.sales.svc.west-mesh-imports.local";
const entry = `east ServiceEntry meshferry-imports/${host}`;
const three = { clients: ["a", "b", "c"] };
const keep = { ...guideConfig, exportTo: "keep" as const };

function changing(plan: Plan): string[] {
  return stepsOf(plan)
    .filter(changesObjects)
    .map(({ id }) => id);
}

/** The clusters after every object change of a plan up to and without the first step of a phase. */
function before(inputs: readonly ClusterInput[], phase: string, config = guideConfig): readonly ClusterInput[] {
  const plan = planOf(inputs, config);
  let now = inputs;
  for (const step of stepsOf(plan)) {
    if (step.id.startsWith(`${phase}/`)) break;
    now = afterStep(now, plan, step);
  }
  return now;
}

const worlds: readonly (readonly [string, readonly ClusterInput[]])[] = [
  ["two meshes", twoMeshes({ east: three })],
  ["the operator's NetworkPolicies", managedPolicies(twoMeshes())],
  ["MultiTenant", twoMeshes({ east: { ...three, mode: "MultiTenant" }, west: { mode: "MultiTenant" } })],
  [
    "rules that are copied, and subsets",
    added(
      twoMeshes({ east: three }),
      kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", "sales", "stock", {
        spec: { host: "stock", trafficPolicy: { outlierDetection: {} }, subsets: [{ name: "quick" }] },
      }),
    ),
  ],
  [
    "three in a row, both ways",
    makeWorld({
      meshes: ["a", "b", "c"].map(
        (key): MeshOf => ({ key, clients: ["x", "y"], services: [{ namespace: "srv", name: key }] }),
      ),
      links: [
        ["a", "b"],
        ["b", "c"],
      ].map(([one = "", other = ""]) => ({
        between: [one, other],
        exports: [[named("srv", one)], [named("srv", other)]],
        imports: [[named("*", "*")], [named("*", "*")]],
      })),
    }),
  ],
];

describe("after each change the remaining changes are planned, to the last one", () => {
  const orders = { peers: defaultConfig, "combined roots": guideConfig, "kept lists": keep };
  for (const [name, inputs] of worlds) {
    for (const [order, config] of Object.entries(orders)) {
      test(`${name}, ${order}`, () => {
        const plan = planOf(inputs, config);
        let remaining = changing(plan);
        let now = inputs;
        for (const step of stepsOf(plan)) {
          now = afterStep(now, plan, step);
          if (!changesObjects(step) && step.action.do !== "restart") continue;
          remaining = remaining.filter((id) => id !== step.id);
          expect(changing(planOf(now, config)), `after ${step.id}`).toEqual(remaining);
        }
        expect(remaining).toEqual([]);
      }, 30_000);
    }
  }
});

test("everything that was planned is there: nothing is applied again, also where the server added fields", () => {
  const done = before(twoMeshes(), "retire-imports");
  expect(changing(planOf(done)).filter((id) => id.includes("/apply/"))).toEqual([]);
  const served = changed(before(twoMeshes(), "shift"), entry, {
    "/metadata/uid": "1",
    "/spec/ports/0/extra": "server",
    "/status": { conditions: [] },
    "/metadata/labels/theirs": "kept",
  });
  expect(phaseSteps(planOf(served), "import").filter(changesObjects)).toEqual([]);
});

describe("who sees an entry is widened, never narrowed", () => {
  const exportTo = (plan: Plan, phase: string): unknown[] =>
    phaseSteps(plan, phase).flatMap(({ action }) =>
      action.do === "apply" && action.ref.name === host ? [action.set[0]?.value] : [],
    );

  test("first the canary, then wave by wave, then everybody", () => {
    const plan = planOf(twoMeshes({ east: three }));
    expect(["import", "shift", "retire-exports"].map((phase) => exportTo(plan, phase))).toEqual([
      [["a"]],
      [
        ["a", "b"],
        ["a", "b", "c"],
      ],
      [["*"]],
    ]);
    expect(exportTo(planOf(twoMeshes({ east: three }), keep), "retire-exports")).toEqual([]);
    expect(exportTo(planOf(twoMeshes({ east: { clients: [] } })), "import")).toEqual([["~"]]);
  });

  test("waves that were reached have no step", () => {
    const reached = changed(before(twoMeshes({ east: three }), "shift"), entry, { "/spec/exportTo": ["a", "b"] });
    expect([exportTo(planOf(reached), "import"), exportTo(planOf(reached), "shift")]).toEqual([[], [["a", "b", "c"]]]);
    const all = changed(reached, entry, { "/spec/exportTo": ["*"] });
    expect(["import", "shift", "retire-exports"].map((phase) => exportTo(planOf(all), phase))).toEqual([[], [], []]);
  });

  test("a new namespace that comes first is added to those that see it", () => {
    const earlier = twoMeshes({ east: { clients: ["b", "c"] } });
    const moved = before(earlier, "retire-exports", keep);
    const more = makeWorldWith(moved);
    expect(exportTo(planOf(more, keep), "import")).toEqual([["a", "b", "c"]]);
    expect(exportTo(planOf(more, keep), "shift")).toEqual([]);
  });

  test("a changed service account reaches an entry that everybody sees", () => {
    const moved = changed(before(twoMeshes({ east: three }), "retire-exports"), entry, { "/spec/exportTo": ["*"] });
    const other = changed(moved, "west Pod sales/orders-5d4f-0", { "/spec/serviceAccountName": "next" });
    const [step] = phaseSteps(planOf(other), "import").filter(changesObjects);
    expect(step?.id).toContain(`ServiceEntry.networking.istio.io/meshferry-imports/${host}`);
    expect(step?.action.do === "apply" && step.action.set).toEqual([{ pointer: "/spec/exportTo", value: ["*"] }]);
  });
});

/** The world with one more client namespace, whose name comes first. */
function makeWorldWith(inputs: readonly ClusterInput[]): ClusterInput[] {
  const [east] = twoMeshes({ east: { clients: ["a"] } });
  const more = (east?.objects ?? []).filter(
    ({ ref }) => ref.namespace === "a" || (ref.kind === "Namespace" && ref.name === "a"),
  );
  return changed(added(inputs, ...more), "east ServiceMeshMemberRoll istio-system/default", {
    "/spec/members": ["a", "b", "c"],
  });
}

describe("objects of others", () => {
  const theirs = (kind: string, group: string, cluster: string, namespace: string | null, name: string) =>
    kubeObject(cluster, group, kind, namespace, name, { spec: {} });

  test("are reported and not touched", () => {
    const plan = planOf(
      added(twoMeshes(), theirs("Gateway", "networking.istio.io/v1beta1", "west", "istio-ingress", "expose-services")),
    );
    expect(ofCode(plan.findings, "MF307").map(({ params }) => params["object"])).toEqual([
      "west: Gateway istio-ingress/expose-services",
    ]);
    expect(changing(plan).some((id) => id.includes("expose-services"))).toBe(false);
  });

  test("a namespace may be theirs: we move in, and leave it as it is", () => {
    const plan = planOf(added(twoMeshes(), theirs("Namespace", "v1", "west", null, "istio-ingress")));
    expect(codesOf(plan.findings)).toEqual(["MF306"]);
    expect(phaseSteps(plan, "export").map(({ id, after }) => [id.split("/").at(-1), after.length])).toEqual([
      ["eastwestgateway", 0],
      ["eastwestgateway-istio", 0],
      ["eastwestgateway-istio", 0],
      ["meshferry-orders", 0],
      ["expose-services", 2],
    ]);
  });

  test("a membership of theirs that says the same is as good as ours, whatever the order of its fields", () => {
    const inputs = twoMeshes({ east: { mode: "MultiTenant" } });
    const member = (mesh: string) =>
      kubeObject("east", "maistra.io/v1", "ServiceMeshMember", "meshferry-imports", "default", {
        spec: { controlPlaneRef: { namespace: "istio-system", name: mesh } },
      });
    expect(codesOf(planOf(added(inputs, member("basic"))).findings)).toEqual([]);
    expect(codesOf(planOf(added(inputs, member("other"))).findings)).toEqual(["MF307"]);
  });
});

test("an object of ours that differs is applied again, expecting ours", () => {
  const done = before(twoMeshes(), "shift");
  const other = changed(done, "west Gateway istio-ingress/eastwestgateway", { "/spec/gatewayClassName": "other" });
  const [step, ...more] = phaseSteps(planOf(other), "export");
  expect([step?.id.split("/").at(-1), step?.expect, more.length]).toEqual(["eastwestgateway", "ours", 0]);
});

describe("the address of an exporter's gateway", () => {
  const done = before(twoMeshes(), "retire-imports");
  const service = (ip: string) =>
    kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", {
      status: { loadBalancer: { ingress: [{ ip }] } },
    });
  const remote = (inputs: readonly ClusterInput[]) =>
    changing(planOf(inputs)).filter((id) => id.includes("Gateway.gateway.networking.k8s.io"));

  test("that is what the remote gateway says needs no step, nor one that was not supplied", () => {
    expect(remote(done)).toEqual([]);
    expect(remote(added(done, service("192.0.2.1")))).toEqual([]);
  });

  test("that has changed is written anew", () => {
    expect(remote(added(done, service("192.0.2.99")))).toEqual([
      "import/apply/east/Gateway.gateway.networking.k8s.io/meshferry-imports/meshferry-west",
    ]);
  });
});
