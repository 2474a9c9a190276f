// The operator's NetworkPolicies: copied, opened for the new gateway, and only then switched off.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { planOf } from "../../test/support/example.ts";
import { fromMembers, managedPolicies, operatorPolicy } from "../../test/support/managed-policies.ts";
import { codesOf, examined, phaseSteps } from "../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";

const managed = managedPolicies(twoMeshes());
const control = "west ServiceMeshControlPlane istio-system/basic";

function made(inputs: readonly ClusterInput[]) {
  return examined(inputs).target.objects.filter(({ role }) => role === "network-policy");
}

test("copies say the same without the operator's labels, and one more lets the new gateway in", () => {
  const labels = { "app.kubernetes.io/managed-by": "meshferry" };
  const copy = (namespace: string) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "meshferry-istio-mesh-basic", namespace, labels },
    spec: fromMembers,
  });
  const templates = made(managed).map(({ template }) => template);
  expect(templates).toEqual([
    copy("istio-system"),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "meshferry-from-istio-ingress", namespace: "sales", labels },
      spec: {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-ingress" } } }] },
        ],
      },
    },
    copy("sales"),
  ]);
  for (const template of templates) expect(validateObject(template)).toEqual([]);
});

test("they are there before the patch, which waits until the operator's are gone and is undone by its inverse", () => {
  const steps = phaseSteps(planOf(managed), "network");
  const patch = steps.find(({ action }) => action.do === "patch" && action.ref.cluster === "west");
  const copies = steps.filter(({ action }) => action.do === "apply");
  expect(copies).toHaveLength(3);
  for (const { id, undo } of copies) {
    expect(patch?.after).toContain(id);
    expect(undo).toEqual({ how: "restore", also: [] });
  }
  const ops = patch?.action.do === "patch" ? patch.action.ops : [];
  expect(ops).toContainEqual({ op: "replace", path: "/spec/security/manageNetworkPolicy", value: false });
  const back = patch?.undo.how === "actions" ? patch.undo.actions : [];
  expect(back.flatMap((action) => (action.do === "patch" ? action.ops : []))).toContainEqual({
    op: "replace",
    path: "/spec/security/manageNetworkPolicy",
    value: true,
  });
  const waits = patch?.done.kind === "all" ? patch.done.of : [];
  expect(waits.filter(({ kind }) => kind === "absent")).toEqual(
    ["istio-system", "sales"].map((namespace) => ({ kind: "absent", ref: operatorPolicy(namespace).ref })),
  );
});

describe("nothing stands in where", () => {
  const unseen = managed.map((input) => ({
    ...input,
    coverage: { ...input.coverage, "NetworkPolicy.networking.k8s.io": "not-supplied" as const },
  }));
  test.each<[string, readonly ClusterInput[]]>([
    ["policies were not supplied", unseen],
    ["they are switched off", changed(managed, control, { "/spec/security/manageNetworkPolicy": false })],
    [
      "they were off when last applied, and nobody said otherwise",
      changed(managed, control, {
        "/spec/security/manageNetworkPolicy": null,
        "/status/appliedSpec": { security: { manageNetworkPolicy: false } },
      }),
    ],
  ])("%s", (_name, inputs) => {
    expect(made(inputs)).toEqual([]);
    const patches = phaseSteps(planOf(inputs), "network").flatMap(({ action }) =>
      action.do === "patch" ? action.ops.map(({ path }) => path) : [],
    );
    expect(patches).not.toContain("/spec/security/manageNetworkPolicy");
  });
});

test("policies of another mesh, of a tool of its own, or of people are left alone", () => {
  const policy = (name: string, labels: Record<string, string>) =>
    kubeObject("west", "networking.k8s.io/v1", "NetworkPolicy", "other", name, {
      metadata: { labels },
      spec: fromMembers,
    });
  const operator = { "app.kubernetes.io/managed-by": "maistra-istio-operator" };
  const others = added(
    managed,
    policy("by-people", { "maistra.io/owner": "istio-system" }),
    policy("of-another", { ...operator, "maistra.io/member-of": "elsewhere" }),
    policy("of-a-neighbour", { ...operator, "maistra.io/owner": "istio-system", "maistra.io/owner-name": "second" }),
  );
  expect(made(others).filter(({ ref }) => ref.namespace === "other")).toEqual([]);
});

test("a namespace that no policy of the operator closes stays open", () => {
  const open = changed(managed, "west NetworkPolicy sales/istio-mesh-basic", undefined);
  expect(made(open).map(({ ref }) => `${ref.namespace}/${ref.name}`)).toEqual([
    "istio-system/meshferry-istio-mesh-basic",
  ]);
});

test("a policy of theirs beside the operator's does not keep the gateway out: ours lets it in", () => {
  const deny = kubeObject("west", "networking.k8s.io/v1", "NetworkPolicy", "sales", "deny-all", {
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [] },
  });
  expect(codesOf(examined(added(managed, deny)).findings)).not.toContain("MF405");
  expect(codesOf(examined(added(twoMeshes(), deny)).findings)).toContain("MF405");
});
