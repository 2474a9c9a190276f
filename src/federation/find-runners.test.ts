// Who runs a service: accounts, sidecars, target ports, from pods, from templates, or as stated.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { JsonObject } from "../core/json.ts";
import type { Config } from "../config/config.ts";
import type { KubeObject } from "../core/object-ref.ts";
import type { ExportedService } from "./federation.ts";
import { examined } from "../../test/support/seen.ts";
import { added, changed, kubeObject, named, type ServiceOf, twoMeshes, workload } from "../../test/support/world.ts";

type ConfigRunner = Config["runners"][number];

const path = "west/sales/orders";
const said = (over: Partial<ConfigRunner> = {}): ConfigRunner => ({
  service: path,
  serviceAccounts: ["stated"],
  sidecar: null,
  targetPorts: {},
  ...over,
});

function world(orders: Partial<ServiceOf>): ClusterInput[] {
  return twoMeshes({
    west: { services: [{ namespace: "sales", name: "orders", ...orders }] },
    link: { exports: [null, [named("sales", "*")]], imports: [[named("*", "*")], null] },
  });
}

function exported(inputs: readonly ClusterInput[], runners: readonly ConfigRunner[] = []): ExportedService {
  const found = examined(inputs, { runners }).federation.exports.find(({ service }) => service.name === "orders");
  if (!found) throw new Error("not exported");
  return found;
}

function runners(inputs: readonly ClusterInput[], stated: readonly ConfigRunner[] = []): unknown {
  const found = exported(inputs, stated).runners;
  if (!found.known) return found.why.params["reason"];
  return found.value.map(({ workload: of, serviceAccount, sidecar, replicas }) => [
    `${of.kind} ${of.name}`,
    serviceAccount,
    sidecar,
    replicas,
  ]);
}

/** The world with every object of a kind in a namespace changed or dropped. */
function without(inputs: readonly ClusterInput[], drop: (object: KubeObject) => boolean): ClusterInput[] {
  return inputs.map((input) => ({ ...input, objects: input.objects.filter((object) => !drop(object)) }));
}

function pod(
  name: string,
  rest: JsonObject,
  labels: JsonObject = { app: "orders" },
  metadata: JsonObject = {},
): KubeObject {
  return kubeObject("west", "v1", "Pod", "sales", name, {
    metadata: { labels, ...metadata },
    spec: { serviceAccountName: "extra", containers: [{ name: "app" }, { name: "istio-proxy" }], ...rest },
    status: { phase: "Running" },
  });
}

describe("runners", () => {
  test("are the workloads of the pods, each account apart, with how many pods each has", () => {
    expect(runners(world({ replicas: 3 }))).toEqual([["Deployment orders", "orders", true, 3]]);
    expect(runners(world({ accounts: ["green", "blue"] }))).toEqual([
      ["Deployment orders", "green", true, 1],
      ["Deployment orders-blue", "blue", true, 1],
    ]);
  });

  test("are the templates where nothing runs: scaled to zero", () => {
    expect(runners(world({ replicas: 0 }))).toEqual([["Deployment orders", "orders", true, 0]]);
    expect(runners(world({ replicas: 0, sidecar: false }))).toEqual([["Deployment orders", "orders", false, 0]]);
  });

  test("without a sidecar are told apart from those with one", () => {
    expect(runners(world({ sidecar: false }))).toEqual([["Deployment orders", "orders", false, 1]]);
    const mixed = added(
      world({}),
      ...workload({ key: "west" }, "sales", "bare", "orders", false, 1, { app: "orders" }, []),
    );
    expect(runners(mixed)).toEqual([
      ["Deployment bare", "orders", false, 1],
      ["Deployment orders", "orders", true, 1],
    ]);
  });

  test("a pod that lacks an account runs as default; deprecated and native forms are read", () => {
    expect(runners(added(world({ accounts: [] }), pod("one", { serviceAccountName: null })))).toEqual([
      ["Pod one", "default", true, 1],
    ]);
    expect(
      runners(added(world({ accounts: [] }), pod("one", { serviceAccountName: "", serviceAccount: "old" }))),
    ).toEqual([["Pod one", "old", true, 1]]);
    const native = pod("one", { containers: [{ name: "app" }], initContainers: [{ name: "istio-proxy" }] });
    expect(runners(added(world({ accounts: [] }), native))).toEqual([["Pod one", "extra", true, 1]]);
  });

  test("that have ended do not count", () => {
    for (const phase of ["Succeeded", "Failed"]) {
      const ended = changed(added(world({}), pod("job", {})), "west Pod sales/job", { "/status/phase": phase });
      expect(runners(ended)).toEqual([["Deployment orders", "orders", true, 1]]);
    }
    expect(runners(added(world({}), pod("job", {})))).toHaveLength(2);
  });

  test("are found by the whole selector, in the Service's namespace only", () => {
    const selects = changed(world({}), "west Service sales/orders", {
      "/spec/selector": { app: "orders", tier: "back" },
    });
    expect(runners(selects)).toBe("no pod and no template matches its selector");
    expect(runners(added(selects, pod("one", {}, { app: "orders", tier: "back", more: "x" })))).toEqual([
      ["Pod one", "extra", true, 1],
    ]);
    const elsewhere = kubeObject("west", "v1", "Pod", "other", "far", {
      ...pod("x", {}, { app: "orders", tier: "back" }).body,
      metadata: { labels: { app: "orders", tier: "back" } },
    });
    expect(runners(added(selects, elsewhere))).toBe("no pod and no template matches its selector");
  });

  const unknown: readonly (readonly [string, readonly ClusterInput[], string])[] = [
    [
      "no workload at all was supplied",
      without(world({}), ({ ref }) => ref.cluster === "west" && ["Pod", "Deployment"].includes(ref.kind)),
      "no pods or Deployments were supplied",
    ],
    ["nothing matches", world({ accounts: [] }), "no pod and no template matches its selector"],
  ];
  for (const [name, inputs, reason] of unknown) {
    test(`are not known where ${name}, unless they are stated`, () => {
      expect(runners(inputs)).toBe(reason);
      expect(exported(inputs).runners).toMatchObject({ why: { code: "MF116", params: { service: path } } });
      expect(runners(inputs, [said({ serviceAccounts: ["b", "a", "b"] })])).toEqual([
        ["Service orders", "a", true, 0],
        ["Service orders", "b", true, 0],
      ]);
      expect(runners(inputs, [said({ sidecar: false })])).toEqual([["Service orders", "stated", false, 0]]);
      expect(runners(inputs, [said({ service: "west/sales/stock" })])).toBe(reason);
    });
  }

  test("that are seen count before what is stated", () => {
    expect(runners(world({}), [said()])).toEqual([["Deployment orders", "orders", true, 1]]);
  });
});

describe("the workload of a pod", () => {
  const owner = (apiVersion: string, kind: string, name: string): JsonObject => ({
    ownerReferences: [{ apiVersion, kind, name, controller: true }],
  });
  const bare = world({ accounts: [] });
  const replicaSet = (name: string, metadata: JsonObject = {}): KubeObject =>
    kubeObject("west", "apps/v1", "ReplicaSet", "sales", name, { metadata });
  const cases: readonly (readonly [string, readonly KubeObject[], string])[] = [
    ["itself without an owner", [pod("one", {})], "Pod one"],
    [
      "itself where no owner controls it",
      [pod("one", {}, { app: "orders" }, { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n" }] })],
      "Pod one",
    ],
    ["a StatefulSet", [pod("one", {}, { app: "orders" }, owner("apps/v1", "StatefulSet", "db"))], "StatefulSet db"],
    [
      "the ReplicaSet's Deployment",
      [
        pod("one", {}, { app: "orders" }, owner("apps/v1", "ReplicaSet", "web-1")),
        replicaSet("web-1", owner("apps/v1", "Deployment", "web")),
      ],
      "Deployment web",
    ],
    [
      "a ReplicaSet of its own",
      [
        pod("one", {}, { app: "orders", "pod-template-hash": "1" }, owner("apps/v1", "ReplicaSet", "web-1")),
        replicaSet("web-1"),
      ],
      "ReplicaSet web-1",
    ],
    [
      "a Deployment by its hash, where the ReplicaSet was not supplied",
      [pod("one", {}, { app: "orders", "pod-template-hash": "77" }, owner("apps/v1", "ReplicaSet", "web-77"))],
      "Deployment web",
    ],
    [
      "the ReplicaSet where the hash does not fit",
      [pod("one", {}, { app: "orders", "pod-template-hash": "78" }, owner("apps/v1", "ReplicaSet", "web-77"))],
      "ReplicaSet web-77",
    ],
    [
      "a DeploymentConfig",
      [
        pod(
          "one",
          {},
          { app: "orders" },
          {
            ...owner("v1", "ReplicationController", "web-3"),
            annotations: { "openshift.io/deployment-config.name": "web" },
          },
        ),
      ],
      "DeploymentConfig web",
    ],
  ];
  for (const [name, objects, expected] of cases) {
    test(`is ${name}`, () => {
      const found = exported(added(bare, ...objects)).runners;
      expect(found.known && found.value.map(({ workload: of }) => `${of.kind} ${of.name}`)).toEqual([expected]);
    });
  }
});

describe("target ports", () => {
  const container = (containerPort: number, protocol?: string): JsonObject => ({
    containers: [
      { name: "istio-proxy" },
      { name: "app", ports: [{ name: "web", containerPort, ...(protocol ? { protocol } : {}) }] },
    ],
  });
  const port = (targetPort: number | string | undefined, ...objects: readonly KubeObject[]): ClusterInput[] =>
    added(
      world({ accounts: [], ports: [{ port: 80, name: "http", ...(targetPort === undefined ? {} : { targetPort }) }] }),
      ...objects,
    );
  const target = (inputs: readonly ClusterInput[], stated: readonly ConfigRunner[] = []): unknown => {
    const found = exported(inputs, stated).ports[0]?.targetPort;
    return found?.known ? found.value : found?.why.params["reason"];
  };

  test("are the port's own number where none is given", () => {
    expect([target(port(undefined)), target(port(0)), target(port("")), target(port(8443))]).toEqual([
      80, 80, 80, 8443,
    ]);
  });
  test("that are named are looked up in the pods, which must agree", () => {
    expect(target(port("web", pod("one", container(8081)), pod("two", container(8081))))).toBe(8081);
    expect(target(port("web", pod("one", container(8081)), pod("two", container(9090))))).toBe(
      "its pods disagree (8081, 9090)",
    );
    expect(target(port("web", pod("one", container(8081)), pod("two", {})))).toBe("its pods disagree (8081, none)");
    expect(target(port("web", pod("one", {})))).toBe("no container port has this name");
    expect(target(port("web", pod("one", container(8081, "UDP"))))).toBe("no container port has this name");
  });
  test("are taken from the template of what is scaled to zero", () => {
    expect(target(world({ replicas: 0, ports: [{ port: 80, name: "http", targetPort: "web" }] }))).toBe(8443);
  });
  test("may be stated where pods disagree or are missing", () => {
    const stated = [said({ targetPorts: { web: 7000 } })];
    expect(target(port("web", pod("one", container(8081)), pod("two", container(9090))), stated)).toBe(7000);
    expect(target(port("web"), stated)).toBe(7000);
    expect(target(port("web"), [said({ targetPorts: { toString: 1 } })])).toBe("no container port has this name");
    expect(target(port("toString"), [said()])).toBe("no container port has this name");
    expect(target(port("web", pod("one", container(8081))), stated)).toBe(8081);
  });
  test("of several ports are each their own", () => {
    const inputs = world({
      ports: [
        { port: 80, name: "http", targetPort: "web" },
        { port: 81, name: "admin", targetPort: 8181 },
      ],
    });
    expect(exported(inputs).ports.map(({ name, targetPort }) => [name, targetPort.known && targetPort.value])).toEqual([
      ["http", 8443],
      ["admin", 8181],
    ]);
  });
});
