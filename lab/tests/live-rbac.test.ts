// The least roles on a real API server: reading with exactly them, with one kind less, and what is said to be missing before a run.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { pluralOf } from "../../src/core/plural.ts";
import { missingPermissions } from "../../src/kube/live/missing-permissions.ts";
import { readLive } from "../../src/kube/sources/live/read-live.ts";
import { kindsRead } from "../../src/pipeline.ts";
import { type Permission, permissionsToRead } from "../../src/plan/permission.ts";
import { rolesOf } from "../../src/plan/roles.ts";
import type { Manifest } from "../api/live-object.ts";
import { readKubeconfig } from "../api/kubeconfig.ts";
import { liveClient } from "./live-world.ts";
import { newNamespace, type SharedCluster, sharedCluster } from "./shared-cluster.ts";

const east = clusterId("east");

test("plurals that are guessed are those of the server", async () => {
  const client = await liveClient(await sharedCluster("east"));
  const served = await Promise.all(
    kindsRead.map(async (key) => {
      const dot = key.indexOf(".");
      return client.served(dot < 0 ? { group: "", kind: key } : { group: key.slice(dot + 1), kind: key.slice(0, dot) });
    }),
  );
  const there = served.filter((each) => each !== null);
  expect(there.length).toBeGreaterThan(25);
  expect(there.map(({ kind }) => pluralOf(kind))).toEqual(there.map(({ plural }) => plural));
});

/** A service account with these permissions and no others, through roles as `meshferry rbac` prints them. */
async function accountWith(cluster: SharedCluster, namespace: string, permissions: readonly Permission[]) {
  const name = `m-${Math.random().toString(36).slice(2, 10)}`;
  await cluster.api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } });
  const manifests = rolesOf(permissions, east, {
    notThereYet: [],
    subject: { kind: "ServiceAccount", namespace, name },
  });
  for (const each of manifests) {
    const object = renamed(each, name) as Manifest;
    await cluster.api.create(object);
    const { apiVersion, kind, metadata } = object;
    const { name: own, namespace: place } = metadata;
    if (place === undefined && typeof own === "string")
      onTestFinished(async () => void (await cluster.api.delete({ apiVersion, kind, name: own })));
  }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} });
  const answer = JSON.parse(await cluster.api.text("POST", path, { body })) as Json;
  const status = isJsonObject(answer) ? answer["status"] : undefined;
  const { server, authority } = await readKubeconfig(cluster.cluster.kubeconfig);
  const folder = await mkdtemp(join(tmpdir(), "meshferry-rbac-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = join(folder, "config");
  const config = {
    clusters: [
      { name: "c", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } },
    ],
    users: [{ name: "u", user: { token: isJsonObject(status) ? status["token"] : "" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await writeFile(file, JSON.stringify(config));
  return liveClient(cluster, file);
}

/** The same roles for another test at the same time: every name of its own. */
function renamed(manifest: JsonObject, suffix: string): JsonObject {
  return JSON.parse(
    JSON.stringify(manifest).replaceAll(/"name":"(meshferry-[a-z]+)"/gu, `"name":"$1-${suffix}"`),
  ) as JsonObject;
}

const reading = (secrets = false) => permissionsToRead(east, kindsRead, secrets);
const asOf = new Date().toISOString();

test("with exactly the roles for reading everything is read, as by an administrator", async () => {
  const cluster = await sharedCluster("east");
  const namespace = await newNamespace(cluster);
  const client = await accountWith(cluster, namespace, reading(true));
  const read = await readLive(client, { kinds: kindsRead, asOf });
  const all = await readLive(await liveClient(cluster), { kinds: kindsRead, asOf });
  expect([read.coverage, read.findings]).toEqual([all.coverage, all.findings]);
  expect(Object.values(read.coverage)).not.toContain("forbidden");
  // Without Secrets, as usual: everything else is there, and nothing is said of them.
  const usual = await readLive(await accountWith(cluster, namespace, reading()), { kinds: kindsRead, asOf });
  expect([usual.coverage, usual.findings]).toEqual([{ ...all.coverage, Secret: "forbidden" }, []]);
});

test("with one of them less that kind is forbidden, and said to be", async () => {
  const cluster = await sharedCluster("east");
  const namespace = await newNamespace(cluster);
  for (const kind of ["Service", "ServiceMeshPeer"]) {
    const client = await accountWith(
      cluster,
      namespace,
      reading().filter((each) => each.kind !== kind),
    );
    const { coverage, findings } = await readLive(client, { kinds: kindsRead, asOf });
    const key = kindsRead.find((each) => each.split(".")[0] === kind) ?? "";
    expect(coverage[key]).toBe("forbidden");
    expect(findings.map(({ code, params }) => [code, params["kinds"]])).toEqual([["MF804", key]]);
  }
});

test("what may be read in one namespace only is read there", async () => {
  const cluster = await sharedCluster("east");
  const namespace = await newNamespace(cluster);
  const metadata = { namespace, name: "mine" };
  await cluster.api.create({ apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }] } });
  const own: Permission[] = reading()
    .filter(({ kind }) => kind === "Service")
    .map((each) => ({ ...each, namespace, why: "write" }));
  const client = await accountWith(cluster, namespace, [...reading().filter(({ kind }) => kind !== "Service"), ...own]);
  const { coverage, objects, findings } = await readLive(client, { kinds: kindsRead, asOf });
  expect(coverage["Service"]).toBe("forbidden");
  expect(objects.filter(({ ref }) => ref.kind === "Service").map(({ ref }) => ref.name)).toEqual(["mine"]);
  expect(findings).toMatchObject([{ code: "MF805", params: { kinds: "Service", namespaces: namespace } }]);
});

test("permissions are checked before a run, by name and by subresource", async () => {
  const cluster = await sharedCluster("east");
  const namespace = await newNamespace(cluster);
  const may = (
    verb: Permission["verb"],
    kind: string,
    name: string | null,
    subresource: string | null = null,
  ): Permission => ({
    ...{ cluster: east, verb, group: "", kind, subresource, namespace, name },
    ...{ why: "write", optional: false, later: false },
  });
  const given = [may("patch", "Secret", "cacerts"), may("get", "Pod", null, "exec"), may("create", "ConfigMap", "a")];
  const client = await accountWith(cluster, namespace, given);
  const lacking = [
    may("get", "Secret", "cacerts"),
    may("patch", "Secret", "other"),
    may("get", "Pod", null),
    may("create", "ConfigMap", "b"),
  ];
  const clients = new Map([[east, client]]);
  expect(await missingPermissions([...given, ...lacking], clients)).toEqual(lacking);
  // As Kubernetes 1.34 sees it, server-side apply of what is not there needs create and patch, of that very name.
  const body = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name } });
  const ref = (name: string) => ({ cluster: east, group: "", kind: "ConfigMap", namespace, name });
  await expect(client.apply(ref("a"), body("a"))).rejects.toMatchObject({ reason: "forbidden" });
  const whole = await accountWith(cluster, namespace, [...given, may("patch", "ConfigMap", "a")]);
  expect((await whole.apply(ref("a"), body("a"))).ref).toEqual(ref("a"));
  await expect(whole.apply(ref("b"), body("b"))).rejects.toMatchObject({ reason: "forbidden" });
});
