// The product's client against a real API server: reads, writes, refusals, watches.
import { expect, test } from "vitest";
import type { ChangeEvent } from "../../src/kube/live/cluster-client.ts";
import { liveClient, refTo } from "./live-world.ts";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

const kind = { group: "", kind: "ConfigMap" };

async function world() {
  const east = await sharedCluster("east");
  const client = await liveClient(east);
  const namespace = await newNamespace(east);
  const ref = (name: string) => refTo(client, "ConfigMap", namespace, name);
  const body = (name: string, data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name },
    data,
  });
  return { api: east.api, client, namespace, ref, body };
}

test("kinds are found with their group, version and verbs; others are not installed", async () => {
  const { client } = await world();
  expect(await client.served({ group: "networking.istio.io", kind: "ServiceEntry" })).toEqual({
    group: "networking.istio.io",
    version: "v1beta1",
    kind: "ServiceEntry",
    plural: "serviceentries",
    namespaced: true,
    verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
  });
  expect(await client.served({ group: "", kind: "Node" })).toMatchObject({ plural: "nodes", namespaced: false });
  expect(await client.served({ group: "example.test", kind: "ServiceEntry" })).toBe(null);
  await expect(client.list({ group: "example.test", kind: "Peer" })).rejects.toMatchObject({ reason: "not-installed" });
});

test("an apply with a version that no object has makes what is not there, and touches nothing that is", async () => {
  const { client, namespace, ref, body } = await world();
  const entry = refTo(client, "ServiceEntry", namespace, "one", "networking.istio.io");
  const entryBody = {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { namespace, name: "one" },
    spec: { hosts: ["a.test"] },
  };
  for (const [of, wanted] of [
    [ref("one"), body("one", { a: "1" })],
    [entry, entryBody],
  ] as const) {
    const onlyNew = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: "1" } };
    const made = await client.apply(of, onlyNew);
    await expect(client.apply(of, onlyNew)).rejects.toMatchObject({ reason: "conflict", conflicts: [] });
    expect(await client.get(of)).toEqual(made);
  }
});

test("objects are made, applied, patched, replaced and deleted", async () => {
  const { client, ref, body } = await world();
  expect(await client.get(ref("one"))).toBe(null);
  const made = await client.create(ref("one"), body("one", { a: "1" }));
  expect(made).toMatchObject({ ref: ref("one"), apiVersion: "v1", origin: { cluster: "east" } });
  expect(await client.get(ref("one"))).toEqual(made);
  expect((await client.apply(ref("one"), body("one", { b: "2" }))).body["data"]).toEqual({ a: "1", b: "2" });
  expect((await client.mergePatch(ref("one"), { data: { a: null } })).body["data"]).toEqual({ b: "2" });
  const ops = [
    { op: "test", path: "/data/b", value: "2" },
    { op: "add", path: "/data/c", value: "3" },
  ];
  expect((await client.patch(ref("one"), ops, { dryRun: true })).body["data"]).toEqual({ b: "2", c: "3" });
  const patched = await client.patch(ref("one"), ops);
  const metadata = patched.body["metadata"] as { readonly uid: string; readonly resourceVersion: string };
  const replacement = { ...body("one", { d: "4" }), metadata };
  expect((await client.replace(ref("one"), replacement)).body["data"]).toEqual({ d: "4" });
  // The version that was replaced is gone.
  await expect(client.replace(ref("one"), replacement)).rejects.toMatchObject({ reason: "conflict", status: 409 });
  const { resourceVersion } = metadata;
  await expect(client.delete(ref("one"), { resourceVersion })).rejects.toMatchObject({ reason: "conflict" });
  await expect(client.delete(ref("one"), { uid: "another" })).rejects.toMatchObject({ reason: "conflict" });
  expect(await client.delete(ref("one"), { uid: metadata.uid }, { dryRun: true })).toBe(true);
  expect(await client.delete(ref("one"), { uid: metadata.uid })).toBe(true);
  expect(await client.delete(ref("one"))).toBe(false);
});

test("refusals say why, and conflicts name who manages which field", async () => {
  const { api, client, namespace, ref, body } = await world();
  await api.apply(body("one", { a: "1", b: "2" }), "a-colleague");
  await expect(client.apply(ref("one"), body("one", { a: "3", b: "2" }))).rejects.toMatchObject({
    reason: "conflict",
    conflicts: [{ manager: "a-colleague", field: ".data.a" }],
  });
  expect((await client.apply(ref("one"), body("one", { a: "3" }), { force: true })).body["data"]).toMatchObject({
    a: "3",
  });
  await expect(client.create(ref("one"), body("one", {}))).rejects.toMatchObject({ reason: "conflict", conflicts: [] });
  const wrong = [{ op: "test", path: "/data/a", value: "1" }];
  await expect(client.patch(ref("one"), wrong)).rejects.toMatchObject({ reason: "patch-test-failed" });
  await expect(client.patch(ref("one"), [{ op: "remove", path: "/data/z" }])).rejects.toMatchObject({
    reason: "patch-test-failed",
  });
  const immutable = [{ op: "replace", path: "/metadata/name", value: "two" }];
  await expect(client.patch(ref("one"), immutable)).rejects.toMatchObject({ status: 400, reason: "invalid" });
  const noKey = [{ op: "add", path: "/data/not~1a~1key", value: "1" }];
  await expect(client.patch(ref("one"), noKey)).rejects.toMatchObject({ status: 422, reason: "invalid" });
  await expect(client.patch(ref("none"), wrong)).rejects.toMatchObject({ reason: "not-found" });
  await expect(client.apply(ref("one"), { ...body("one", {}), data: { a: 5 } })).rejects.toMatchObject({
    reason: "invalid",
  });
  const service = { apiVersion: "v1", kind: "Service", metadata: { namespace, name: "s" }, spec: { ports: [] } };
  await expect(client.create(refTo(client, "Service", namespace, "s"), service)).rejects.toMatchObject({
    reason: "invalid",
    status: 422,
  });
});

/** Kubernetes, and istiod where one is, put a ConfigMap with their roots into every namespace. */
const madeHere = "metadata.name!=kube-root-ca.crt,metadata.name!=istio-ca-root-cert";

test("lists come in pages", async () => {
  const { client, namespace, ref, body } = await world();
  const names = Array.from({ length: 1001 }, (_, index) => `n-${String(index).padStart(4, "0")}`);
  for (let at = 0; at < names.length; at += 100)
    await Promise.all(names.slice(at, at + 100).map(async (name) => client.create(ref(name), body(name, {}))));
  const { objects } = await client.list(kind, { namespace, fields: madeHere });
  expect(objects.map((object) => object.ref.name)).toEqual(names);
  expect((await client.list(kind, { namespace, fields: "metadata.name=n-0007" })).objects).toHaveLength(1);
});

test("of Secrets metadata alone is read, and writing them answers no more", async () => {
  const { api, client, namespace } = await world();
  const data = { key: Buffer.from("canary-value").toString("base64") };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace, name: "s", labels: { a: "b" } } };
  await api.create({
    ...secret,
    data,
    metadata: {
      ...secret.metadata,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ ...secret, data }), x: "y" },
    },
  });
  const ref = refTo(client, "Secret", namespace, "s");
  await expect(client.get(ref)).rejects.toThrow("without metadataOnly");
  await expect(client.list({ group: "", kind: "Secret" })).rejects.toThrow("without metadataOnly");
  expect(() => client.watch({ group: "", kind: "Secret" }, {}, AbortSignal.abort())).toThrow("without metadataOnly");
  const { objects } = await client.list({ group: "", kind: "Secret" }, { namespace, metadataOnly: true });
  const answers = [
    ...objects,
    await client.getMetadata(ref),
    await client.patch(ref, [{ op: "add", path: "/data/other", value: data.key }]),
    await client.mergePatch(ref, { metadata: { annotations: { z: "1" } } }),
    await client.apply(ref, { ...secret, data: { third: data.key } }),
  ];
  for (const answer of answers) {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "", x: "y" };
    expect(answer).toMatchObject({ apiVersion: "v1", body: { ...secret, metadata: { annotations } } });
    expect(Object.keys(answer?.body ?? {})).toEqual(["apiVersion", "kind", "metadata"]);
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`canary|${data.key}`, "u"));
  }
});

test("a watch shows what is there and what changes, until its signal ends it", async () => {
  const { client, namespace, ref, body } = await world();
  await client.create(ref("before"), body("before", {}));
  const end = new AbortController();
  const seen: string[] = [];
  for await (const event of client.watch(kind, { namespace, fields: madeHere }, end.signal)) {
    seen.push(textOf(event));
    if (seen.length === 1) await client.create(ref("after"), body("after", {}));
    if (seen.length === 2) await client.mergePatch(ref("after"), { data: { a: "1" } });
    if (seen.length === 3) await client.delete(ref("before"));
    if (seen.length === 4) end.abort();
  }
  expect(seen).toEqual(["added before", "added after", "modified after", "deleted before"]);
});

const textOf = (event: ChangeEvent) =>
  event.type === "restarted" ? event.type : `${event.type} ${event.object.ref.name}`;

test("what this user may do is asked", async () => {
  const { client, namespace } = await world();
  expect(await client.may("patch", "secrets", "", { namespace, name: "cacerts" })).toBe(true);
});
