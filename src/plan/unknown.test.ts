// What was not supplied is never taken for "not there": nothing is retired on its account.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { codesOf, ofCode, phaseSteps } from "../../test/support/seen.ts";
import { added, kubeObject, twoMeshes, workload } from "../../test/support/world.ts";

function without(inputs: readonly ClusterInput[], cluster: string, kinds: readonly string[]): ClusterInput[] {
  return inputs.map((input) =>
    input.id === cluster ? { ...input, objects: input.objects.filter(({ ref }) => !kinds.includes(ref.kind)) } : input,
  );
}

function deletions(inputs: readonly ClusterInput[]): string[] {
  return stepsOf(planOf(inputs)).flatMap(({ action, id }) => (action.do.startsWith("delete") ? [id] : []));
}

test("an importer without pods and Deployments: its hosts stay, and one finding says why", () => {
  const inputs = without(twoMeshes(), "east", ["Pod", "Deployment"]);
  const plan = planOf(inputs);
  expect(ofCode(plan.findings, "MF210")).toHaveLength(1);
  expect(plan.routes.map(({ carry }) => carry.mode)).not.toContain("passthrough");
  expect(deletions(inputs)).toEqual([]);
  expect(deletions(twoMeshes()).length).toBeGreaterThan(2);
});

test("an exporter without export sets, where the importer has import sets: the link stays", () => {
  const inputs = without(twoMeshes(), "west", ["ExportedServiceSet"]).map((input) => {
    const { "ExportedServiceSet.federation.maistra.io": _gone, ...coverage } = input.coverage;
    return { ...input, coverage };
  });
  expect(codesOf(planOf(inputs).findings)).toContain("MF310");
  expect(deletions(inputs)).toEqual([]);
});

describe("a proxy in a bare pod or a Job", () => {
  const bare = kubeObject("east", "v1", "Pod", "callers", "by-hand", {
    metadata: { labels: { app: "by-hand" } },
    spec: { containers: [{ name: "istio-proxy" }] },
    status: { phase: "Running" },
  });
  const beside = added(twoMeshes({ east: { clients: ["callers"] } }), bare);
  test("is named, and no step restarts it", () => {
    const plan = planOf(beside);
    expect(ofCode(plan.findings, "MF314").map(({ params }) => params["workload"])).toEqual([
      "east: Pod callers/by-hand",
    ]);
    const restarted = phaseSteps(plan, "network").flatMap(({ action }) =>
      action.do === "restart" ? [action.workload.kind] : [],
    );
    expect(restarted).toEqual([]);
  });
});

test("a Deployment that is scaled to zero beside a running one: its account is among the names that clients accept", () => {
  const idle = workload(
    { key: "west", network: "network-west" },
    "sales",
    "orders-next",
    "orders-next",
    true,
    0,
    { app: "orders" },
    [],
  );
  const world = added(twoMeshes({ west: { services: [{ namespace: "sales", name: "orders" }] } }), ...idle);
  const entries = Object.values(planOf(world).objects).filter(
    ({ kind, spec }) => kind === "ServiceEntry" && JSON.stringify(spec).includes("subjectAltNames"),
  );
  expect(entries.map(({ spec }) => (spec as { subjectAltNames: string[] }).subjectAltNames)).toEqual([
    ["spiffe://west.example/ns/sales/sa/orders", "spiffe://west.example/ns/sales/sa/orders-next"],
  ]);
});
