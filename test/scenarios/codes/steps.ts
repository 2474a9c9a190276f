// Scenarios of the codes MF530 to MF549: what the plan's own steps meet.
import type { ClusterInput } from "../../../src/core/cluster.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { guideConfig } from "../../support/guide-config.ts";
import { added, changed, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const control = "west ServiceMeshControlPlane istio-system/basic";
/** With combined roots, every workload with a proxy is restarted. */
const config = { trust: { ...guideConfig.trust, restartProxies: true } };

const orders = "west Deployment sales/orders";
const budget = (disruptionsAllowed: number) =>
  kubeObject("west", "policy/v1", "PodDisruptionBudget", "sales", "orders", {
    spec: { minAvailable: 1, selector: { matchLabels: { app: "orders" } } },
    status: { disruptionsAllowed },
  });
const aliased = twoMeshes({ west: { spec: { techPreview: { meshConfig: { trustDomainAliases: ["old.example"] } } } } });
const managed = (fields: JsonObject): ClusterInput[] =>
  changed(aliased, control, {
    "/metadata/managedFields": [{ manager: "mesh-pipeline", operation: "Apply", fieldsV1: { "f:spec": fields } }],
  });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF530",
    base,
    found: changed(base, control, {
      "/metadata/annotations": {
        "argocd.argoproj.io/tracking-id": "mesh-west:maistra.io/ServiceMeshControlPlane:istio-system/basic",
      },
    }),
    mended: base,
  },
  {
    code: "MF531",
    base: aliased,
    found: managed({ "f:techPreview": { "f:meshConfig": { "f:trustDomainAliases": {} } } }),
    mended: managed({ "f:version": {} }),
  },
  {
    code: "MF532",
    base,
    found: changed(base, orders, { "/spec/strategy": { type: "Recreate" } }),
    mended: changed(base, orders, { "/spec/strategy": { type: "RollingUpdate" } }),
    config,
  },
  { code: "MF533", base, found: changed(base, orders, { "/spec/paused": true }), mended: base, config },
  { code: "MF534", base, found: added(base, budget(0)), mended: added(base, budget(1)), config },
  {
    code: "MF535",
    base,
    found: base.map((input) =>
      input.id === "west"
        ? { ...input, coverage: { ...input.coverage, "PodDisruptionBudget.policy": "not-supplied" as const } }
        : input,
    ),
    mended: base,
    config,
  },
];
