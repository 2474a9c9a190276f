// Istiods of both ends of a migration in one cluster: each injects its own namespaces, and their pods talk to each other.
import { expect, inject, onTestFinished, test } from "vitest";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { LiveObject } from "../api/live-object.ts";
import { ask } from "../mesh/ask.ts";
import { installMesh, removeMesh } from "../mesh/install-mesh.ts";
import { startApps } from "../mesh/up-mesh.ts";
import { podOf } from "./mesh-clients.ts";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

const revision = "v3";
const secret = { apiVersion: "v1", kind: "Secret", name: "cacerts" };

test("a revision of 1.28.3 beside 1.20.2: pods of both, seen by their identities in both directions", async () => {
  const west = await sharedCluster("west");
  const { api } = west;
  const built = inject("built");
  const namespace = await newNamespace(west);
  const options = {
    version: "1.28.3",
    revision,
    namespace: `${namespace}-istio`,
    meshId: "west-mesh",
    trustDomain: "west.local",
    network: "network-west-mesh",
  } as const;
  onTestFinished(async () => {
    await removeMesh(api, built, options);
    await api.delete({ apiVersion: "v1", kind: "Namespace", name: options.namespace });
  });
  // The same CA: a mesh is one trust domain, however many istiods it has.
  const authority = await api.get({ ...secret, namespace: "istio-system" });
  const metadata = { name: secret.name, namespace: options.namespace };
  await installMesh(api, built, {
    ...options,
    ca: { apiVersion: "v1", kind: "Secret", metadata, data: authority?.["data"] ?? null },
  });
  const labels = { "istio.io/rev": revision };
  await api.patch({ apiVersion: "v1", kind: "Namespace", name: namespace }, "merge", { metadata: { labels } });
  await startApps(api, app(namespace));
  const pods = await api.list({ apiVersion: "v1", kind: "Pod" });
  const proxies = pods.items.map((pod) => [pod.metadata.namespace, proxyOf(pod)]);
  expect(Object.fromEntries(proxies)).toMatchObject({
    a: "docker.io/istio/proxyv2:1.20.2",
    [namespace]: "docker.io/istio/proxyv2:1.28.3",
  });
  const newer = await ask(podOf(west, namespace, "web"), "http://httpbin.a:8000/headers");
  expect([newer.status, newer.server, newer.hops]).toEqual([
    200,
    "a/httpbin",
    [`spiffe://west.local/ns/${namespace}/sa/web`],
  ]);
  const older = await ask(podOf(west, "client", "curl"), `http://web.${namespace}:8000/headers`);
  expect([older.status, older.server, older.hops]).toEqual([
    200,
    `${namespace}/web`,
    ["spiffe://west.local/ns/client/sa/curl"],
  ]);
});

function proxyOf({ spec }: LiveObject): string | null {
  if (!isJsonObject(spec)) return null;
  const containers = ["containers", "initContainers"].flatMap((list) => {
    const all = spec[list];
    return Array.isArray(all) ? (all as readonly Json[]) : [];
  });
  const proxy = containers.find((each) => isJsonObject(each) && each["name"] === "istio-proxy");
  return isJsonObject(proxy) && typeof proxy["image"] === "string" ? proxy["image"] : null;
}

/** The sample server as the scaffold has it, with ports that have names. */
function app(namespace: string) {
  const name = "web";
  const metadata = { namespace, name };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: { app: name }, ports: [{ name: "http", port: 8000, targetPort: "web" }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            serviceAccountName: name,
            containers: [
              { name, image: "lab.local/http:1", ports: [{ name: "web", containerPort: 8080, protocol: "TCP" }] },
            ],
          },
        },
      },
    },
  ];
}
