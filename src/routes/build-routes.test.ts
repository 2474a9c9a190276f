// Routes as a whole: one per importer and host, with the namespaces of its clients.
import { describe, expect, test } from "vitest";
import { injectedWorkloads } from "./client-namespaces.ts";
import { examined, ofCode } from "../../test/support/seen.ts";
import { added, changed, kubeObject, makeWorld, named, twoMeshes, workload } from "../../test/support/world.ts";

describe("clients", () => {
  const clients = (inputs: Parameters<typeof examined>[0]): readonly string[] | undefined =>
    examined(inputs).routes[0]?.clientNamespaces;
  const join = (namespace: string) =>
    changed(twoMeshes(), "east ServiceMeshMemberRoll istio-system/default", {
      "/spec/members": ["shop", "till", namespace],
    });

  test("are the members with injected workloads, sorted, without the control plane's namespace", () => {
    expect(clients(twoMeshes())).toEqual(["shop", "till"]);
    expect(clients(twoMeshes({ east: { clients: ["zoo", "aviary"] } }))).toEqual(["aviary", "zoo"]);
  });
  test("are not namespaces outside of the mesh", () => {
    expect(
      clients(changed(twoMeshes(), "east ServiceMeshMemberRoll istio-system/default", { "/spec/members": ["till"] })),
    ).toEqual(["till"]);
  });
  test("are not members whose workloads have no sidecar", () => {
    const lab = (sidecar: boolean) =>
      added(join("lab"), ...workload({ key: "east" }, "lab", "tool", "tool", sidecar, 1, { app: "tool" }, []));
    expect(clients(lab(false))).toEqual(["shop", "till"]);
    expect(clients(lab(true))).toEqual(["lab", "shop", "till"]);
  });
  test("are also those that are scaled to zero", () => {
    expect(
      clients(added(join("lab"), ...workload({ key: "east" }, "lab", "tool", "tool", true, 0, { app: "tool" }, []))),
    ).toEqual(["lab", "shop", "till"]);
  });
  test("count each workload once, pod and template alike", () => {
    const { inventory, podsOf } = examined(twoMeshes());
    const [mesh] = inventory.meshes;
    const found = mesh
      ? injectedWorkloads(mesh, podsOf(mesh))
      : new Map<string, readonly { readonly name: string }[]>();
    expect([...found].map(([namespace, refs]) => [namespace, refs.map(({ name }) => name)])).toEqual([
      ["shop", ["caller"]],
      ["till", ["caller"]],
    ]);
  });
});

test("a host without clients is carried, and reported", () => {
  const { routes, findings } = examined(twoMeshes({ east: { clients: [] } }));
  expect(routes.map(({ carry, clientNamespaces }) => [carry.mode, clientNamespaces])).toEqual([
    ["passthrough", []],
    ["passthrough", []],
  ]);
  expect(ofCode(findings, "MF209")).toHaveLength(2);
});

test("one service imported by two meshes makes a route for each", () => {
  const inputs = makeWorld({
    meshes: [
      { key: "hub", services: [{ namespace: "a", name: "one" }] },
      { key: "left", clients: ["x"] },
      { key: "right", clients: ["y"] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key],
      exports: [[named("a", "one")], null],
      imports: [null, [named("*", "*")]],
    })),
  });
  expect(
    examined(inputs).routes.map(({ id, clientNamespaces, backends }) => [id, clientNamespaces, backends.length]),
  ).toEqual([
    ["left/istio-system/basic|one.a.svc.hub-mesh-imports.local", ["x"], 1],
    ["right/istio-system/basic|one.a.svc.hub-mesh-imports.local", ["y"], 1],
  ]);
});

test("a running Pod of the importer that belongs to nobody is a client too", () => {
  const pod = kubeObject("east", "v1", "Pod", "shop", "lone", {
    spec: { containers: [{ name: "istio-proxy" }] },
    status: { phase: "Running" },
  });
  const { inventory, podsOf } = examined(added(twoMeshes(), pod));
  const [mesh] = inventory.meshes;
  expect(
    mesh &&
      injectedWorkloads(mesh, podsOf(mesh))
        .get("shop")
        ?.map(({ kind, name }) => `${kind} ${name}`),
  ).toEqual(["Deployment caller", "Pod lone"]);
});
