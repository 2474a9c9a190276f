// What makes an import join a local Service: the endpoint, the names by which it is verified, and the exporter's side.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";
import { examined } from "../../test/support/seen.ts";
import { added, asLocal, changed, kubeObject, makeWorld, named, twoMeshes } from "../../test/support/world.ts";

const host = "stock.shop.svc.cluster.local";
const entry = `east WorkloadEntry shop/${host}.meshferry-west`;
const local = kubeObject("east", "v1", "Service", "shop", "stock", {
  metadata: { annotations: { "alpha.istio.io/canonical-serviceaccounts": "spiffe://theirs/ns/a/sa/b" } },
  spec: { selector: { app: "stock", tier: "back" }, ports: [{ port: 80, name: "http", targetPort: "web" }] },
});
const inputs = added(
  twoMeshes({
    link: { imports: [[named("sales", "orders"), asLocal("sales", "stock", { namespace: "shop" })], null] },
  }),
  local,
);

function object(of: readonly ClusterInput[], role: string, about = host): Json {
  const found = examined(of).target.objects.filter((each) => each.role === role && each.ref.name.includes(about));
  expect(found).toHaveLength(1);
  return found[0]?.template ?? null;
}

describe("the endpoint", () => {
  test("has the labels that the Service selects by, our own and the one for mTLS, and maps the named target", () => {
    const made = object(inputs, "join-entry");
    expect({ ...(made as object), metadata: { ...(valueAt(made, "/metadata") as object), annotations: {} } }).toEqual({
      apiVersion: "networking.istio.io/v1beta1",
      kind: "WorkloadEntry",
      metadata: {
        name: `${host}.meshferry-west`,
        namespace: "shop",
        labels: {
          app: "stock",
          tier: "back",
          "app.kubernetes.io/managed-by": "meshferry",
          "security.istio.io/tlsMode": "istio",
        },
        annotations: {},
      },
      spec: { network: "meshferry-west", ports: { web: 80 } },
    });
    expect(validateObject(made)).toEqual([]);
  });

  test("weighs as much as federation's endpoints, one for each pod of the egress gateway, and keeps what it says", () => {
    const gateway = inputs
      .flatMap(({ objects }) => objects)
      .find(({ ref }) => ref.cluster === "east" && ref.kind === "Pod" && ref.name.startsWith("federation-egress"));
    if (!gateway) throw new Error("no egress gateway");
    const second = { ...gateway, ref: { ...gateway.ref, name: "federation-egress-5d4f-1" } };
    const more = added(inputs, second);
    expect(valueAt(object(more, "join-entry"), "/spec/weight")).toBe(2);
    const settled = (weight: number): Json => {
      const made = object(more, "join-entry") as { readonly spec: object };
      const body = { ...made, spec: { ...made.spec, weight } };
      const there = kubeObject(
        "east",
        "networking.istio.io/v1beta1",
        "WorkloadEntry",
        "shop",
        `${host}.meshferry-west`,
        body,
      );
      return object(added(more, there), "join-entry");
    };
    expect(valueAt(settled(5), "/spec/weight")).toBe(5);
    expect(entry).toContain(host);
  });

  test("is all there is of it on the importer: no entry of ours has the host", () => {
    const roles = examined(inputs).target.objects.filter(
      ({ ref, template }) => ref.cluster === "east" && JSON.stringify(template).includes(host),
    );
    expect(roles.map(({ role }) => role)).toEqual(["join-entry"]);
  });
});

test("the exporter knows the host under the local Service's port number, beside the ports of its own", () => {
  expect(valueAt(object(inputs, "export-entry", "stock"), "/spec")).toEqual({
    hosts: [host],
    exportTo: ["istio-ingress"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort: 8080 }],
    workloadSelector: { labels: { app: "stock" } },
  });
  expect(valueAt(object(inputs, "export-entry", "orders"), "/spec/ports/0/number")).toBe(8080);
});

test("with equal numbers the exporter's entry has the Service's plain name", () => {
  const same = changed(inputs, "east Service shop/stock", { "/spec/ports/0/port": 8080 });
  const names = examined(same)
    .target.objects.filter(({ role }) => role === "export-entry")
    .map(({ ref }) => ref.name);
  expect(names).toEqual(["meshferry-orders", "meshferry-stock"]);
});

test("two exporters join by the ports that each of them has, one of them under two of the local numbers", () => {
  const port = (number: number, name: string, targetPort: number | string) => ({ port: number, name, targetPort });
  const hub = makeWorld({
    meshes: [
      { key: "hub", clients: ["app"] },
      {
        key: "left",
        services: [{ namespace: "a", name: "one", ports: [port(8080, "http", 8080), port(9090, "grpc", "rpc")] }],
      },
      { key: "right", services: [{ namespace: "a", name: "one", ports: [port(8080, "http", 8080)] }] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [null, [named("a", "*")]] as const,
      imports: [[asLocal("a", "*", { namespace: "all" })], null] as const,
    })),
  });
  const both = added(
    hub,
    kubeObject("hub", "v1", "Service", "all", "one", {
      spec: { selector: { app: "one" }, ports: [port(80, "http", "web"), port(81, "grpc", "rpc"), port(82, "x", "x")] },
    }),
  );
  const made = (role: string) =>
    examined(both)
      .target.objects.filter((each) => each.role === role)
      .map(({ ref, template }) => [ref.cluster, ref.name.split(".").at(-1), valueAt(template, "/spec/ports")]);
  expect(made("join-entry")).toEqual([
    ["hub", "meshferry-left", { rpc: 81, web: 80 }],
    ["hub", "meshferry-right", { web: 80 }],
  ]);
  const http = { number: 80, name: "http", protocol: "HTTP", targetPort: 8080 };
  expect(made("export-entry").map(([cluster, , ports]) => [cluster, ports])).toEqual([
    ["left", [http, { number: 81, name: "grpc", protocol: "GRPC", targetPort: 8443 }]],
    ["right", [http]],
  ]);
  expect(made("import-entry")).toEqual([]);
});

test("one export dialled at two numbers under one host has both in one entry, with names of their own", () => {
  const hub = makeWorld({
    meshes: [
      { key: "hub", services: [{ namespace: "a", name: "one" }] },
      { key: "left", clients: ["app"] },
      { key: "right", clients: ["app"] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [[named("a", "*")], null] as const,
      imports: [null, [asLocal("a", "*", { namespace: "all" })]] as const,
    })),
  });
  const joins = added(
    hub,
    kubeObject("left", "v1", "Service", "all", "one", {
      spec: { selector: { app: "one" }, ports: [{ port: 80, name: "http" }] },
    }),
  );
  const entries = examined(joins).target.objects.filter(({ role }) => role === "export-entry");
  expect(entries.map(({ template }) => [valueAt(template, "/spec/hosts"), valueAt(template, "/spec/ports")])).toEqual([
    [
      ["one.all.svc.cluster.local"],
      [
        { number: 80, name: "http", protocol: "HTTP", targetPort: 8080 },
        { number: 8080, name: "http-8080", protocol: "HTTP", targetPort: 8080 },
      ],
    ],
  ]);
});
