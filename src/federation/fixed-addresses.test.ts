// Services that select no pods: where they lead, who runs them there, and what passthrough makes of it.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { codesOf, examined } from "../../test/support/seen.ts";
import { added, asLocal, changed, kubeObject, named, twoMeshes } from "../../test/support/world.ts";

const host = "orders.sales.svc.west-mesh-imports.local";
const service = "west Service sales/orders";
const pod = "west Pod sales/orders-5d4f-0";

interface SliceOf {
  readonly addresses?: readonly string[];
  readonly ports?: readonly Json[];
  readonly endpoint?: JsonObject;
  readonly rest?: JsonObject;
  readonly name?: string;
}

function slice({ addresses = ["10.1.0.7"], ports = [{ name: "http", port: 8080 }], ...more }: SliceOf = {}) {
  const { endpoint = {}, rest = {}, name = "orders-1" } = more;
  return kubeObject("west", "discovery.k8s.io/v1", "EndpointSlice", "sales", name, {
    metadata: { labels: { "kubernetes.io/service-name": "orders" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [...addresses], ...endpoint }],
    ports: [...ports],
    ...rest,
  });
}

/** "orders" without selector; its one pod is at 10.1.0.7, all others at 10.0.0.1. */
const bare = changed(changed(twoMeshes(), service, { "/spec/selector": {} }), pod, { "/status/podIP": "10.1.0.7" });

function routeOf(inputs: readonly ClusterInput[], of = host) {
  const { routes, findings } = examined(inputs);
  const route = routes.find((each) => each.host === of);
  const exported = route?.backends[0]?.exported;
  return {
    carried: route?.carry.mode === "none" ? route.carry.why.code : route?.carry.mode,
    codes: codesOf(findings),
    addresses: exported?.addresses,
    accounts: exported?.runners.known ? exported.runners.value.map(({ serviceAccount }) => serviceAccount) : null,
    port: exported?.ports[0]?.targetPort.known ? exported.ports[0].targetPort.value : null,
  };
}

const fine = { carried: "passthrough", codes: ["MF220"], addresses: ["10.1.0.7"], accounts: ["orders"], port: 8080 };

describe("carried to the pods at its addresses", () => {
  test.each([
    ["by a slice", slice()],
    ["by the port that the slice names", slice({ ports: [{ name: "http", port: 9999 }] }), { port: 9999 }],
    [
      "by a slice that names the pod",
      slice({ endpoint: { targetRef: { kind: "Pod", name: "orders-5d4f-0", namespace: "sales" } } }),
    ],
    [
      "by Endpoints where nobody supplied slices",
      kubeObject("west", "v1", "Endpoints", "sales", "orders", {
        subsets: [{ addresses: [{ ip: "10.1.0.7" }], ports: [{ name: "http", port: 8080 }] }],
      }),
    ],
  ] as const)("%s", (_name, object, differing: JsonObject = {}) => {
    expect(routeOf(added(bare, object))).toEqual({ ...fine, ...differing });
  });

  test("slices win over Endpoints, and add up; what is not ready is left out", () => {
    const inputs = changed(bare, "west Pod sales/stock-5d4f-0", { "/status/podIP": "10.1.0.8" });
    const more = added(
      inputs,
      kubeObject("west", "v1", "Endpoints", "sales", "orders", { subsets: [{ addresses: [{ ip: "203.0.113.1" }] }] }),
      slice(),
      slice({ name: "orders-2", addresses: ["10.1.0.8"] }),
      slice({ name: "orders-3", addresses: ["203.0.113.9"], endpoint: { conditions: { ready: false } } }),
      slice({ name: "orders-4", addresses: ["a.example"], rest: { addressType: "FQDN" } }),
    );
    expect(routeOf(more)).toEqual({ ...fine, addresses: ["10.1.0.7", "10.1.0.8"], accounts: ["orders", "stock"] });
  });

  test("the exporter's entry names them, and no selector", () => {
    const { target } = examined(added(bare, slice()));
    const entry = target.objects.find(({ ref }) => ref.name === "meshferry-orders" && ref.kind === "ServiceEntry");
    expect(valueAt(entry?.template ?? null, "/spec")).toEqual({
      hosts: [host],
      exportTo: ["istio-ingress"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP", targetPort: 8080 }],
      endpoints: [{ address: "10.1.0.7", labels: { "security.istio.io/tlsMode": "istio" } }],
    });
  });

  test("under the exporter's own host istiod follows the addresses: no entry, and nothing to warn of", () => {
    const own = "orders.sales.svc.cluster.local";
    const inputs = twoMeshes({
      link: { imports: [[asLocal("sales", "orders", { namespace: "sales" }), named("*", "stock")], null] },
    });
    const follows = added(
      changed(changed(inputs, service, { "/spec/selector": {} }), pod, { "/status/podIP": "10.1.0.7" }),
      slice(),
    );
    expect(routeOf(follows, own)).toEqual({ ...fine, codes: [] });
    const entries = examined(follows).target.objects.filter(({ role }) => role === "export-entry");
    expect(entries.map(({ ref }) => ref.name)).toEqual(["meshferry-stock"]);
  });
});

describe("its pods are marked by", () => {
  const labels = (inputs: readonly ClusterInput[]) =>
    examined(inputs).federation.exports.find(({ service: { name } }) => name === "orders")?.podLabels;

  test("its selector, where it has one", () => {
    expect(labels(twoMeshes())).toEqual({ app: "orders" });
  });

  test("what their workload selects them by: never by labels that the next rollout may change", () => {
    const rolled = changed(added(bare, slice()), pod, {
      "/metadata/labels": { app: "orders", version: "7", "pod-template-hash": "5d4f" },
    });
    expect(labels(rolled)).toEqual({ app: "orders" });
  });

  test("what their workloads have in common, which may be nothing", () => {
    const both = (orders: JsonObject, stock: JsonObject) =>
      Object.entries({ orders, stock }).reduce(
        (inputs, [name, matchLabels]) =>
          changed(inputs, `west Deployment sales/${name}`, { "/spec/selector": { matchLabels } }),
        added(
          changed(bare, "west Pod sales/stock-5d4f-0", { "/status/podIP": "10.1.0.8" }),
          slice({ addresses: ["10.1.0.7", "10.1.0.8"] }),
        ),
      );
    expect(labels(both({ app: "orders", part: "shop" }, { app: "stock", part: "shop" }))).toEqual({ part: "shop" });
    expect(labels(both({ app: "orders" }, { app: "stock" }))).toEqual({});
  });

  test("their own labels, where a pod has no owner; nothing, where its owner was not supplied", () => {
    const alone = changed(added(bare, slice()), pod, { "/metadata/ownerReferences": [] });
    expect(labels(alone)).toMatchObject({ app: "orders", "pod-template-hash": "5d4f" });
    const orphan = added(bare, slice()).map((input) => ({
      ...input,
      objects: input.objects.filter(({ ref }) => ref.kind !== "Deployment" || ref.name !== "orders"),
    }));
    expect(labels(orphan)).toEqual({});
  });
});

describe("stays on federation where", () => {
  const blocked = (inputs: readonly ClusterInput[]) => routeOf(inputs).carried;
  test.each([
    ["neither slices nor Endpoints were supplied", bare, "MF221"],
    ["there is no address", added(bare, slice({ addresses: [] })), "MF116"],
    ["nothing is at the address", added(bare, slice({ addresses: ["10.1.0.9"] })), "MF222"],
    ["one of two addresses is no pod's", added(bare, slice({ addresses: ["10.1.0.7", "203.0.113.1"] })), "MF222"],
    [
      "the slice names a pod that is not there, though one has the address",
      added(bare, slice({ endpoint: { targetRef: { kind: "Pod", name: "gone" } } })),
      "MF222",
    ],
    ["the pod has no sidecar", changed(added(bare, slice()), pod, { "/spec/containers": [{ name: "app" }] }), "MF204"],
    ["the port has no number", added(bare, slice({ ports: [{ name: "web", port: 8080 }] })), "MF117"],
    [
      "the addresses disagree on the port",
      added(
        changed(bare, "west Pod sales/stock-5d4f-0", { "/status/podIP": "10.1.0.8" }),
        slice(),
        slice({ name: "orders-2", addresses: ["10.1.0.8"], ports: [{ name: "http", port: 1 }] }),
      ),
      "MF117",
    ],
  ] as const)("%s", (_name, inputs, code) => {
    expect(blocked(inputs)).toBe(code);
  });

  test("a pod of another namespace at the address counts for nothing, as for istiod", () => {
    const elsewhere = changed(
      twoMeshes({ west: { clients: ["lab"], services: [{ namespace: "sales", name: "orders" }] } }),
      service,
      {
        "/spec/selector": {},
      },
    );
    const moved = changed(elsewhere, "west Pod lab/caller-5d4f-0", { "/status/podIP": "10.1.0.7" });
    expect(blocked(added(moved, slice()))).toBe("MF222");
  });
});

test("an ALLOW policy before its pods is said to close, not answered by one for the whole namespace", () => {
  const gateway = "west.example/ns/istio-system/sa/federation-ingress-service-account";
  const guarded = added(
    bare,
    slice(),
    kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "theirs", {
      spec: {
        selector: { matchLabels: { app: "orders" } },
        rules: [{ from: [{ source: { principals: [gateway] } }] }],
      },
    }),
  );
  const { target, findings } = examined(guarded);
  expect(target.objects.filter(({ role }) => role === "policy")).toEqual([]);
  expect(findings.filter(({ severity }) => severity === "block").map(({ code }) => code)).toEqual(["MF400"]);
});
