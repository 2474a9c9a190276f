// Every check that lies in its folder is asked, and every kind of object that the plan makes is made where it is needed.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { checks } from "../../src/findings/checks/registry.ts";
import type { Role } from "../../src/target/desired-object.ts";
import { examined } from "../support/seen.ts";
import { managedPolicies } from "../support/managed-policies.ts";
import { added, changed, kubeObject, makeWorld, named, twoMeshes } from "../support/world.ts";

const folder = fileURLToPath(new URL("../../src/findings/checks", import.meta.url));
const files = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(`${folder}/${name}`))
  .filter((name) => !name.endsWith(".test.ts"))
  .map((name) => name.replace(/\.ts$/u, ""));

describe("a check that is written is asked", () => {
  test.each(files)("%s", (name) => {
    expect(Object.keys(checks)).toContain(name);
  });
});

const two = twoMeshes();
const tenants = twoMeshes({ east: { mode: "MultiTenant" }, west: { mode: "MultiTenant" } });
const gateway = "west.example/ns/istio-system/sa/federation-ingress-service-account";
const guarded = added(
  two,
  kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "theirs", {
    spec: { selector: { matchLabels: { app: "orders" } }, rules: [{ from: [{ source: { principals: [gateway] } }] }] },
  }),
);
const ingress = "west Service istio-system/federation-ingress";
const limited = changed(two, ingress, { "/spec/loadBalancerSourceRanges": ["198.51.100.0/24"] });
const placed = changed(two, "west ServiceMeshControlPlane istio-system/basic", {
  "/spec/gateways/additionalIngress/federation-ingress/runtime": { pod: { nodeSelector: { edge: "yes" } } },
});
/** "hub" offers to "left" what it does not offer to "right". */
const apart = makeWorld({
  meshes: [
    { key: "hub", services: [{ namespace: "shop", name: "orders" }] },
    { key: "left", clients: ["app"] },
    { key: "right", clients: ["app"] },
  ],
  links: [
    { between: ["hub", "left"], exports: [[named("*", "orders")], null], imports: [null, [named("*", "*")]] },
    { between: ["hub", "right"], exports: [null, null], imports: [null, null] },
  ],
});

/** What each generator makes: its role, and the names of the objects. */
const generators: Readonly<Record<string, readonly [ClusterInput[], Role, readonly string[]]>> = {
  namespaces: [two, "namespace", ["meshferry-imports", "istio-ingress"]],
  "namespaces, membership": [tenants, "membership", ["default", "default"]],
  "east-west-gateway": [two, "east-west", ["eastwestgateway"]],
  "gateway-service": [limited, "gateway-service", ["eastwestgateway-istio"]],
  "gateway-placement": [placed, "placement", ["eastwestgateway-istio"]],
  "gateway-availability": [two, "availability", ["eastwestgateway-istio", "eastwestgateway-istio"]],
  "expose-services": [two, "expose", ["expose-services"]],
  "export-entry": [two, "export-entry", ["meshferry-orders"]],
  "allow-policy": [guarded, "policy", ["meshferry-allow-orders"]],
  "deny-policy": [apart, "policy", ["meshferry-orders"]],
  "managed-policies": [
    managedPolicies(two),
    "network-policy",
    ["meshferry-istio-mesh-basic", "meshferry-from-istio-ingress", "meshferry-istio-mesh-basic"],
  ],
  "remote-gateway": [two, "remote", ["meshferry-west"]],
  "import-entries, workload entry": [
    two,
    "workload-entry",
    ["orders.sales.svc.west-mesh-imports.local.meshferry-west", "stock.sales.svc.cluster.local.meshferry-west"],
  ],
  "import-entries": [
    two,
    "import-entry",
    ["orders.sales.svc.west-mesh-imports.local", "stock.sales.svc.cluster.local"],
  ],
};

describe("a generator makes its objects", () => {
  test.each(Object.entries(generators))("%s", (_name, [inputs, role, names]) => {
    const { target } = examined(inputs);
    expect(target.objects.filter((each) => each.role === role).map(({ ref }) => ref.name)).toEqual(names);
  });

  test("no role is without one", () => {
    const roles = {
      namespace: true,
      membership: true,
      "gateway-service": true,
      "east-west": true,
      placement: true,
      availability: true,
      expose: true,
      "export-entry": true,
      policy: true,
      "network-policy": true,
      remote: true,
      "workload-entry": true,
      "import-entry": true,
    } satisfies Record<Role, true>;
    const made = new Set<string>(Object.values(generators).map(([, role]) => role));
    expect(Object.keys(roles).filter((role) => !made.has(role))).toEqual([]);
  });
});
