// What is said of the objects that a plan's steps change, delete or restart.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { planOf } from "../../test/support/example.ts";
import { guideConfig } from "../../test/support/guide-config.ts";
import { ofCode } from "../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";

const restarting = { ...guideConfig, trust: { ...guideConfig.trust, restartProxies: true } };
const set = "west ExportedServiceSet istio-system/east-mesh";
const control = "west ServiceMeshControlPlane istio-system/basic";
const orders = "west Deployment sales/orders";

function params(inputs: readonly ClusterInput[], code: string): JsonObject[] {
  return ofCode(planOf(inputs, restarting).findings, code).map((finding) => finding.params);
}

describe("owners of what is deleted or patched (MF530)", () => {
  const owner = (metadata: Readonly<Record<string, Json>>): unknown[] =>
    params(
      changed(
        twoMeshes(),
        set,
        Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`/metadata/${key}`, value])),
      ),
      "MF530",
    ).map((each) => [each["does"], each["object"], each["owner"]]);
  const deletes = ["deletes", "west: ExportedServiceSet istio-system/east-mesh"];

  test("Argo CD by its annotation", () => {
    const id = "federation:federation.maistra.io/ExportedServiceSet:istio-system/east-mesh";
    expect(owner({ annotations: { "argocd.argoproj.io/tracking-id": id } })).toEqual([
      [...deletes, "Argo CD's application federation"],
    ]);
  });
  test("Argo CD by its label, where another annotation of its own stands beside it", () => {
    const labels = { "app.kubernetes.io/instance": "mesh" };
    expect(owner({ labels, annotations: { "argocd.argoproj.io/sync-wave": "1" } })).toEqual([
      [...deletes, "Argo CD's application mesh"],
    ]);
    expect(owner({ labels })).toEqual([]);
  });
  test("Argo CD by its manager's name", () => {
    expect(owner({ managedFields: [{ manager: "argocd-controller", operation: "Apply" }] })).toEqual([
      [...deletes, "Argo CD"],
    ]);
  });
  test("Flux", () => {
    const labels = {
      "kustomize.toolkit.fluxcd.io/name": "mesh",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    expect(owner({ labels })).toEqual([[...deletes, "Flux's Kustomization flux-system/mesh"]]);
  });
  test("Helm, by both of its marks", () => {
    const labels = { "app.kubernetes.io/managed-by": "Helm" };
    const annotations = { "meta.helm.sh/release-name": "mesh", "meta.helm.sh/release-namespace": "ops" };
    expect(owner({ labels, annotations })).toEqual([[...deletes, "the Helm release ops/mesh"]]);
    expect(owner({ labels })).toEqual([]);
  });
  test("an object that the plan does not touch is nobody's business", () => {
    const annotations = { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:sales/orders" };
    expect(
      params(changed(twoMeshes(), "west Service sales/orders", { "/metadata/annotations": annotations }), "MF530"),
    ).toEqual([]);
  });
});

describe("managers of fields that are overwritten (MF531)", () => {
  const aliased = twoMeshes({
    west: { spec: { techPreview: { meshConfig: { trustDomainAliases: ["old.example"] } } } },
  });
  const leaf = { "f:spec": { "f:techPreview": { "f:meshConfig": { "f:trustDomainAliases": {} } } } };
  const said = (manager: string, fieldsV1: JsonObject, more: JsonObject = {}): unknown[] =>
    params(changed(aliased, control, { "/metadata/managedFields": [{ manager, fieldsV1, ...more }] }), "MF531").map(
      (each) => [each["manager"], each["fields"]],
    );
  const aliases = "/spec/techPreview/meshConfig/trustDomainAliases";

  test("of the field itself, or of all that is above it", () => {
    expect(said("pipeline", leaf)).toEqual([["pipeline", aliases]]);
    expect(said("pipeline", { "f:spec": { "f:techPreview": {} } })).toEqual([["pipeline", aliases]]);
  });
  test("not of its neighbours, of the status, or by hand", () => {
    expect(said("pipeline", { "f:spec": { ".": {}, "f:version": {} } })).toEqual([]);
    expect(said("pipeline", { "f:spec": { "f:techPreview": { ".": {} } } })).toEqual([]);
    expect(said("pipeline", {})).toEqual([]);
    expect(said("istio-operator", leaf, { subresource: "status" })).toEqual([]);
    expect(said("kubectl-edit", leaf)).toEqual([]);
  });
});

describe("what restarts cost", () => {
  const strategies: readonly (readonly [spec: JsonObject, reason: string | null])[] = [
    [{ replicas: 1 }, null],
    [{ replicas: 3, strategy: { type: "Recreate" } }, "strategy Recreate"],
    [{ replicas: 1, strategy: { rollingUpdate: { maxUnavailable: 1 } } }, "maxUnavailable spares every pod"],
    [{ replicas: 1, strategy: { rollingUpdate: { maxUnavailable: "100%" } } }, "maxUnavailable spares every pod"],
    [{ replicas: 1, strategy: { rollingUpdate: { maxUnavailable: "25%" } } }, null],
    [{ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 1 } } }, null],
    [{ replicas: 0, strategy: { type: "Recreate" } }, null],
  ];
  test.each(strategies)("of a Deployment with %j: %s (MF532)", (spec, reason) => {
    const fields = Object.fromEntries(Object.entries(spec).map(([key, value]) => [`/spec/${key}`, value]));
    expect(params(changed(twoMeshes(), orders, fields), "MF532")).toEqual(
      reason === null ? [] : [{ cluster: "west", reason, workloads: "Deployment sales/orders" }],
    );
  });

  const stateful = (spec: JsonObject): ClusterInput[] =>
    added(
      changed(twoMeshes(), orders, undefined),
      kubeObject("west", "apps/v1", "StatefulSet", "sales", "orders", {
        spec: {
          template: {
            metadata: { labels: { app: "orders", "sidecar.istio.io/inject": "true" } },
            spec: { serviceAccountName: "orders", containers: [{ name: "app" }] },
          },
          ...spec,
        },
      }),
    );
  test("of a StatefulSet: one pod goes before it comes (MF532)", () => {
    expect(params(stateful({ replicas: 1 }), "MF532").map((each) => each["reason"])).toEqual([
      "a StatefulSet of one pod",
    ]);
    expect(params(stateful({ replicas: 2 }), "MF532")).toEqual([]);
  });
  test("of one that replaces no pods by itself (MF533)", () => {
    expect(params(stateful({ replicas: 2, updateStrategy: { type: "OnDelete" } }), "MF533")).toEqual([
      { workload: "west: StatefulSet sales/orders", reason: "updateStrategy OnDelete" },
    ]);
  });
  test("nothing where nothing is restarted (MF532, MF535)", () => {
    const inputs = changed(twoMeshes(), orders, { "/spec/strategy": { type: "Recreate" } }).map((input) => ({
      ...input,
      coverage: { ...input.coverage, "PodDisruptionBudget.policy": "not-supplied" as const },
    }));
    const { findings } = planOf(inputs, guideConfig);
    expect([...ofCode(findings, "MF532"), ...ofCode(findings, "MF535")]).toEqual([]);
  });
  const budget = (selector: JsonObject | null, namespace = "sales") =>
    kubeObject("west", "policy/v1", "PodDisruptionBudget", namespace, "strict", {
      spec: { ...(selector ? { selector } : {}) },
      status: { disruptionsAllowed: 0 },
    });
  test("budgets: by selector and namespace (MF534)", () => {
    const workloads = (...budgets: ReturnType<typeof budget>[]) =>
      params(added(twoMeshes(), ...budgets), "MF534").map((each) => each["workload"]);
    expect(workloads(budget({ matchLabels: { app: "orders" } }))).toEqual(["west: Deployment sales/orders"]);
    expect(workloads(budget({}))).toEqual(["west: Deployment sales/orders", "west: Deployment sales/stock"]);
    expect(workloads(budget(null))).toEqual([]);
    expect(workloads(budget({}, "lab"))).toEqual([]);
  });
});
