// The new gateway's load balancer: like the federation ingress's where a Gateway can say so.
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { afterStep } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { codesOf, examined } from "../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";
import type { ClusterInput } from "../core/cluster.ts";

const ingress = "west Service istio-system/federation-ingress";
const aws = "service.beta.kubernetes.io/aws-load-balancer";
const internal = { [`${aws}-internal`]: "true", [`${aws}-type`]: "nlb" };
const annotated = (annotations: Readonly<Record<string, string>>) =>
  changed(twoMeshes(), ingress, { "/metadata/annotations": annotations });
const own = { "meshferry.dev/mesh": "west/istio-system/basic" };
const gateway = (inputs: readonly ClusterInput[]): Json | undefined => {
  const found = examined(inputs).target.objects.find(({ role }) => role === "east-west");
  return found && valueAt(found.template, "/metadata/annotations");
};

describe("annotations", () => {
  test("that clouds read go to the new gateway, others do not", () => {
    expect(gateway(annotated({ ...internal, "prometheus.io/scrape": "true" }))).toEqual({ ...internal, ...own });
    expect(gateway(annotated({ "networking.gke.io/load-balancer-type": "Internal" }))).toEqual({
      "networking.gke.io/load-balancer-type": "Internal",
      ...own,
    });
    expect(gateway(annotated({ "metallb.universe.tf/ip-allocated-from-pool": "inner" }))).toEqual(own);
    expect(gateway(twoMeshes())).toEqual(own);
    expect(codesOf(planOf(annotated(internal)).findings)).toEqual([]);
  });

  test.each([
    [`${aws}-eip-allocations`, "MF321"],
    [`${aws}-ssl-cert`, "MF320"],
    [`${aws}-backend-protocol`, "MF320"],
    [`${aws}-proxy-protocol`, "MF320"],
    [`${aws}-name`, "MF321"],
    ["metallb.universe.tf/loadBalancerIPs", "MF321"],
    ["lbipam.cilium.io/ips", "MF321"],
    ["service.beta.kubernetes.io/azure-load-balancer-ipv4", "MF321"],
    ["networking.gke.io/load-balancer-ip-addresses", "MF321"],
  ])("%s is not taken over (%s)", (key, code) => {
    expect(gateway(annotated({ ...internal, [key]: "x" }))).toEqual({ ...internal, ...own });
    expect(codesOf(planOf(annotated({ [key]: "x" })).findings)).toEqual([code]);
  });
});

test("two ingress gateways that disagree block, those that agree do not", () => {
  const second = (value: string) =>
    added(
      annotated({ [`${aws}-internal`]: "true" }),
      kubeObject("west", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", "other", {
        spec: { gateways: { ingress: { name: "other-ingress" } } },
      }),
      kubeObject("west", "v1", "Service", "istio-system", "other-ingress", {
        metadata: { annotations: { [`${aws}-internal`]: value } },
        spec: { type: "LoadBalancer" },
      }),
    );
  expect(codesOf(examined(second("true")).findings)).not.toContain("MF302");
  expect(codesOf(examined(second("false")).findings)).toContain("MF302");
  expect(gateway(second("false"))).toEqual(own);
});

test("when federation's Services are gone the gateway keeps what it has", () => {
  const plan = planOf(annotated(internal));
  let now: readonly ClusterInput[] = annotated(internal);
  for (const step of stepsOf(plan)) {
    if (step.id.startsWith("retire-")) break;
    now = afterStep(now, plan, step);
  }
  expect(gateway(changed(now, ingress, undefined))).toEqual({ ...internal, ...own });
});
