// Who a real API server takes the product's client for, in the ways that kubeconfigs have of saying it; and what a proxy before it sees.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import { readKubeconfig } from "../api/kubeconfig.ts";
import { until } from "../machine/until.ts";
import { liveClient } from "./live-world.ts";
import { newNamespace, type SharedCluster, sharedCluster } from "./shared-cluster.ts";

async function world() {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  const folder = await mkdtemp(join(tmpdir(), "meshferry-auth-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const { server, authority } = await readKubeconfig(east.cluster.kubeconfig);
  const trusted = { server, "certificate-authority-data": Buffer.from(authority, "utf8").toString("base64") };
  const client = async (user: JsonObject, cluster: JsonObject = {}) => {
    const file = join(folder, "config");
    const config = {
      clusters: [{ name: "c", cluster: { ...trusted, ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(file, JSON.stringify(config));
    return liveClient(east, file);
  };
  return { east, namespace, folder, server, client };
}

/** A service account that may do nothing, and a token of its own. */
async function tokenOf({ api }: SharedCluster, namespace: string, name: string): Promise<string> {
  await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } }, "tests");
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = JSON.stringify({
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600 },
  });
  const answer = JSON.parse(await api.text("POST", path, { body })) as Json;
  const status = isJsonObject(answer) ? answer["status"] : undefined;
  return isJsonObject(status) && typeof status["token"] === "string" ? status["token"] : "";
}

/** Of the server's own words: whoever may not list Nodes is named in the refusal. */
async function whoIs(client: ClusterClient): Promise<string> {
  try {
    await client.list({ group: "", kind: "Node" });
    return "somebody who may";
  } catch (error) {
    return /User "([^"]*)"/u.exec(String(error))?.[1] ?? String(error);
  }
}

test("a token, a token's file, impersonation, nobody", async () => {
  const { east, namespace, folder, client } = await world();
  const token = await tokenOf(east, namespace, "reader");
  const reader = `system:serviceaccount:${namespace}:reader`;
  expect(await whoIs(await client({ token }))).toBe(reader);
  await writeFile(join(folder, "token"), `${token}\n`);
  expect(await whoIs(await client({ tokenFile: "token" }))).toBe(reader);
  await expect((await client({ token: "not-one" })).list({ group: "", kind: "Node" })).rejects.toMatchObject({
    reason: "unauthorized",
  });
  // Without credentials everybody is system:anonymous, who may not even ask what there is.
  await expect((await client({})).list({ group: "", kind: "Node" })).rejects.toMatchObject({ reason: "forbidden" });
  const admin = await readKubeconfig(east.cluster.kubeconfig);
  const certificate = {
    "client-certificate-data": Buffer.from(admin.certificate, "utf8").toString("base64"),
    "client-key-data": Buffer.from(admin.key, "utf8").toString("base64"),
  };
  expect(await whoIs(await client(certificate))).toBe("somebody who may");
  expect(await whoIs(await client({ ...certificate, as: "other", "as-groups": ["system:authenticated"] }))).toBe(
    "other",
  );
});

test("a client certificate as files, also for programs in pods", async () => {
  const { east, folder, client } = await world();
  const { certificate, key } = await readKubeconfig(east.cluster.kubeconfig);
  await writeFile(join(folder, "me.crt"), certificate);
  await writeFile(join(folder, "me.key"), key);
  const admin = await client({ "client-certificate": "me.crt", "client-key": "me.key" });
  expect(await whoIs(admin)).toBe("somebody who may");
  // The upgrade of a WebSocket carries it too: what is refused is the pod, not the user.
  const pod = { cluster: admin.id, group: "", kind: "Pod", namespace: "default", name: "none" };
  await expect(admin.exec(pod, "c", ["true"])).rejects.toMatchObject({ reason: "not-found" });
  const files = { "client-certificate": "me.crt", "client-key": "me.key", as: "other" };
  const other = await client({ ...files, "as-groups": ["system:authenticated"] });
  await expect(other.exec(pod, "c", ["true"])).rejects.toThrow('User "other" cannot');
  const several = await client({ ...files, "as-groups": ["system:authenticated", "more"] });
  await expect(several.exec(pod, "c", ["true"])).rejects.toMatchObject({ reason: "invalid" });
});

test("an exec plugin whose token is no longer taken is asked again, and the request repeated", async () => {
  const { east, namespace, folder, client } = await world();
  const [first, second] = [await tokenOf(east, namespace, "first"), await tokenOf(east, namespace, "second")];
  const answer = async (token: string) => {
    const text = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } };
    await writeFile(join(folder, "answer"), JSON.stringify(text));
  };
  const script = '#!/bin/sh\ncd "$(dirname "$0")" && echo run >> runs && cat answer\n';
  await writeFile(join(folder, "plugin"), script);
  await chmod(join(folder, "plugin"), 0o755);
  await answer(first);
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin", interactiveMode: "Never" };
  const asked = await client({ exec });
  const runs = async () => (await readFile(join(folder, "runs"), "utf8")).trim().split("\n").length;
  expect([await whoIs(asked), await whoIs(asked), await runs()]).toEqual([
    `system:serviceaccount:${namespace}:first`,
    `system:serviceaccount:${namespace}:first`,
    1,
  ]);
  await answer(second);
  await east.api.delete({ apiVersion: "v1", kind: "ServiceAccount", namespace, name: "first" });
  // A token that was taken is taken for ten more seconds (kubernetes 1.34, pkg/kubeapiserver/options, TokenSuccessCacheTTL; seen).
  await until(
    "the token of the deleted account is refused",
    async () => ((await whoIs(asked)).endsWith(":second") ? true : null),
    {
      timeoutMs: 60_000,
      everyMs: 500,
      state: async () => whoIs(asked),
    },
  );
  expect(await runs()).toBe(2);
});

test("a CONNECT proxy and a name of the server's certificate, for requests, watches and programs in pods", async () => {
  const { east, namespace, server, client } = await world();
  const token = await tokenOf(east, namespace, "reader");
  const connects: string[] = [];
  const { hostname, port } = new URL(server);
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    connects.push(request.url ?? "");
    const through = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      through.pipe(socket).pipe(through);
    });
    for (const end of [socket, through]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void proxy.close());
  const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  // Only the proxy knows where this name is; the certificate has the node's address, which tls-server-name asks for.
  const cluster = { server: "https://api.nowhere.test:6443", "proxy-url": through };
  const proxied = await client({ token }, { ...cluster, "tls-server-name": hostname });
  expect(await whoIs(proxied)).toBe(`system:serviceaccount:${namespace}:reader`);
  const pod = { cluster: proxied.id, group: "", kind: "Pod", namespace, name: "none" };
  await expect(proxied.exec(pod, "c", ["true"])).rejects.toMatchObject({ reason: "forbidden" });
  expect(connects.length).toBeGreaterThan(1);
  expect(new Set(connects)).toEqual(new Set(["api.nowhere.test:6443"]));
  const wrongName = await client({ token }, { ...cluster, "tls-server-name": "other.test" });
  await expect(wrongName.list({ group: "", kind: "Node" })).rejects.toMatchObject({ reason: "untrusted" });
  const noProxy = await client({ token }, { ...cluster, "proxy-url": "http://127.0.0.1:1" });
  await expect(noProxy.list({ group: "", kind: "Node" })).rejects.toMatchObject({ reason: "unreachable" });
});
