// The meshes of the shared lab are meshes: sidecars, identities, mTLS, names that only the mesh knows, configuration that is checked.
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { LiveObject, Manifest } from "../api/live-object.ts";
import { ask, askTcp, type Answer } from "../mesh/ask.ts";
import { until } from "../machine/until.ts";
import { clientIn, podOf } from "./mesh-clients.ts";
import { type SharedCluster, sharedCluster } from "./shared-cluster.ts";

const url = "http://httpbin.a:8000/headers";
const caller = ({ status, hops }: Answer) => ({ status, hops });

test("pods with sidecars have two containers, all ready; one that says no has none", async () => {
  const west = await sharedCluster("west");
  const pods = await west.api.list({ apiVersion: "v1", kind: "Pod" });
  const seen = pods.items
    .filter(({ metadata }) => ["a", "b", "client"].includes(metadata.namespace ?? ""))
    .map((pod) => [`${pod.metadata.namespace}/${pod.metadata.labels?.["app"]}`, readyContainers(pod)]);
  expect(Object.fromEntries(seen)).toEqual({
    "a/httpbin": ["httpbin", "istio-proxy"],
    "a/tcp-echo": ["istio-proxy", "tcp-echo"],
    "b/httpbin": ["httpbin", "istio-proxy"],
    "client/curl": ["curl", "istio-proxy"],
    "client/plain": ["plain"],
  });
});

function readyContainers({ status }: LiveObject): string[] {
  const all = isJsonObject(status) ? status["containerStatuses"] : undefined;
  return (Array.isArray(all) ? (all as readonly Json[]) : [])
    .flatMap((each) => (isJsonObject(each) && each["ready"] === true ? [each["name"]] : []))
    .filter((name) => typeof name === "string")
    .sort();
}

test("the server sees each caller's own identity, and none of a caller without a sidecar", async () => {
  const west = await sharedCluster("west");
  expect(caller(await ask(clientIn(west, "curl"), url))).toEqual({
    status: 200,
    hops: ["spiffe://west.local/ns/client/sa/curl"],
  });
  expect(caller(await ask(podOf(west, "b", "httpbin-v2", "httpbin"), url))).toEqual({
    status: 200,
    hops: ["spiffe://west.local/ns/b/sa/httpbin-2"],
  });
  expect(caller(await ask(clientIn(west, "plain"), url))).toEqual({ status: 200, hops: [] });
});

test("servers say who they are, each account its version, and answer late when asked to", async () => {
  const west = await sharedCluster("west");
  const from = clientIn(west, "curl");
  const seen = new Map<string, string>();
  const both = await until(
    "both versions answered",
    async () => {
      const { server, version } = await ask(from, "http://httpbin.b:8000/headers");
      seen.set(version, server);
      return seen.size === 2 ? seen : null;
    },
    { timeoutMs: 30_000 },
  );
  expect(Object.fromEntries(both)).toEqual({ v1: "b/httpbin", v2: "b/httpbin-2" });
  const begun = Date.now();
  expect((await ask(from, "http://httpbin.a:8000/delay/1.5")).status).toBe(200);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(1500);
  expect(await askTcp(from, "tcp-echo.a", 9000, "world")).toBe("hello world");
});

test("with STRICT mTLS a caller without a sidecar is cut off, callers of the mesh are not", async () => {
  const west = await sharedCluster("west");
  expect((await ask(clientIn(west, "plain"), url)).status).toBe(200);
  await applied(west, {
    apiVersion: "security.istio.io/v1beta1",
    kind: "PeerAuthentication",
    metadata: { namespace: "a", name: "strict" },
    spec: { mtls: { mode: "STRICT" } },
  });
  await until(
    "plain text is refused",
    async () => ((await ask(clientIn(west, "plain"), url)).status === 0 ? true : null),
    {
      timeoutMs: 20_000,
    },
  );
  expect((await ask(clientIn(west, "curl"), url)).status).toBe(200);
});

test("a host that only a ServiceEntry knows is found by sidecars, and by no other pod", async () => {
  const west = await sharedCluster("west");
  const service = await west.api.get({ apiVersion: "v1", kind: "Service", namespace: "a", name: "httpbin" });
  const address = isJsonObject(service?.["spec"]) ? (service["spec"]["clusterIP"] ?? null) : null;
  const host = "captured.lab.example";
  await applied(west, {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { namespace: "client", name: "captured" },
    spec: {
      hosts: [host],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
      endpoints: [{ address }],
    },
  });
  const answer = await until(
    "the host is known",
    async () => {
      const got = await ask(clientIn(west, "curl"), `http://${host}:8000/headers`);
      return got.status === 200 ? got : null;
    },
    { timeoutMs: 20_000 },
  );
  expect(answer.server).toBe("a/httpbin");
  // The address that stands for it is one of those that nobody has.
  const lookup = ["python3", "-c", `import socket;print(socket.gethostbyname("${host}"))`];
  const found = async (name: string) =>
    (await west.kubectl("exec", "-n", "client", `deploy/${name}`, "-c", name, "--", ...lookup)).stdout.trim();
  expect(await found("curl")).toMatch(/^240\.240\./);
  expect(await found("plain")).toBe("");
});

test("istiod refuses configuration that has no meaning", async () => {
  const west = await sharedCluster("west");
  const virtualService = {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "VirtualService",
    metadata: { namespace: "client", name: "wrong" },
    spec: { hosts: ["*"], http: [{ route: [{ destination: { host: "httpbin.a" } }] }] },
  };
  await expect(west.api.create(virtualService)).rejects.toThrow(/admission webhook .*wildcard host/);
});

test("each mesh has a root of its own, which is the one beside its scaffold", async () => {
  const roots = await Promise.all(
    ["east", "west"].map(async (name) => {
      const { api } = await sharedCluster(name);
      const map = await api.get({
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: "client",
        name: "istio-ca-root-cert",
      });
      const data = map?.["data"];
      const kept = await readFile(join(inject("lab"), "scaffold", "certs", name, "root-cert.pem"), "utf8");
      expect(isJsonObject(data) ? data["root-cert.pem"] : null).toBe(kept);
      return new X509Certificate(kept).subject.split("\n").sort();
    }),
  );
  expect(roots).toEqual([
    ["CN=East Root CA", "O=Istio"],
    ["CN=West Root CA", "O=Istio"],
  ]);
});

/** For the test's time. */
async function applied({ api }: SharedCluster, object: Manifest & { readonly metadata: Names }): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  onTestFinished(async () => void (await api.delete({ apiVersion, kind, ...metadata })));
  await api.apply(object, "tests");
}
type Names = { readonly namespace: string; readonly name: string };
