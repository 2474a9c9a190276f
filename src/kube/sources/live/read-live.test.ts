// A cluster that is not there, lets nobody in, or lets somebody see a part only: coverage and findings, never an exception.
import { describe, expect, test } from "vitest";
import {
  discovery,
  named,
  page,
  type PlayedKind,
  playServer,
  refusal,
  type Reply,
} from "../../../../test/live/play-server.ts";
import type { Asked } from "../../../../test/live/play-server.ts";
import { clusterId } from "../../../core/ids.ts";
import { AddressTrouble } from "../../live/address-trouble.ts";
import { LiveClient } from "../../live/live-client.ts";
import { ofControlPlane } from "./of-control-plane.ts";
import { readLive } from "./read-live.ts";
import { troubleFinding } from "./trouble-finding.ts";

const asOf = "2026-11-25T00:00:00.000Z";
const service: PlayedKind = { group: "", kind: "Service", plural: "services" };
const pod: PlayedKind = { group: "", kind: "Pod", plural: "pods" };
const namespace: PlayedKind = { group: "", kind: "Namespace", plural: "namespaces", namespaced: false };
const node: PlayedKind = { group: "", kind: "Node", plural: "nodes", namespaced: false };
const secret: PlayedKind = { group: "", kind: "Secret", plural: "secrets" };
const forbidden = refusal(403, "Forbidden");

async function reading(
  served: readonly PlayedKind[],
  kinds: readonly string[],
  answer: (asked: Asked) => Reply,
  namespaces: readonly string[] = [],
) {
  const discovered = discovery(served);
  const server = await playServer((asked) => discovered(asked) ?? answer(asked));
  const input = await readLive(server.client, { kinds, asOf, namespaces });
  const lists = server.asked.filter(({ path }) => path !== "/api" && path !== "/apis");
  return { input, url: server.url, asked: lists.map(({ path, query }) => path + (query.get("continue") ?? "")) };
}

const shown = ({
  objects,
}: {
  readonly objects: readonly { readonly ref: { readonly kind: string; readonly name: string } }[];
}) => objects.map(({ ref }) => `${ref.kind} ${ref.name}`);

test("one list per kind, in pages; kinds that are not installed are said to be so", async () => {
  const { input, asked } = await reading(
    [service, node],
    ["Node", "Service", "Sidecar.networking.istio.io"],
    ({ path, query }) =>
      path.endsWith("nodes")
        ? page([])
        : query.get("continue") === "more"
          ? page([named("b", "n")])
          : page([named("c", "n"), named("a", "n")], "more"),
  );
  expect(shown(input)).toEqual(["Service a", "Service b", "Service c"]);
  expect(input).toMatchObject({
    id: "east",
    coverage: { Node: "listed", Service: "listed", "Sidecar.networking.istio.io": "not-installed" },
    findings: [],
    asOf,
  });
  expect(input.objects[0]).toEqual({
    ref: { cluster: "east", group: "", kind: "Service", namespace: "n", name: "a" },
    apiVersion: "v1",
    origin: { cluster: "east" },
    body: { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" } },
  });
  expect(asked.toSorted()).toEqual(["/api/v1/nodes", "/api/v1/services", "/api/v1/servicesmore"]);
});

test("managedFields, private keys and schemas of definitions are not kept", async () => {
  const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  const definition = {
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
  };
  const map = { group: "", kind: "ConfigMap", plural: "configmaps" };
  const { input } = await reading(
    [{ ...definition, namespaced: false }, map],
    ["ConfigMap", "CustomResourceDefinition.apiextensions.k8s.io"],
    ({ path }) =>
      path.endsWith("configmaps")
        ? page([{ metadata: { name: "m", namespace: "n", managedFields: [{ manager: "x" }] }, data: { key } }])
        : page([
            {
              metadata: { name: "d" },
              spec: { group: "g", versions: [{ name: "v1", served: true, schema: { big: 1 } }] },
            },
          ]),
  );
  expect(input.objects.map(({ body }) => body)).toEqual([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", namespace: "n" }, data: { key: "" } },
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "d" },
      spec: { group: "g", versions: [{ name: "v1", served: true }] },
    },
  ]);
  expect(input.findings.map(({ code }) => code)).toEqual(["MF020"]);
});

test("of Secrets the two that tell the CA are asked for by name, as metadata", async () => {
  const server = await playServer(
    (asked) =>
      discovery([secret])(asked) ??
      (asked.query.get("fieldSelector") === "metadata.name=istio-ca-secret"
        ? page([])
        : page([{ metadata: { name: "cacerts", namespace: "n", annotations: { theirs: "value" } } }])),
  );
  const input = await readLive(server.client, { kinds: ["Secret"], asOf });
  expect(input.objects.map(({ body }) => body)).toEqual([
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: { name: "cacerts", namespace: "n", annotations: { theirs: "" } },
    },
  ]);
  const lists = server.asked.filter(({ path }) => path.endsWith("/secrets"));
  expect(lists.map(({ query }) => query.get("fieldSelector") ?? "").toSorted()).toEqual([
    "metadata.name=cacerts",
    "metadata.name=cacerts,type=kubernetes.io/tls",
    "metadata.name=istio-ca-secret",
  ]);
  const partial = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  for (const { headers } of lists) expect(headers.accept).toBe(partial);
});

describe("what is not allowed", () => {
  test("is coverage, and a finding that names the kinds; Secrets are expected to be forbidden", async () => {
    const { input } = await reading([service, node, secret], ["Node", "Secret", "Service"], ({ path }) =>
      path.endsWith("services") && !path.includes("/namespaces/") ? page([named("a", "n")]) : forbidden,
    );
    expect(input.coverage).toEqual({ Node: "forbidden", Secret: "forbidden", Service: "listed" });
    expect(input.findings.map(({ code, params }) => [code, params["kinds"]])).toEqual([["MF804", "Node"]]);
  });

  test("as a whole is looked for namespace by namespace", async () => {
    const { input, asked } = await reading(
      [service, pod, namespace],
      ["Namespace", "Pod", "Service"],
      ({ path }) => {
        if (path === "/api/v1/namespaces/mine/services") return page([named("a", "mine")]);
        if (path === "/api/v1/namespaces/mine") return { body: named("mine") };
        return forbidden;
      },
      ["mine", "theirs"],
    );
    expect(shown(input)).toEqual(["Namespace mine", "Service a"]);
    expect(input.coverage).toEqual({ Namespace: "forbidden", Pod: "forbidden", Service: "forbidden" });
    expect(input.findings.map(({ code, params }) => [code, params["kinds"], params["namespaces"]])).toEqual([
      ["MF804", "Pod", undefined],
      ["MF805", "Namespace, Service", "mine"],
    ]);
    expect(asked.filter((path) => path.endsWith("/services")).toSorted()).toEqual([
      "/api/v1/namespaces/mine/services",
      "/api/v1/namespaces/theirs/services",
      "/api/v1/services",
    ]);
  });

  test("at all leaves a cluster of which nothing is known", async () => {
    const { input, url } = await reading([service, secret], ["Secret", "Service"], () => forbidden);
    expect(input.findings).toMatchObject([{ code: "MF808", params: { at: `context play (${url})`, cluster: "east" } }]);
  });
});

test("a server that fails for a moment is asked again; one that goes on failing is a finding", async () => {
  let failures = 0;
  const { input } = await reading([service, pod], ["Pod", "Service"], ({ path }) => {
    if (path.endsWith("/pods")) return refusal(500, "InternalError", "etcd is away");
    failures += 1;
    return failures === 1
      ? { ...refusal(429, "TooManyRequests"), headers: { "retry-after": "1" } }
      : page([named("a", "n")]);
  });
  expect(input.coverage).toEqual({ Service: "listed" });
  expect(input.findings).toMatchObject([
    { code: "MF807", params: { cluster: "east", kind: "Pod", why: "etcd is away" } },
  ]);
});

describe("a cluster that cannot be asked", () => {
  const opening = async (status: number) => {
    const server = await playServer(() => refusal(status, "Refused"));
    return (await readLive(server.client, { kinds: ["Service"], asOf })).findings.map(({ code }) => code);
  };
  test("refuses the credentials", async () => {
    expect([await opening(401), await opening(403)]).toEqual([["MF801"], ["MF801"]]);
  });

  test("does not answer", async () => {
    const server = await playServer(() => page([]));
    const client = new LiveClient(server.connection({ server: "http://127.0.0.1:1" }));
    const { findings, coverage } = await readLive(client, { kinds: ["Service"], asOf });
    expect(findings).toMatchObject([
      { code: "MF800", params: { cluster: "east", why: "nothing listens there (connection refused)" } },
    ]);
    expect(coverage).toEqual({});
  });

  test("has a kubeconfig that says why", () => {
    const trouble = new AddressTrouble({
      what: "there is no context x",
      where: "f",
      why: "there are: y",
      todo: "name it",
    });
    expect(troubleFinding(clusterId("east"), trouble)).toMatchObject({
      code: "MF803",
      params: { cluster: "east", what: "there is no context x", where: "f", why: ": there are: y", todo: "Name it" },
    });
  });
});

describe("of a cluster with several meshes", () => {
  const objects = ["ServiceMeshControlPlane", "ServiceMeshPeer", "Service"].flatMap((kind) =>
    ["one", "two"].map((of) => ({
      ref: {
        cluster: clusterId("east"),
        group: kind === "Service" ? "" : kind === "ServiceMeshPeer" ? "federation.maistra.io" : "maistra.io",
        kind,
        namespace: of,
        name: "main",
      },
      apiVersion: "v1",
      origin: { cluster: clusterId("east") },
      body: {},
    })),
  );
  const input = { id: clusterId("east"), objects, coverage: {}, findings: [] };

  test("the one that is named is kept, with everything that is no mesh's own", () => {
    expect(ofControlPlane(input, "two/main").objects.map(({ ref }) => `${ref.kind} ${ref.namespace}`)).toEqual([
      "ServiceMeshControlPlane two",
      "ServiceMeshPeer two",
      "Service one",
      "Service two",
    ]);
    expect(ofControlPlane(input, null)).toBe(input);
  });

  test("one that is not there is said", () => {
    const { findings, objects: kept } = ofControlPlane(input, "three/main");
    expect(kept).toBe(objects);
    expect(findings).toMatchObject([{ code: "MF809", params: { named: "three/main", there: "one/main, two/main" } }]);
  });
});
