// What the lab's calibration (docs/proof/calibration.md) showed the model to have wrong, each seen on Istio 1.20.2, with its counterpart.
import { expect, test } from "vitest";
import type { World } from "../../src/rehearsal/world.ts";
import { planOf } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";
import { carriedOutUntil, changed, found, modelled, said, seenFrom, withObject, without } from "../support/modelled.ts";
import { kubeObject, twoMeshes } from "../support/world.ts";

const host = "orders.sales.svc.west-mesh-imports.local";
const east = { clients: ["a"], services: [{ namespace: "shop", name: "till" }] };
const west = { services: [{ namespace: "sales", name: "orders", accounts: ["orders", "orders-2"] }] };
const aliases = { techPreview: { meshConfig: { trustDomainAliases: ["west.example"] } } };
const inputs = twoMeshes({ east: { ...east, spec: aliases }, west });
const moved = carriedOutUntil(inputs, planOf(inputs, guideConfig), "shift");

const entry = `east ServiceEntry meshferry-imports/${host}`;
const workload = `east WorkloadEntry meshferry-imports/${host}.meshferry-west`;
const remote = "east Gateway meshferry-imports/meshferry-west";
const names = (...of: readonly string[]) => ({ "/spec/subjectAltNames": of });

function from(world: World, to = host, port = 8080): string {
  return said(seenFrom(world, "east/istio-system/basic", "a", to, port));
}

test("a name of any domain counts under the aliases of the client's mesh too", () => {
  const both = ["spiffe://east.example/ns/sales/sa/orders", "spiffe://east.example/ns/sales/sa/orders-2"];
  expect(from(changed(moved, entry, names(...both)))).toBe("ok east-west");
  const world = changed(moved, "east ServiceMeshControlPlane istio-system/basic", {
    "/spec/techPreview/meshConfig/trustDomainAliases": [],
  });
  expect(from(world)).toBe("ok east-west");
  expect(from(changed(world, entry, names(...both)))).toBe("broken none: name-refused");
});

test("of two servers behind one endpoint the one whose name is not accepted loses its share", () => {
  expect(from(moved)).toBe("ok east-west");
  const one = changed(moved, entry, names("spiffe://west.example/ns/sales/sa/orders"));
  expect(from(one)).toBe("degraded east-west: name-refused");
});

test("an endpoint without a gateway is left out, and costs nothing beside another one", () => {
  const template = found(moved, workload);
  const lonely = { ...template, ref: { ...template.ref, name: "lonely" } };
  const second = withObject(moved, { ...lonely, body: { ...lonely.body, spec: { network: "network-nowhere" } } });
  expect(from(second)).toBe("ok east-west");
  expect(from(without(second, workload))).toBe("broken none: no-gateway-address");
});

test("a remote gateway's listener is known by what it says, or by its port", () => {
  const listener = "/spec/listeners/0";
  const silent = changed(moved, remote, { [`${listener}/tls`]: { mode: "Passthrough" } });
  expect(from(silent)).toBe("ok east-west");
  expect(from(changed(silent, remote, { [`${listener}/port`]: 15999 }))).toBe("broken none: no-gateway-address");
});

test("an endpoint that states a gateway's address leads through that gateway", () => {
  const [address] = JSON.stringify(found(moved, remote).body).match(/\d+\.\d+\.\d+\.\d+/u) ?? [];
  const stated = changed(moved, workload, { "/spec": { address: address ?? "", ports: { http: 15443 } } });
  expect(from(stated)).toBe("ok east-west");
  const plain = changed(stated, workload, { "/metadata/labels/security.istio.io~1tlsMode": "disabled" });
  expect(from(plain)).toBe("broken none: not-exposed");
  // Of any other address nothing is known.
  expect(from(changed(stated, workload, { "/spec/address": "198.51.100.9" }))).toBe("ok local");
});

const till = "till.shop.svc.cluster.local";
const policy = (kind: string, spec: Parameters<typeof kubeObject>[5]) =>
  kubeObject("east", "security.istio.io/v1beta1", kind, "shop", "one", spec);
const hidden = kubeObject("east", "networking.istio.io/v1beta1", "Sidecar", "a", "default", {
  spec: { egress: [{ hosts: ["./*"] }] },
});

test("a Service that a Sidecar hides is reached all the same, in plain text", () => {
  const world = modelled(inputs);
  const seen = (of: World) => {
    const { state, path, seenAs } = seenFrom(of, "east/istio-system/basic", "a", till, 8080);
    return [state, path, seenAs.length];
  };
  expect(seen(world)).toEqual(["ok", "local", 1]);
  const away = withObject(world, hidden);
  expect(seen(away)).toEqual(["ok", "local", 0]);
  const strict = policy("PeerAuthentication", { spec: { mtls: { mode: "STRICT" } } });
  expect(from(withObject(away, strict), till)).toBe("broken none: policy-denies");
  expect(from(withObject(world, strict), till)).toBe("ok local");
  const mine = { principals: ["east.example/ns/a/sa/caller"] };
  const admits = policy("AuthorizationPolicy", { spec: { rules: [{ from: [{ source: mine }] }] } });
  expect(from(withObject(away, admits), till)).toBe("broken none: policy-denies");
  expect(from(withObject(world, admits), till)).toBe("ok local");
});

test("where only what is registered may be sent to, what is hidden is not reached", () => {
  const closed = {
    ...hidden,
    body: { ...hidden.body, spec: { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
  };
  expect(from(withObject(modelled(inputs), closed), till)).toBe("broken none: no-service");
});

test("plain text to a server of the other mesh is asked by its policies too, on federation's way", () => {
  const world = modelled(inputs);
  const far = (kind: string, spec: Parameters<typeof kubeObject>[5]) =>
    kubeObject("west", "security.istio.io/v1beta1", kind, "sales", "one", spec);
  const plain = withObject(world, far("PeerAuthentication", { spec: { mtls: { mode: "DISABLE" } } }));
  const gateway = { principals: ["west.example/ns/istio-system/sa/federation-ingress-service-account"] };
  const admits = far("AuthorizationPolicy", { spec: { rules: [{ from: [{ source: gateway }] }] } });
  expect([from(plain), from(withObject(world, admits)), from(withObject(plain, admits))]).toEqual([
    "ok federation",
    "ok federation",
    "broken none: policy-denies",
  ]);
});
