// The objects that routes ask for: each as a whole once, and what differs with meshes, hosts, ports and names.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { refText } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { defaultConfig } from "../config/config.ts";
import { examined } from "../../test/support/seen.ts";
import { asLocal, changed, makeWorld, type MeshOf, named, twoMeshes } from "../../test/support/world.ts";
import type { DesiredObject } from "./desired-object.ts";

function objects(inputs: readonly ClusterInput[]): readonly DesiredObject[] {
  return examined(inputs).target.objects;
}

function one(inputs: readonly ClusterInput[], role: DesiredObject["role"], name?: string): JsonObject {
  const found = objects(inputs).filter((each) => each.role === role && (name === undefined || each.ref.name === name));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} objects for ${role} ${name}`);
  return found[0].template;
}

const ours = { "app.kubernetes.io/managed-by": "meshferry" };
const local = "stock.sales.svc.cluster.local";
const foreign = "orders.sales.svc.west-mesh-imports.local";

test("two meshes and two hosts need these objects", () => {
  expect(objects(twoMeshes()).map(({ ref, role }) => `${role}: ${refText(ref)}`)).toEqual([
    "remote: east: Gateway meshferry-imports/meshferry-west",
    "namespace: east: Namespace meshferry-imports",
    `import-entry: east: ServiceEntry meshferry-imports/${foreign}`,
    `import-entry: east: ServiceEntry meshferry-imports/${local}`,
    `workload-entry: east: WorkloadEntry meshferry-imports/${foreign}.meshferry-west`,
    `workload-entry: east: WorkloadEntry meshferry-imports/${local}.meshferry-west`,
    "east-west: west: Gateway istio-ingress/eastwestgateway",
    "expose: west: Gateway istio-ingress/expose-services",
    "availability: west: HorizontalPodAutoscaler istio-ingress/eastwestgateway-istio",
    "namespace: west: Namespace istio-ingress",
    "availability: west: PodDisruptionBudget istio-ingress/eastwestgateway-istio",
    "export-entry: west: ServiceEntry sales/meshferry-orders",
  ]);
});

test("the exporter's entry stands for the importers' host, in the Service's namespace, for the gateway alone", () => {
  expect(one(twoMeshes(), "export-entry")).toEqual({
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: "meshferry-orders", namespace: "sales", labels: ours },
    spec: {
      hosts: [foreign],
      exportTo: ["istio-ingress"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP", targetPort: 8080 }],
      workloadSelector: { labels: { app: "orders" } },
    },
  });
});

test("the importer's entry names the accounts that run the service, and selects its own endpoint", () => {
  expect(one(twoMeshes(), "import-entry", foreign)).toEqual({
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: {
      name: foreign,
      namespace: "meshferry-imports",
      labels: ours,
      annotations: { "meshferry.dev/route": `east/istio-system/basic|${foreign}` },
    },
    spec: {
      hosts: [foreign],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
      subjectAltNames: ["spiffe://west.example/ns/sales/sa/orders"],
      workloadSelector: { labels: { "meshferry.dev/host": foreign } },
    },
  });
  expect(one(twoMeshes(), "workload-entry", `${foreign}.meshferry-west`)).toMatchObject({
    metadata: { labels: { ...ours, "meshferry.dev/host": foreign, "security.istio.io/tlsMode": "istio" } },
    spec: { network: "meshferry-west" },
  });
});

test("the gateway carries the exporter's network and revision; the remote one a network of its own", () => {
  const gateway = one(twoMeshes({ west: { name: "prod", network: "net-7" } }), "east-west");
  expect(valueAt(gateway, "/metadata/labels")).toEqual({
    ...ours,
    "istio.io/rev": "prod",
    "meshferry.dev/east-west": "eastwestgateway",
    "topology.istio.io/network": "net-7",
  });
  expect(valueAt(gateway, "/spec/infrastructure")).toBeUndefined();
  const remote = one(twoMeshes(), "remote");
  expect(valueAt(remote, "/metadata/labels/topology.istio.io~1network")).toBe("meshferry-west");
  expect(valueAt(remote, "/spec/addresses")).toEqual({ $slot: examined(twoMeshes()).target.slots[0]?.id });
});

test("exposed are the importers' hosts and nothing else", () => {
  expect(valueAt(one(twoMeshes(), "expose"), "/spec")).toEqual({
    selector: { "meshferry.dev/east-west": "eastwestgateway" },
    servers: [
      {
        port: { number: 15443, name: "tls", protocol: "TLS" },
        tls: { mode: "AUTO_PASSTHROUGH" },
        hosts: [foreign, local],
      },
    ],
  });
});

describe("accounts, ports and places", () => {
  const spec = (inputs: readonly ClusterInput[], role: DesiredObject["role"], path: string): Json | undefined =>
    valueAt(one(inputs, role, role === "import-entry" ? foreign : undefined), path);

  test("several service accounts are all named, in another trust domain too", () => {
    const inputs = twoMeshes({
      west: { trustDomain: "acme.example", services: [{ namespace: "sales", name: "orders", accounts: ["b", "a"] }] },
    });
    expect(spec(inputs, "import-entry", "/spec/subjectAltNames")).toEqual([
      "spiffe://acme.example/ns/sales/sa/a",
      "spiffe://acme.example/ns/sales/sa/b",
    ]);
  });

  test("ports without names get one; protocols that Istio does not derive are left out", () => {
    const ports = [{ port: 80 }];
    const inputs = twoMeshes({ west: { services: [{ namespace: "sales", name: "orders", ports }] } });
    expect(spec(inputs, "import-entry", "/spec/ports")).toEqual([{ number: 80, name: "port-80" }]);
    expect(spec(inputs, "export-entry", "/spec/ports")).toEqual([{ number: 80, name: "port-80", targetPort: 80 }]);
  });

  test("named target ports become numbers on the exporter only", () => {
    const ports = [
      { port: 443, name: "https", targetPort: "web" },
      { port: 9000, name: "grpc-api" },
      { port: 5432, name: "postgres" },
    ];
    const inputs = twoMeshes({ west: { services: [{ namespace: "sales", name: "orders", ports }] } });
    expect(spec(inputs, "export-entry", "/spec/ports")).toEqual([
      { number: 443, name: "https", protocol: "HTTPS", targetPort: 8443 },
      { number: 9000, name: "grpc-api", protocol: "GRPC", targetPort: 9000 },
      { number: 5432, name: "postgres", targetPort: 5432 },
    ]);
    expect(spec(inputs, "import-entry", "/spec/ports")).toEqual([
      { number: 443, name: "https", protocol: "HTTPS" },
      { number: 9000, name: "grpc-api", protocol: "GRPC" },
      { number: 5432, name: "postgres" },
    ]);
  });

  test("the import set's locality is the endpoint's", () => {
    const inputs = changed(twoMeshes(), "east ImportedServiceSet istio-system/west-mesh", {
      "/spec/locality": { region: "r", zone: "z" },
    });
    expect(valueAt(one(inputs, "workload-entry", `${foreign}.meshferry-west`), "/spec/locality")).toBe("r/z/");
  });

  test("a MultiTenant mesh gets memberships, with the namespaces that they are for", () => {
    const found = objects(twoMeshes({ east: { mode: "MultiTenant" } })).filter(({ role }) => role === "membership");
    expect(found.map(({ ref, template }) => [refText(ref), template["spec"]])).toEqual([
      [
        "east: ServiceMeshMember meshferry-imports/default",
        { controlPlaneRef: { name: "basic", namespace: "istio-system" } },
      ],
    ]);
  });

  const selectors: readonly (readonly [string, readonly Json[], JsonObject])[] = [
    [
      "labels",
      [{ matchLabels: { watch: "yes", team: "x" } }, { matchLabels: { other: "y" } }],
      { watch: "yes", team: "x" },
    ],
    [
      "expressions",
      [
        {
          matchExpressions: [
            { key: "env", operator: "In", values: ["prod", "test"] },
            { key: "mesh", operator: "Exists" },
            { key: "old", operator: "DoesNotExist" },
          ],
        },
      ],
      { env: "prod", mesh: "" },
    ],
    ["nothing", [], {}],
  ];
  for (const [name, discoverySelectors, labels] of selectors) {
    test(`discovery selectors: the importer's namespace carries ${name}`, () => {
      const control = changed(twoMeshes(), "east ServiceMeshControlPlane istio-system/basic", {
        "/spec/meshConfig": { discoverySelectors },
      });
      const home = objects(control).find(({ ref }) => ref.kind === "Namespace" && ref.cluster === "east");
      expect(home && valueAt(home.template, "/metadata/labels")).toEqual({ ...labels, ...ours });
    });
  }
});

describe("several meshes", () => {
  const hub = (importers: readonly MeshOf[], imports: (key: string) => JsonObject): ClusterInput[] =>
    makeWorld({
      meshes: [{ key: "hub", services: [{ namespace: "a", name: "one" }] }, ...importers],
      links: importers.map(({ key }) => ({
        between: ["hub", key],
        exports: [[named("a", "one")], null],
        imports: [null, [imports(key)]],
      })),
    });

  test("one export under several importers' hosts has one entry with all of them", () => {
    const inputs = hub(
      [
        { key: "left", clients: ["x"] },
        { key: "right", clients: ["x"] },
        { key: "same", clients: ["x"] },
      ],
      (key) => (key === "same" ? asLocal("*", "*", { namespace: "a" }) : asLocal("*", "*", { namespace: key })),
    );
    expect(valueAt(one(inputs, "export-entry"), "/spec/hosts")).toEqual([
      "one.left.svc.cluster.local",
      "one.right.svc.cluster.local",
    ]);
    expect(valueAt(one(inputs, "expose"), "/spec/servers/0/hosts")).toEqual([
      "one.a.svc.cluster.local",
      "one.left.svc.cluster.local",
      "one.right.svc.cluster.local",
    ]);
    expect(objects(inputs).filter(({ role }) => role === "export-entry")[0]?.routes).toHaveLength(2 + 1);
  });

  test("an importer of several exporters has a remote gateway for each", () => {
    const inputs = makeWorld({
      meshes: [
        { key: "hub", clients: ["x"] },
        ...["left", "right"].map((key): MeshOf => ({ key, services: [{ namespace: "a", name: "one" }] })),
      ],
      links: ["left", "right"].map((key) => ({
        between: ["hub", key],
        exports: [null, [named("a", "*")]],
        imports: [[named("*", "*")], null],
      })),
    });
    expect(
      objects(inputs)
        .filter(({ role }) => role === "remote")
        .map(({ ref }) => ref.name),
    ).toEqual(["meshferry-left", "meshferry-right"]);
    expect(
      objects(inputs)
        .filter(({ role }) => role === "namespace")
        .map(({ ref }) => refText(ref)),
    ).toEqual(["hub: Namespace meshferry-imports", "left: Namespace istio-ingress", "right: Namespace istio-ingress"]);
  });

  test("of one cluster keep their objects apart, even with names that read alike", () => {
    const inCluster = (key: string, namespace: string, name: string): MeshOf => ({
      key,
      cluster: "one",
      namespace,
      name,
      mode: "MultiTenant",
      clients: [`${key}-app`],
      services: [{ namespace: `${key}-srv`, name: "svc" }],
    });
    const inputs = makeWorld({
      meshes: [inCluster("p", "a-b", "c"), inCluster("q", "a", "b-c"), { key: "far", clients: ["x"] }],
      links: ["p", "q"].map((key) => ({
        between: ["far", key],
        exports: [null, [named(`${key}-srv`, "*")]],
        imports: [[named("*", "*")], null],
      })),
    });
    const { places } = examined(inputs).target;
    const field = (of: (each: NonNullable<ReturnType<typeof places.get>>) => string): number =>
      new Set([...places.values()].map((each) => `${each.mesh.cluster} ${of(each)}`)).size;
    expect([
      field((each) => each.gatewayNamespace),
      field((each) => each.entryNamespace),
      field((each) => each.remoteNetwork),
      field((each) => each.network),
    ]).toEqual([3, 3, 3, 3]);
    expect(objects(inputs).filter(({ role }) => role === "east-west")).toHaveLength(2);
  });

  test("one namespace may serve as both places", () => {
    const config = { eastWest: { ...defaultConfig.eastWest, namespace: "edge" }, entries: { namespace: "edge" } };
    const inputs = makeWorld({
      meshes: ["l", "r"].map((key): MeshOf => ({ key, clients: ["x"], services: [{ namespace: "a", name: key }] })),
      links: [
        {
          between: ["l", "r"],
          exports: [[named("a", "l")], [named("a", "r")]],
          imports: [[named("*", "*")], [named("*", "*")]],
        },
      ],
    });
    const { target, routes } = examined(inputs, { ...defaultConfig, ...config });
    const homes = target.objects.filter(({ role }) => role === "namespace");
    expect(homes.map(({ ref, routes: of }) => [refText(ref), of.length])).toEqual([
      ["l: Namespace edge", 2],
      ["r: Namespace edge", 2],
    ]);
    expect(routes).toHaveLength(2);
  });
});
