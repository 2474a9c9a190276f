// Two pods of the new gateway at least, and as many as the old one has.
import { expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";
import { examined, phaseSteps } from "../../test/support/seen.ts";
import { planOf } from "../../test/support/example.ts";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";

const control = "west ServiceMeshControlPlane istio-system/basic";
const runtime = (deployment: Json, gateway = "federation-ingress") =>
  changed(twoMeshes(), control, { [`/spec/gateways/additionalIngress/${gateway}/runtime/deployment`]: deployment });

function made(inputs: readonly ClusterInput[]): readonly Json[] {
  return examined(inputs)
    .target.objects.filter(({ role }) => role === "availability")
    .map(({ template }) => template);
}
const replicas = (inputs: readonly ClusterInput[]) => {
  const [autoscaler = null] = made(inputs);
  return [valueAt(autoscaler, "/spec/minReplicas"), valueAt(autoscaler, "/spec/maxReplicas")];
};

test("an autoscaler for the Deployment that istiod makes, and a budget that selects its pods by our label", () => {
  const [autoscaler = null, budget = null] = made(twoMeshes());
  expect(valueAt(autoscaler, "/spec/scaleTargetRef")).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "eastwestgateway-istio",
  });
  expect(valueAt(budget, "/spec")).toEqual({
    minAvailable: 1,
    selector: { matchLabels: { "meshferry.dev/east-west": "eastwestgateway" } },
  });
  expect([autoscaler, budget].flatMap(validateObject)).toEqual([]);
});

test("the numbers are the old gateway's, and two at least", () => {
  expect(replicas(twoMeshes())).toEqual([2, 5]);
  expect(replicas(runtime({ replicas: 1 }))).toEqual([2, 5]);
  expect(replicas(runtime({ replicas: 4 }))).toEqual([4, 5]);
  expect(replicas(runtime({ replicas: 8 }))).toEqual([8, 8]);
  expect(replicas(runtime({ autoScaling: { minReplicas: 3, maxReplicas: 12 } }))).toEqual([3, 12]);
  expect(replicas(runtime({ replicas: "many", autoScaling: { minReplicas: -1 } }))).toEqual([2, 5]);
  expect(replicas(runtime({ replicas: 7 }, "other-ingress"))).toEqual([2, 5]);
});

test("an autoscaler of ours that is there does not shrink; one of theirs is left alone, and said", () => {
  const there = (labels: Readonly<Record<string, string>>) =>
    added(
      twoMeshes(),
      kubeObject("west", "autoscaling/v2", "HorizontalPodAutoscaler", "istio-ingress", "eastwestgateway-istio", {
        metadata: { labels },
        spec: { minReplicas: 6, maxReplicas: 9 },
      }),
    );
  expect(replicas(there({ "app.kubernetes.io/managed-by": "meshferry" }))).toEqual([6, 9]);
  expect(replicas(there({}))).toEqual([2, 5]);
  expect(planOf(there({})).findings.map(({ code }) => code)).toEqual(["MF307"]);
});

test("they come after their namespace, and only where something is exported", () => {
  const steps = phaseSteps(planOf(twoMeshes()), "export").filter(({ id }) => /Autoscaler|Disruption/u.test(id));
  expect(steps.map(({ after }) => after)).toEqual([1, 2].map(() => ["export/apply/west/Namespace//istio-ingress"]));
  expect(steps.every(({ id }) => id.includes("/west/"))).toBe(true);
});
