// Each reason for which a host stays on federation: the one object that makes it so, and the same object as it may be.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { examined } from "../../test/support/seen.ts";
import {
  added,
  asLocal,
  changed,
  kubeObject,
  makeWorld,
  type PortOf,
  named,
  twoMeshes,
} from "../../test/support/world.ts";

const orders = "orders.sales.svc.west-mesh-imports.local";
const stock = "stock.sales.svc.cluster.local";
const service = "west Service sales/orders";

/** The code that keeps a host on federation, or "passthrough". */
function carried(inputs: readonly ClusterInput[], host: string, importer = "east"): string {
  const route = examined(inputs).routes.find((each) => each.host === host && each.importer.startsWith(`${importer}/`));
  if (!route) return "no route";
  return route.carry.mode === "none" ? route.carry.why.code : route.carry.mode;
}

function kubeService(cluster: string, namespace: string, name: string): KubeObject {
  return kubeObject(cluster, "v1", "Service", namespace, name, {
    spec: { ports: [{ port: 8080, name: "http" }], selector: { app: name } },
  });
}

function serviceEntry(cluster: string, namespace: string, host: string, labels: JsonObject = {}): KubeObject {
  return kubeObject(cluster, "networking.istio.io/v1beta1", "ServiceEntry", namespace, "theirs", {
    metadata: { labels },
    spec: { hosts: ["first.example", host], ports: [{ number: 80, name: "http", protocol: "HTTP" }] },
  });
}

test("both hosts of the two meshes are carried", () => {
  const { routes, findings } = examined(twoMeshes());
  expect(routes.map(({ id, carry, homeNamespace }) => [id, carry.mode, homeNamespace])).toEqual([
    [`east/istio-system/basic|${orders}`, "passthrough", "istio-system"],
    [`east/istio-system/basic|${stock}`, "passthrough", "sales"],
  ]);
  expect(findings).toEqual([]);
});

const hidden = (value: string): Readonly<Record<string, Json>> => ({
  "/metadata/annotations": { "networking.istio.io/exportTo": value },
});
const ours: JsonObject = { "app.kubernetes.io/managed-by": "meshferry" };

const reasons: readonly (readonly [
  code: string,
  name: string,
  host: string,
  bad: readonly ClusterInput[],
  good: readonly ClusterInput[],
])[] = [
  [
    "MF201",
    "the local Service that it joins has no selector",
    stock,
    changed(added(twoMeshes(), kubeService("east", "sales", "stock")), "east Service sales/stock", {
      "/spec/selector": {},
    }),
    added(twoMeshes(), kubeService("east", "sales", "stock")),
  ],
  [
    "MF203",
    "it has no ports",
    orders,
    changed(twoMeshes(), service, { "/spec/ports": [] }),
    changed(twoMeshes(), service, { "/spec/ports": [{ port: 1, name: "tcp" }] }),
  ],
  [
    "MF203",
    "it is headless",
    orders,
    changed(twoMeshes(), service, { "/spec/clusterIP": "None" }),
    changed(twoMeshes(), service, { "/spec/clusterIP": "" }),
  ],
  [
    "MF203",
    "one of its ports is UDP",
    orders,
    changed(twoMeshes(), service, {
      "/spec/ports": [
        { port: 1, name: "tcp" },
        { port: 2, name: "dns", protocol: "UDP" },
      ],
    }),
    changed(twoMeshes(), service, {
      "/spec/ports": [
        { port: 1, name: "tcp" },
        { port: 2, name: "dns", protocol: "TCP" },
      ],
    }),
  ],
  [
    "MF208",
    "another ServiceEntry of the importer has the host",
    orders,
    added(twoMeshes(), serviceEntry("east", "shop", orders)),
    added(twoMeshes(), serviceEntry("east", "shop", orders, ours)),
  ],
  [
    "MF116",
    "nobody runs it",
    orders,
    changed(twoMeshes(), service, { "/spec/selector": { app: "nobody" } }),
    twoMeshes(),
  ],
  [
    "MF204",
    "a pod of it has no sidecar",
    orders,
    changed(twoMeshes(), "west Pod sales/orders-5d4f-0", { "/spec/containers": [{ name: "app" }] }),
    changed(twoMeshes(), "west Pod sales/orders-5d4f-0", { "/spec/containers": [{ name: "istio-proxy" }] }),
  ],
  [
    "MF117",
    "its target port is not known",
    orders,
    changed(twoMeshes(), service, { "/spec/ports/0/targetPort": "web" }),
    changed(twoMeshes(), service, { "/spec/ports/0/targetPort": 9090 }),
  ],
  [
    "MF207",
    "it hides from the gateway's namespace",
    stock,
    changed(twoMeshes(), "west Service sales/stock", hidden("istio-system,.")),
    changed(twoMeshes(), "west Service sales/stock", hidden("istio-system,istio-ingress")),
  ],
];

describe("a host stays on federation where", () => {
  for (const [code, name, host, bad, good] of reasons) {
    test(name, () => {
      expect(carried(bad, host)).toBe(code);
      expect(carried(good, host)).toBe(code === "MF201" ? "join-local" : "passthrough");
    });

    test(`${name}: the finding is told once, names the host, and the other host is carried`, () => {
      const { findings } = examined(bad);
      const told = findings.filter((finding) => finding.code === code);
      expect(told).toHaveLength(1);
      expect(told[0]?.severity).toBe("block");
      if (code.startsWith("MF2")) expect(told[0]?.params).toMatchObject({ host, importer: "east/istio-system/basic" });
      expect(carried(bad, host === orders ? stock : orders)).toBe("passthrough");
    });
  }

  test("the importer's host is another Service of the exporter", () => {
    const renamed = twoMeshes({ link: { imports: [[asLocal("sales", "stock", { namespace: "lab" })], null] } });
    const host = "stock.lab.svc.cluster.local";
    expect(carried(renamed, host)).toBe("passthrough");
    expect(carried(added(renamed, kubeService("west", "lab", "stock")), host)).toBe("MF205");
    expect(carried(added(renamed, kubeService("west", "lab", "stocks")), host)).toBe("passthrough");
  });

  test("the importer's host is a ServiceEntry of the exporter", () => {
    expect(carried(added(twoMeshes(), serviceEntry("west", "lab", orders)), orders)).toBe("MF205");
    expect(carried(added(twoMeshes(), serviceEntry("west", "lab", orders, ours)), orders)).toBe("passthrough");
  });

  test("the export is a ServiceEntry", () => {
    const entry = kubeObject("west", "networking.istio.io/v1beta1", "ServiceEntry", "sales", "legacy", {
      spec: { hosts: ["legacy"], location: "MESH_INTERNAL", ports: [{ number: 80, name: "http", protocol: "HTTP" }] },
    });
    const inputs = added(
      twoMeshes({ link: { exports: [null, [named("*", "*")]], imports: [[named("sales", "legacy")], null] } }),
      entry,
    );
    expect(carried(inputs, "legacy.sales.svc.west-mesh-imports.local")).toBe("MF202");
  });

  test("it would be exposed beside another service of the same host", () => {
    const meshes = (names: readonly [string, string]): ClusterInput[] =>
      makeWorld({
        meshes: [
          {
            key: "hub",
            services: [
              { namespace: "a", name: "one" },
              { namespace: "b", name: "two" },
            ],
          },
          { key: "left", clients: ["app"] },
          { key: "right", clients: ["app"] },
        ],
        links: [
          {
            between: ["hub", "left"],
            exports: [[named("a", "one")], null],
            imports: [null, [asLocal("a", "one", { namespace: "x", name: names[0] })]],
          },
          {
            between: ["hub", "right"],
            exports: [[named("b", "two")], null],
            imports: [null, [asLocal("b", "two", { namespace: "x", name: names[1] })]],
          },
        ],
      });
    const same = meshes(["api", "api"]);
    expect([
      carried(same, "api.x.svc.cluster.local", "left"),
      carried(same, "api.x.svc.cluster.local", "right"),
    ]).toEqual(["MF206", "MF206"]);
    const apart = meshes(["api", "api2"]);
    expect([
      carried(apart, "api.x.svc.cluster.local", "left"),
      carried(apart, "api2.x.svc.cluster.local", "right"),
    ]).toEqual(["passthrough", "passthrough"]);
  });

  test("its exporter imports another service under the same host", () => {
    const meshes = (host: string, port: number): ClusterInput[] =>
      makeWorld({
        meshes: [
          { key: "hub", services: [{ namespace: "a", name: "one" }], clients: ["app"] },
          { key: "left", clients: ["app"] },
          { key: "right", services: [{ namespace: "b", name: "two", ports: [{ port, name: "http" }] }] },
        ],
        links: [
          {
            between: ["hub", "left"],
            exports: [[named("a", "one")], null],
            imports: [null, [asLocal("a", "one", { namespace: "x", name: "api" })]],
          },
          {
            between: ["hub", "right"],
            exports: [null, [named("b", "two")]],
            imports: [[asLocal("b", "two", { namespace: "x", name: host })], null],
          },
        ],
      });
    const carriedToLeft = (inputs: ClusterInput[]): string => carried(inputs, "api.x.svc.cluster.local", "left");
    expect(carriedToLeft(meshes("api", 8080))).toBe("MF223");
    expect(carriedToLeft(meshes("api2", 8080))).toBe("passthrough");
    // Of another port there is another name at the gateway.
    expect(carriedToLeft(meshes("api", 81))).toBe("passthrough");
  });

  test("two services of one mesh feed it", () => {
    const twice = makeWorld({
      meshes: [
        { key: "hub", clients: ["app"] },
        { key: "left", services: ["one", "two"].map((name) => ({ namespace: "a", name })) },
      ],
      links: [
        {
          between: ["hub", "left"],
          exports: [null, [named("a", "*")]],
          imports: [["one", "two"].map((name) => asLocal("a", name, { namespace: "all", name: "same" })), null],
        },
      ],
    });
    expect(carried(twice, "same.all.svc.cluster.local", "hub")).toBe("MF200");
  });

  test("meshes feed it whose ports differ", () => {
    const meshes = (port: PortOf): ClusterInput[] =>
      makeWorld({
        meshes: [
          { key: "hub", clients: ["app"] },
          { key: "left", services: [{ namespace: "a", name: "one", ports: [{ port: 80, name: "http" }] }] },
          { key: "right", services: [{ namespace: "a", name: "one", ports: [port] }] },
        ],
        links: ["left", "right"].map((key) => ({
          between: ["hub", key] as const,
          exports: [null, [named("a", "one")]] as const,
          imports: [[asLocal("a", "one", { namespace: "all" })], null] as const,
        })),
      });
    const host = "one.all.svc.cluster.local";
    expect(carried(meshes({ port: 81, name: "http" }), host, "hub")).toBe("MF211");
    expect(carried(meshes({ port: 80, name: "grpc" }), host, "hub")).toBe("MF211");
    // The targets may differ: they are the exporters' own affair.
    expect(carried(meshes({ port: 80, name: "http", targetPort: 8080 }), host, "hub")).toBe("passthrough");
  });

  test("one of the meshes that feed it cannot be reached by passthrough", () => {
    const meshes = (sidecar: boolean): ClusterInput[] =>
      makeWorld({
        meshes: [
          { key: "hub", clients: ["app"] },
          { key: "left", services: [{ namespace: "a", name: "one" }] },
          { key: "right", services: [{ namespace: "a", name: "one", sidecar }] },
        ],
        links: ["left", "right"].map((key) => ({
          between: ["hub", key] as const,
          exports: [null, [named("a", "one")]] as const,
          imports: [[asLocal("a", "one", { namespace: "all" })], null] as const,
        })),
      });
    expect(carried(meshes(false), "one.all.svc.cluster.local", "hub")).toBe("MF204");
  });
});

describe("is no reason", () => {
  test("a service that hides from the gateway, where our own entry stands in for it", () => {
    expect(carried(changed(twoMeshes(), service, hidden("istio-system,.")), orders)).toBe("passthrough");
  });
  test("a Service of the exporter that is the very export", () => {
    expect(carried(twoMeshes(), stock)).toBe("passthrough");
  });
  test("a Service of that name under another cluster domain", () => {
    const inputs = twoMeshes({ west: { clusterDomain: "corp.internal" } });
    expect(carried(inputs, stock)).toBe("passthrough");
  });
  test("a ServiceEntry in a namespace that the importer's istiod does not watch", () => {
    const inputs = added(twoMeshes({ east: { mode: "MultiTenant" } }), serviceEntry("east", "elsewhere", orders));
    expect(carried(inputs, orders)).toBe("passthrough");
    expect(carried(added(twoMeshes(), serviceEntry("east", "elsewhere", orders)), orders)).toBe("MF208");
  });
});
