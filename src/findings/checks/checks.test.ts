// Each check: the one object that it speaks about, and the same object as it should be.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import type { Finding } from "../../core/finding.ts";
import type { Json } from "../../core/json.ts";
import { planOf } from "../../../test/support/example.ts";
import { codesOf, examined, ofCode, textOf } from "../../../test/support/seen.ts";
import { changed, twoMeshes } from "../../../test/support/world.ts";

const ingress = "west Service istio-system/federation-ingress";
const control = "west ServiceMeshControlPlane istio-system/basic";

function found(inputs: readonly ClusterInput[], code: string): readonly Finding[] {
  return ofCode(examined(inputs).findings, code);
}

test("nothing is said of two meshes that are as they should be", () => {
  expect(codesOf(planOf(twoMeshes()).findings)).toEqual([]);
});

describe("the control plane's version (MF300)", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["v2.6", true],
    ["2.6", true],
    ["v2.6.4", true],
    ["v2.5", false],
    ["v2.60", false],
    ["v3.0", false],
    ["", false],
  ];
  for (const [version, good] of cases) {
    test(version || "none", () => {
      expect(found(twoMeshes({ west: { version } }), "MF300").map(({ params }) => params["version"])).toEqual(
        good ? [] : [version || "unknown"],
      );
    });
  }
});

describe("NetworkPolicies that the operator manages (MF301)", () => {
  const flag = (fields: Record<string, Json>): number => found(changed(twoMeshes(), control, fields), "MF301").length;
  test("are on unless switched off", () => {
    expect(flag({ "/spec/security/manageNetworkPolicy": null })).toBe(1);
    expect(flag({ "/spec/security/manageNetworkPolicy": true })).toBe(1);
    expect(
      flag({
        "/spec/security/manageNetworkPolicy": null,
        "/status": { observedGeneration: 1, appliedSpec: { security: { manageNetworkPolicy: false } } },
      }),
    ).toBe(0);
  });
  test("do not matter where nothing is exported", () => {
    expect(
      found(
        changed(twoMeshes(), "east ServiceMeshControlPlane istio-system/basic", {
          "/spec/security/manageNetworkPolicy": true,
        }),
        "MF301",
      ),
    ).toEqual([]);
  });
});

describe("the federation ingress (MF302, MF303)", () => {
  const cases: readonly (readonly [path: string, value: Json, settings: string])[] = [
    [
      "/metadata/annotations",
      { "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": "eipalloc-1" },
      "annotation service.beta.kubernetes.io/aws-load-balancer-eip-allocations",
    ],
    [
      "/metadata/annotations",
      { "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn" },
      "annotation service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    ],
    [
      "/metadata/annotations",
      { "metallb.universe.tf/loadBalancerIPs": "192.0.2.1" },
      "annotation metallb.universe.tf/loadBalancerIPs",
    ],
    ["/spec/loadBalancerSourceRanges", ["10.0.0.0/8"], "loadBalancerSourceRanges"],
    ["/spec/loadBalancerClass", "inner", "loadBalancerClass"],
    ["/spec/loadBalancerIP", "192.0.2.1", "loadBalancerIP"],
    ["/spec/externalIPs", ["192.0.2.1"], "externalIPs"],
    ["/spec/type", "NodePort", "type NodePort"],
    ["/spec/type", null, "type ClusterIP"],
  ];
  for (const [path, value, settings] of cases) {
    test(settings, () =>
      expect(
        found(changed(twoMeshes(), ingress, { [path]: value }), "MF302").map(({ params }) => params["settings"]),
      ).toEqual([settings]),
    );
  }
  test("other annotations are nobody's business", () => {
    expect(
      found(changed(twoMeshes(), ingress, { "/metadata/annotations": { "prometheus.io/scrape": "true" } }), "MF302"),
    ).toEqual([]);
  });
  test("that of an importer may be anything", () => {
    expect(
      found(
        changed(twoMeshes(), "east Service istio-system/federation-ingress", { "/spec/loadBalancerClass": "x" }),
        "MF302",
      ),
    ).toEqual([]);
  });
  test("that was not supplied was not checked", () => {
    expect(found(changed(twoMeshes(), ingress, undefined), "MF303")).toHaveLength(1);
    expect(found(twoMeshes(), "MF303")).toEqual([]);
  });
});

describe("the CA (MF308, MF309)", () => {
  const secret = "west Secret istio-system/cacerts";
  test("is self-signed where there is no cacerts", () => {
    expect(found(changed(twoMeshes(), secret, undefined), "MF308").map(({ subjects }) => subjects.length)).toEqual([1]);
  });
  test("is somebody else's where cacerts has an owner", () => {
    const owned = changed(twoMeshes(), secret, {
      "/metadata/ownerReferences": [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "mesh-ca" }],
    });
    expect(found(owned, "MF308").map(({ params }) => params["reason"])).toEqual([
      "the Secret cacerts belongs to Certificate mesh-ca",
    ]);
  });
  test("was not checked where no Secrets were supplied", () => {
    const none = changed(twoMeshes(), secret, undefined).map((input) => ({
      ...input,
      coverage: { ...input.coverage, Secret: "not-supplied" as const },
    }));
    expect([found(none, "MF309").length, found(none, "MF308").length]).toEqual([1, 0]);
  });
});

test("kinds that were not supplied are told per cluster (MF305)", () => {
  const inputs = twoMeshes().map((input) =>
    input.id === "west"
      ? { ...input, coverage: { ...input.coverage, "Sidecar.networking.istio.io": "not-supplied" as const } }
      : input,
  );
  expect(found(inputs, "MF305").map(({ params }) => params)).toEqual([
    { cluster: "west", kinds: "Sidecar", list: "sidecar.networking.istio.io" },
  ]);
});

test("entries beside federation's own service (MF312)", () => {
  const inside = (namespace: string): readonly string[] =>
    ofCode(examined(twoMeshes(), { entries: { namespace } }).findings, "MF312").map(({ params }) =>
      textOf(params["host"]),
    );
  expect(inside("istio-system")).toEqual(["orders.sales.svc.west-mesh-imports.local"]);
  expect(inside("sales")).toEqual(["stock.sales.svc.cluster.local"]);
  expect(inside("entries")).toEqual([]);
});

test("nothing to carry (MF311)", () => {
  expect(codesOf(planOf(twoMeshes({ link: { imports: [null, null] } })).findings)).toContain("MF311");
  expect(codesOf(planOf([]).findings)).toEqual(["MF311"]);
});
