// The API server takes and refuses the kinds of OSSM 2 and of OSSM 3's operator as the real ones do.
import { expect, test } from "vitest";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

const federation = "federation.maistra.io/v1";

test("the status of an export is refused as a whole when two services have one exported name", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  const name = { apiVersion: federation, kind: "ExportedServiceSet", namespace, name: "west-mesh" };
  await east.api.create({
    apiVersion: federation,
    kind: "ExportedServiceSet",
    metadata: { namespace, name: "west-mesh" },
    spec: { exportRules: [{ type: "NameSelector", nameSelector: { namespace: "a" } }] },
  });
  const row = (service: string, exportedName: string) => ({
    localService: { name: service, namespace: "a", hostname: `${service}.a.svc.cluster.local` },
    exportedName,
  });
  const status = async (...exportedServices: readonly ReturnType<typeof row>[]) =>
    east.api.patch(name, "merge", { status: { exportedServices } }, "status");
  const written = await status(row("one", "one.a.svc.west-mesh-exports.local"));
  expect(written["status"]).toEqual({ exportedServices: [row("one", "one.a.svc.west-mesh-exports.local")] });
  await expect(status(row("one", "same.host"), row("two", "same.host"))).rejects.toThrow("Duplicate value");
  expect((await east.api.get(name))?.["status"]).toEqual(written["status"]);
});

test("rules are checked for their type's presence, and for nothing that federation would look at", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  const set = (name: string, rule: { readonly type?: string; readonly importAsLocal?: boolean }) => ({
    apiVersion: federation,
    kind: "ImportedServiceSet",
    metadata: { namespace, name },
    spec: { importRules: [rule] },
  });
  await east.api.create(set("nonsense", { type: "NoSuchSelector", importAsLocal: true }));
  await expect(east.api.create(set("untyped", {}))).rejects.toThrow("spec.importRules[0].type: Required value");
});

test("a control plane keeps every field of its spec, and is known by its short name", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  const spec = {
    version: "v2.6",
    mode: "ClusterWide",
    addons: { grafana: { enabled: false } },
    gateways: { additionalIngress: { one: { enabled: true, service: { ports: [{ port: 15443, name: "tls" }] } } } },
  };
  const made = await east.api.create({
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    metadata: { namespace, name: "basic" },
    spec,
  });
  expect(made["spec"]).toEqual(spec);
  expect((await east.kubectl("get", "smcp", "-n", namespace, "-o", "name")).stdout).toBe(
    "servicemeshcontrolplane.maistra.io/basic\n",
  );
});

test("an Istio has its defaults, and cannot move to another namespace", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  const name = { apiVersion: "sailoperator.io/v1", kind: "Istio", name: namespace };
  const made = await east.api.create({
    apiVersion: "sailoperator.io/v1",
    kind: "Istio",
    metadata: { name: namespace },
    spec: { version: "v1.28.3", values: { pilot: { env: { A: "b" } } } },
  });
  try {
    expect(made["spec"]).toEqual({
      version: "v1.28.3",
      namespace: "istio-system",
      updateStrategy: { type: "InPlace" },
      values: { pilot: { env: { A: "b" } } },
    });
    const moved = east.api.patch(name, "merge", { spec: { namespace: "elsewhere" } });
    await expect(moved).rejects.toThrow("Value is immutable");
  } finally {
    await east.api.delete(name);
  }
});
