// Which NetworkPolicies would keep the east-west gateway from the servers, and which would not.
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { examined, ofCode } from "../../../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../../../test/support/world.ts";

const byName = (name: string): Json => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
const from = (...peers: Json[]): JsonObject => ({ ingress: [{ from: peers }] });
const policy = (spec: JsonObject, name = "one", labels: JsonObject = {}) =>
  kubeObject("west", "networking.k8s.io/v1", "NetworkPolicy", "sales", name, {
    metadata: { labels },
    spec: { podSelector: { matchLabels: { app: "orders" } }, ...spec },
  });

function closed(...policies: readonly ReturnType<typeof policy>[]): unknown[] {
  const { findings } = examined(added(twoMeshes(), ...policies));
  return ofCode(findings, "MF405").map(({ params }) => params["ports"]);
}

describe("one policy", () => {
  test.each<[string, JsonObject, boolean]>([
    ["that admits everybody", { ingress: [{}] }, true],
    ["that admits every namespace", from({ namespaceSelector: {} }), true],
    ["that admits the gateway's namespace", from({ namespaceSelector: byName("istio-ingress") }), true],
    ["that admits it beside others", from({ podSelector: {} }, { namespaceSelector: byName("istio-ingress") }), true],
    ["that admits it and every pod there", from({ namespaceSelector: byName("istio-ingress"), podSelector: {} }), true],
    ["that admits the port", { ingress: [{ ports: [{ protocol: "TCP", port: 8080 }] }] }, true],
    ["that admits a range", { ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] }, true],
    ["for egress alone", { policyTypes: ["Egress"], egress: [] }, true],
    ["for other pods", { podSelector: { matchLabels: { app: "other" } }, ingress: [] }, true],
    ["without a rule", { policyTypes: ["Ingress"] }, false],
    ["that admits another namespace", from({ namespaceSelector: byName("istio-system") }), false],
    ["that admits its own namespace", from({ podSelector: {} }), false],
    ["that asks for pods' labels", from({ namespaceSelector: {}, podSelector: { matchLabels: { a: "b" } } }), false],
    ["that asks for addresses", from({ ipBlock: { cidr: "0.0.0.0/0" } }), false],
    ["that admits another port", { ingress: [{ ports: [{ port: 9090 }] }] }, false],
    ["that admits UDP", { ingress: [{ ports: [{ protocol: "UDP", port: 8080 }] }] }, false],
    ["that names a port", { ingress: [{ ports: [{ port: "web" }] }] }, false],
    ["for every pod", { podSelector: {}, ingress: [] }, false],
  ])("%s", (_name, spec, open) => {
    const found = closed(policy(spec));
    expect(found.length > 0).toBe(!open);
    if (!open) expect(found[0]).toBe("8080");
  });
});

test("policies add up: one that admits is enough", () => {
  expect(closed(policy({ ingress: [] }), policy(from({ namespaceSelector: {} }), "two"))).toEqual([]);
});

test("the operator's own go with the control plane's setting, which has a finding of its own", () => {
  expect(closed(policy({ ingress: [] }, "one", { "app.kubernetes.io/managed-by": "maistra-istio-operator" }))).toEqual(
    [],
  );
});

test("a gateway namespace that is there is known by its labels too", () => {
  const labelled = kubeObject("west", "v1", "Namespace", null, "istio-ingress", {
    metadata: { labels: { tier: "edge" } },
  });
  const asks = policy(from({ namespaceSelector: { matchLabels: { tier: "edge" } } }));
  expect(closed(asks)).toEqual(["8080"]);
  expect(closed(asks, labelled)).toEqual([]);
});

test("a server scaled to zero is known by its template", () => {
  const idle = changed(twoMeshes(), "west Pod sales/orders-5d4f-0", undefined);
  expect(ofCode(examined(added(idle, policy({ ingress: [] }))).findings, "MF405")).toHaveLength(1);
});
