// What a server does that is busy, old, restarts, or forgets: seen through the client, told by a played server.
import { expect, test } from "vitest";
import type { ChangeEvent } from "../../src/kube/live/cluster-client.ts";
import { type Asked, discovery, named, page, type PlayServer, playServer, refusal, type Reply } from "./play-server.ts";

const configMap = { group: "", kind: "ConfigMap", plural: "configmaps" };

/** A server of ConfigMaps; answers come in their order, then the last one for ever. */
async function serving(answers: readonly ((asked: Asked) => Reply)[]): Promise<PlayServer> {
  const discovered = discovery([configMap]);
  let next = 0;
  return playServer((asked) => {
    const found = discovered(asked);
    if (found !== null) return found;
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    return answer?.(asked) ?? refusal(500, "NoAnswer");
  });
}

const lists = ({ asked }: PlayServer) =>
  asked.filter(({ path }) => path.startsWith("/api/")).map(({ query }) => query.get("continue") ?? "first");

test("pages whose version the server has forgotten are asked for anew, from the first", async () => {
  const server = await serving([
    () => page([named("a", "n")], "more"),
    () => refusal(410, "Expired"),
    () => page([named("b", "n")], "again"),
    () => page([named("c", "n")]),
  ]);
  const { objects, resourceVersion } = await server.client.list(configMap);
  expect(objects.map(({ ref }) => ref.name)).toEqual(["b", "c"]);
  expect([resourceVersion, lists(server)]).toEqual(["7", ["first", "more", "first", "again"]]);
  const forgetful = await serving([({ query }) => (query.has("continue") ? refusal(410, "Expired") : page([], "x"))]);
  await expect(forgetful.client.list(configMap)).rejects.toMatchObject({ reason: "gone" });
});

test.each([
  [refusal(429, "TooManyRequests"), "7", { reason: "too-many-requests", status: 429, retryAfterMs: 7_000 }],
  [refusal(503, "ServiceUnavailable"), undefined, { reason: "server-error", status: 503, retryAfterMs: null }],
  [
    refusal(504, "Timeout", "busy", { retryAfterSeconds: 3 }),
    undefined,
    { reason: "server-error", retryAfterMs: 3_000 },
  ],
  [
    { status: 502, body: "<html><b>Bad</b> Gateway</html>" },
    undefined,
    { reason: "server-error", message: /^"? ?Bad Gateway/u },
  ],
  [
    refusal(403, "Forbidden", 'admission webhook "a.test" denied the request: not today'),
    undefined,
    { reason: "invalid", message: "not today" },
  ],
  [
    refusal(403, "Forbidden", 'configmaps "x" is forbidden: exceeded quota: few'),
    undefined,
    { reason: "invalid", message: "exceeded quota" },
  ],
  [
    refusal(403, "Forbidden", 'configmaps "x" is forbidden: User "u" cannot patch resource "configmaps"'),
    undefined,
    { reason: "forbidden" },
  ],
  [
    { status: 429, headers: { date: "Sun, 29 Nov 2026 10:00:00 GMT" } },
    "Sun, 29 Nov 2026 10:00:05 GMT",
    { reason: "too-many-requests", retryAfterMs: 5_000 },
  ],
  [
    refusal(403, "Forbidden", "no"),
    undefined,
    { reason: "forbidden", message: "no", request: "GET /api/v1/configmaps" },
  ],
  [{ status: 302, headers: { location: "https://login.test" } }, undefined, { reason: "invalid", status: 302 }],
])("an answer that refuses: %o", async (reply, retryAfter, failure) => {
  const headers = {
    ...("headers" in reply ? reply.headers : {}),
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  };
  const { client } = await serving([() => ({ ...reply, headers })]);
  const { message, ...rest } = { message: /./u, ...failure };
  const failed = client.list(configMap);
  await expect(failed).rejects.toMatchObject(rest);
  await expect(failed).rejects.toThrow(message);
});

test("an answer that is cut off in the middle is a server that is not reached", async () => {
  const { client } = await serving([() => ({ cut: true })]);
  await expect(client.list(configMap)).rejects.toMatchObject({
    reason: "unreachable",
    message: "the connection was closed",
  });
});

const event = (type: string, name: string, resourceVersion: string) =>
  JSON.stringify({
    type,
    object: { kind: "ConfigMap", apiVersion: "v1", metadata: { name, namespace: "n", resourceVersion } },
  });
const gone = JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });

test("a watch goes on where it was left, lists anew what is forgotten, and outlives errors", async () => {
  const end = new AbortController();
  const server = await serving([
    () => page([named("a", "n")], "", "5"),
    () => ({ lines: [event("ADDED", "b", "6"), event("BOOKMARK", "", "8")] }),
    () => refusal(500, "InternalError"),
    () => ({ lines: [event("MODIFIED", "b", "9")], cut: true }),
    () => ({ lines: [gone] }),
    () => page([named("c", "n")], "", "20"),
    () => refusal(410, "Expired"),
    () => page([], "", "30"),
    () => ({ lines: [event("DELETED", "c", "31")] }),
  ]);
  const seen: string[] = [];
  for await (const each of server.client.watch(configMap, { namespace: "n" }, end.signal)) {
    seen.push(textOf(each));
    if (seen.length === 7) end.abort();
  }
  expect(seen).toEqual(["added a", "added b", "modified b", "restarted", "added c", "restarted", "deleted c"]);
  const watches = server.asked
    .filter(({ query }) => query.has("watch"))
    .map(({ query }) => query.get("resourceVersion"));
  expect(watches).toEqual(["5", "8", "8", "9", "20", "30"]);
});

const textOf = (each: ChangeEvent) => (each.type === "restarted" ? each.type : `${each.type} ${each.object.ref.name}`);

test("a server that has always forgotten where a watch goes on from is not asked without a pause", async () => {
  const server = await serving([({ query }) => (query.has("watch") ? refusal(410, "Expired") : page([]))]);
  const end = new AbortController();
  setTimeout(() => end.abort(), 1_000);
  for await (const each of server.client.watch(configMap, {}, end.signal)) expect(each.type).toBe("restarted");
  // After 200, 400, 800 ms.
  expect(lists(server).length).toBeLessThan(8);
});

test("a refusal that asking again does not mend ends a watch", async () => {
  const { client } = await serving([() => page([]), () => refusal(403, "Forbidden", "no longer")]);
  const [first] = [client.watch(configMap, {}, new AbortController().signal)[Symbol.asyncIterator]()];
  await expect(first?.next()).rejects.toMatchObject({ reason: "forbidden", message: "no longer" });
});

test("servers without aggregated discovery are asked group by group; the preferred version comes first", async () => {
  const resources = (name: string, kind: string) => ({
    body: {
      kind: "APIResourceList",
      resources: [
        { name, kind, namespaced: true, verbs: ["list"] },
        { name: `${name}/status`, kind },
      ],
    },
  });
  const versions = [{ version: "v1beta1" }, { version: "v1" }];
  const answers: Readonly<Record<string, Reply>> = {
    "/api": { body: { kind: "APIVersions", versions: ["v1"] } },
    "/api/v1": resources("pods", "Pod"),
    "/apis": {
      body: {
        kind: "APIGroupList",
        groups: [
          { name: "apps.test", versions, preferredVersion: { version: "v1" } },
          { name: "metrics.test", versions: [{ version: "v1" }], preferredVersion: { version: "v1" } },
        ],
      },
    },
    "/apis/apps.test/v1": resources("apps", "App"),
    "/apis/apps.test/v1beta1": resources("apps", "App"),
    "/apis/metrics.test/v1": refusal(503, "ServiceUnavailable"),
  };
  const { client } = await playServer(({ path }) => answers[path] ?? refusal(404, "NotFound"));
  const app = { group: "apps.test", version: "v1", kind: "App", plural: "apps", namespaced: true, verbs: ["list"] };
  expect(await client.served({ group: "apps.test", kind: "App" })).toEqual(app);
  expect(await client.served({ group: "", kind: "Pod" })).toMatchObject({ version: "v1", plural: "pods" });
  expect(await client.served({ group: "apps.test", kind: "Other" })).toBe(null);
  // Of a group whose server is away nobody knows what it has.
  await expect(client.served({ group: "metrics.test", kind: "Any" })).rejects.toMatchObject({
    reason: "server-error",
    message: "the server of the API group metrics.test does not answer",
  });
});

test("of an aggregated API that does not answer nobody knows what it has", async () => {
  const stale = {
    metadata: { name: "metrics.test" },
    versions: [{ version: "v1", freshness: "Stale", resources: [] }],
  };
  const groups = (items: readonly object[]) => ({ body: { kind: "APIGroupDiscoveryList", items: items as never } });
  const { client } = await playServer(({ path }) => groups(path === "/apis" ? [stale] : []));
  await expect(client.served({ group: "metrics.test", kind: "Any" })).rejects.toMatchObject({ reason: "server-error" });
  expect(await client.served({ group: "other.test", kind: "Any" })).toBe(null);
});

test("a server below a path, as behind Rancher, is asked there", async () => {
  const discovered = discovery([configMap]);
  const server = await playServer(
    (asked) => discovered({ ...asked, path: asked.path.replace("/k8s/clusters/c-1", "") }) ?? page([]),
  );
  const { LiveClient } = await import("../../src/kube/live/live-client.ts");
  const client = new LiveClient(server.connection({ server: `${server.url}/k8s/clusters/c-1/` }));
  await client.list(configMap);
  await client.close();
  expect(new Set(server.asked.map(({ path }) => path))).toEqual(
    new Set(["/k8s/clusters/c-1/api", "/k8s/clusters/c-1/apis", "/k8s/clusters/c-1/api/v1/configmaps"]),
  );
});
