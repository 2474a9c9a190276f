// Planning again, for every way in which a gateway is reached: the remaining changes, to the last one, and nothing opened on the way.
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { afterStep, changesObjects } from "../support/after-step.ts";
import { planOf, stepsOf } from "../support/example.ts";
import { byNodePort, ingressOfWest, west, withIngress } from "../support/gateways.ts";
import { guideConfig } from "../support/guide-config.ts";
import { examined } from "../support/seen.ts";
import { changed, makeWorld, named, twoMeshes } from "../support/world.ts";

const configured = (options: Partial<Config["eastWest"]>): Config => ({
  ...guideConfig,
  eastWest: { ...guideConfig.eastWest, ...options },
});
const closed = withIngress({
  "/spec/loadBalancerSourceRanges": ["192.0.2.0/24"],
  "/spec/externalTrafficPolicy": "Local",
});
const placed = changed(twoMeshes(), "west ServiceMeshControlPlane istio-system/basic", {
  "/spec/gateways/additionalIngress/federation-ingress/runtime": { pod: { nodeSelector: { edge: "yes" } } },
});
const hub = makeWorld({
  meshes: [
    { key: "hub", services: [{ namespace: "a", name: "one" }], mode: "MultiTenant" },
    { key: "left", clients: ["app"] },
    { key: "right", clients: ["app"] },
  ],
  links: ["left", "right"].map((key) => ({
    between: ["hub", key] as const,
    exports: [[named("*", "*")], null] as const,
    imports: [null, [named("*", "*")]] as const,
  })),
});

const cases: readonly (readonly [string, readonly ClusterInput[], Config])[] = [
  ["node port", byNodePort(), guideConfig],
  ["a closed load balancer", closed, guideConfig],
  ["pods on chosen nodes", placed, guideConfig],
  [
    "stated addresses",
    twoMeshes(),
    configured({ addresses: [{ mesh: west, importer: null, addresses: ["192.0.2.5"], port: 99 }] }),
  ],
  ["one for each importer", hub, configured({ per: "peer" })],
  ["node port, one for each importer", byNodePort(), configured({ per: "peer" })],
];

describe("after each change the remaining changes are planned", () => {
  test.each(cases)(
    "%s",
    (_name, inputs, config) => {
      const ids = (now: readonly ClusterInput[]) =>
        stepsOf(planOf(now, config))
          .filter(changesObjects)
          .map(({ id }) => id);
      const plan = planOf(inputs, config);
      let remaining = ids(inputs);
      let now = inputs;
      for (const step of stepsOf(plan).filter(changesObjects)) {
        now = afterStep(now, plan, step);
        remaining = remaining.filter((id) => id !== step.id);
        expect(ids(now), `after ${step.id}`).toEqual(remaining);
      }
      expect(remaining).toEqual([]);
    },
    30_000,
  );
});

test("the Service is there before the Gateway, and both before anything is exposed", () => {
  const steps = stepsOf(planOf(closed)).filter(({ id }) => id.startsWith("export/"));
  const kinds = steps.flatMap(({ action }) =>
    action.do === "apply" ? [`${action.ref.kind}.${action.ref.group}`] : [],
  );
  expect(kinds.filter((kind) => /^(?:Service|Gateway)\./u.test(kind))).toEqual([
    "Service.",
    "Gateway.gateway.networking.k8s.io",
    "Gateway.networking.istio.io",
  ]);
  const [service, gateway] = steps.filter(
    ({ action }) => action.do === "apply" && action.ref.name.startsWith("eastwestgateway"),
  );
  expect(gateway?.after).toContain(service?.id);
});

test("what closes the Service stays wanted when federation's Service is gone", () => {
  const plan = planOf(closed);
  let now: readonly ClusterInput[] = closed;
  for (const step of stepsOf(plan)) {
    if (step.id.startsWith("retire-")) break;
    now = afterStep(now, plan, step);
  }
  const service = examined(changed(now, ingressOfWest, undefined)).target.objects.find(
    ({ role }) => role === "gateway-service",
  );
  expect(valueAt(service?.template, "/spec/loadBalancerSourceRanges")).toEqual(["192.0.2.0/24"]);
  expect(valueAt(service?.template, "/spec/externalTrafficPolicy")).toBe("Local");
});
