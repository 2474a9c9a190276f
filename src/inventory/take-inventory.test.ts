// What a mesh is, from its ServiceMeshControlPlane, and what is said of objects that cannot be read.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { codesOf, ofCode } from "../../test/support/seen.ts";
import { added, changed, clusterInput, kubeObject, pem, twoMeshes } from "../../test/support/world.ts";
import { coverageOf, findTyped } from "./cluster.ts";
import type { Mesh } from "./mesh.ts";
import { takeInventory } from "./take-inventory.ts";

function meshOf(spec: JsonObject, status: JsonObject = {}, generation: number | null = 3): Mesh {
  const smcp = kubeObject("one", "maistra.io/v2", "ServiceMeshControlPlane", "mesh", "basic", {
    metadata: generation === null ? {} : { generation },
    spec,
    status,
  });
  const [mesh] = takeInventory([clusterInput("one", [smcp])]).meshes;
  if (!mesh) throw new Error("no mesh");
  return mesh;
}

describe("what a control plane says of its mesh", () => {
  const trust = (domain: string): JsonObject => ({ security: { trust: { domain } } });
  const applied = (appliedSpec: JsonObject, observedGeneration: number): JsonObject => ({
    appliedSpec,
    observedGeneration,
  });
  const cases: readonly (readonly [
    name: string,
    spec: JsonObject,
    status: JsonObject,
    expected: Partial<Record<keyof Mesh, Json>>,
  ])[] = [
    [
      "defaults",
      {},
      {},
      {
        version: "",
        mode: "MultiTenant",
        trustDomain: "cluster.local",
        clusterDomain: "cluster.local",
        network: null,
        trustDomainAliases: [],
      },
    ],
    [
      "the spec",
      { version: "v2.6", mode: "ClusterWide", cluster: { network: "n1" }, ...trust("a.example") },
      {},
      { version: "v2.6", mode: "ClusterWide", network: "n1", trustDomain: "a.example" },
    ],
    [
      "the profile's values, of this generation",
      {},
      applied({ version: "v2.6", mode: "ClusterWide", cluster: { network: "n1" }, ...trust("b.example") }, 3),
      { version: "v2.6", mode: "ClusterWide", network: "n1", trustDomain: "b.example" },
    ],
    [
      "not those of an older generation",
      {},
      applied({ version: "v2.5", mode: "ClusterWide", ...trust("b.example") }, 2),
      { version: "", mode: "MultiTenant", trustDomain: "cluster.local" },
    ],
    ["the spec before the profile", trust("a.example"), applied(trust("b.example"), 3), { trustDomain: "a.example" }],
    [
      "null reads like absent",
      { mode: null, security: { trust: null } },
      {},
      { mode: "MultiTenant", trustDomain: "cluster.local" },
    ],
    [
      "a cluster domain of its own",
      { proxy: { networking: { clusterDomain: "corp.internal" } } },
      {},
      { clusterDomain: "corp.internal" },
    ],
    [
      "aliases of techPreview",
      { techPreview: { meshConfig: { trustDomainAliases: ["z", "y"] } } },
      {},
      { trustDomainAliases: ["y", "z"] },
    ],
    [
      "additionalDomains override them",
      {
        security: { trust: { additionalDomains: ["x", "x"] } },
        techPreview: { meshConfig: { trustDomainAliases: ["z"] } },
      },
      {},
      { trustDomainAliases: ["x"] },
    ],
    [
      "empty additionalDomains do not",
      { security: { trust: { additionalDomains: [] } }, techPreview: { meshConfig: { trustDomainAliases: ["z"] } } },
      {},
      { trustDomainAliases: ["z"] },
    ],
  ];
  for (const [name, spec, status, expected] of cases) {
    test(name, () => expect(meshOf(spec, status)).toMatchObject(expected));
  }

  test("its id and its istiod are named after it", () => {
    const mesh = meshOf({});
    expect(mesh.id).toBe("one/mesh/basic");
    expect(mesh.istiod).toEqual({
      cluster: "one",
      group: "apps",
      kind: "Deployment",
      namespace: "mesh",
      name: "istiod-basic",
    });
  });

  test("a status without generations is of this generation", () => {
    expect(meshOf({}, { appliedSpec: { version: "v2.6" } }, null).version).toBe("v2.6");
  });
});

describe("roots", () => {
  const roots = (inputs: readonly ClusterInput[]): Mesh["roots"] | undefined =>
    takeInventory(inputs).meshes.find(({ cluster }) => cluster === "west")?.roots;
  const at = "west ConfigMap istio-system/istio-ca-root-cert";

  test("are what istiod publishes, byte for byte", () => {
    const known = roots(twoMeshes());
    expect(known).toMatchObject({ known: true, value: { pem: pem("west"), source: { name: "istio-ca-root-cert" } } });
    expect(known?.known && known.value.certificates.length).toBe(1);
  });

  test("of several certificates are all counted, each once", () => {
    const bundle = roots(
      changed(twoMeshes(), at, { "/data/root-cert.pem": `${pem("west")}${pem("old")}${pem("west")}` }),
    );
    expect(bundle?.known && bundle.value.certificates.length).toBe(2);
  });

  const unknown: readonly (readonly [string, readonly ClusterInput[]])[] = [
    ["without the ConfigMap", changed(twoMeshes(), at, undefined)],
    ["without a certificate in it", changed(twoMeshes(), at, { "/data/root-cert.pem": "none" })],
    ["under another key", changed(twoMeshes(), at, { "/data": { "ca.crt": pem("west") } })],
  ];
  for (const [name, inputs] of unknown) {
    test(`are not known ${name}`, () => {
      expect(roots(inputs)).toMatchObject({
        known: false,
        why: { code: "MF054", params: { mesh: "istio-system/basic" } },
      });
    });
  }
});

describe("objects that cannot be read", () => {
  const service = "west Service sales/orders";
  const cases: readonly (readonly [at: string, path: string, value: Json, field: string])[] = [
    [service, "/spec/ports", "http", "/spec/ports"],
    [service, "/spec/ports/0/port", "8080", "/spec/ports/0/port"],
    [service, "/spec/ports/0/targetPort", { port: 1 }, "/spec/ports/0/targetPort"],
    [service, "/spec/selector", { app: 1 }, "/spec/selector/app"],
    [service, "/metadata/labels", [], "/metadata/labels"],
    ["west ServiceMeshPeer istio-system/east-mesh", "/spec/remote/addresses", "1.2.3.4", "/spec/remote/addresses"],
    [
      "west ExportedServiceSet istio-system/east-mesh",
      "/spec/exportRules/1/nameSelector",
      "*",
      "/spec/exportRules/1/nameSelector",
    ],
  ];
  for (const [at, path, value, field] of cases) {
    test(`${at.split(" ")[1]} with ${JSON.stringify(value)} at ${path}`, () => {
      const inventory = takeInventory(changed(twoMeshes(), at, { [path]: value }));
      expect(ofCode(inventory.findings, "MF050").map(({ params }) => params["field"])).toEqual([field]);
      const cluster = inventory.clusters.find(({ id }) => id === "west");
      expect(cluster && findTyped(cluster, "Service", "sales", "stock")).toBeDefined();
      expect(cluster && findTyped(cluster, "Service", "sales", "orders") === undefined).toBe(at === service);
      expect(cluster?.objects.size).toBe(takeInventory(twoMeshes()).clusters[1]?.objects.size);
    });
  }

  test("fields that nobody uses may be of any type", () => {
    expect(
      codesOf(
        takeInventory(changed(twoMeshes(), service, { "/spec/publishNotReadyAddresses": 7, "/status/conditions": "?" }))
          .findings,
      ),
    ).toEqual([]);
  });
});

test("a cluster with objects but without a control plane is reported, an empty one is not", () => {
  const bare = clusterInput("bare", [kubeObject("bare", "v1", "Namespace", null, "shop")]);
  expect(codesOf(takeInventory([bare]).findings)).toEqual(["MF051"]);
  expect(codesOf(takeInventory([clusterInput("empty", [])]).findings)).toEqual([]);
});

test("a peer outside of every control plane's namespace is reported and belongs to no mesh", () => {
  const stray = kubeObject("west", "federation.maistra.io/v1", "ServiceMeshPeer", "sales", "lost", { spec: {} });
  const inventory = takeInventory(added(twoMeshes(), stray));
  expect(ofCode(inventory.findings, "MF052").map(({ params }) => params)).toEqual([{ peer: "sales/lost" }]);
  expect(inventory.meshes.map(({ peers }) => peers.length)).toEqual([1, 1]);
});

test("clusters and meshes come in the order of their names, findings of the sources first", () => {
  const inputs = twoMeshes();
  expect(takeInventory([...inputs].reverse())).toEqual(takeInventory(inputs));
  const backwards = inputs.map((input) => ({ ...input, objects: [...input.objects].reverse() }));
  expect(takeInventory(backwards)).toEqual(takeInventory(inputs));
  expect(takeInventory(inputs).clusters.map(({ id }) => id)).toEqual(["east", "west"]);
});

test("a kind that is not named was not supplied", () => {
  const [cluster] = takeInventory(twoMeshes()).clusters;
  expect(cluster && [coverageOf(cluster, "Pod"), coverageOf(cluster, "Node")]).toEqual(["listed", "not-supplied"]);
});
