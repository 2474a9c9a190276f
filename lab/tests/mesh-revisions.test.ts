// Istiods of both ends of a migration in one cluster: each injects its own namespaces, and their pods talk to each other.
import { expect, inject, onTestFinished, test } from "vitest";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { LiveObject } from "../api/live-object.ts";
import { isRolledOut, waitFor } from "../api/wait-for.ts";
import { until } from "../machine/until.ts";
import { type Answer, ask } from "../mesh/ask.ts";
import { installMesh, removeMesh } from "../mesh/install-mesh.ts";
import { startApps } from "../mesh/up-mesh.ts";
import { podOf } from "./mesh-clients.ts";
import { newNamespace, type SharedCluster, sharedCluster } from "./shared-cluster.ts";

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
  const newer = await answered(podOf(west, namespace, "web"), "http://httpbin.a:8000/headers");
  expect([newer.status, newer.server, newer.hops]).toEqual([
    200,
    "a/httpbin",
    [`spiffe://west.local/ns/${namespace}/sa/web`],
  ]);
  const older = await answered(podOf(west, "client", "curl"), `http://web.${namespace}:8000/headers`);
  expect([older.status, older.server, older.hops]).toEqual([
    200,
    `${namespace}/web`,
    ["spiffe://west.local/ns/client/sa/curl"],
  ]);
  // OSSM 2.6 captures names, OSSM 3 does not until it is told to (docs/facts.md, import.dns-capture).
  const host = "revisions.lab.example";
  const made = `http://${host}:8000/headers`;
  await api.apply(entry(namespace, host, await addressOf(west, "a", "httpbin")), "tests");
  const found = async () => ((await ask(podOf(west, "client", "curl"), made)).status === 200 ? true : null);
  await until("the captured name is found", found, { timeoutMs: 20_000 });
  expect((await ask(podOf(west, namespace, "web"), made)).trouble).toContain("Could not resolve host");
  await installMesh(api, built, { ...options, dnsCapture: true });
  await api.patch({ ...deployment, namespace, name: "web" }, "merge", restart);
  await waitFor(api, { ...deployment, namespace, name: "web" }, "rolled out", isRolledOut, 60_000);
  expect((await ask(podOf(west, namespace, "web"), made)).status).toBe(200);
}, 180_000);

/** A proxy that runs already hears of a new service after a moment. */
async function answered(from: Parameters<typeof ask>[0], url: string): Promise<Answer> {
  const look = async () => {
    const answer = await ask(from, url);
    return answer.status === 200 ? answer : null;
  };
  return until(`${url} answers`, look, { timeoutMs: 20_000 });
}

const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
const restart = { spec: { template: { metadata: { annotations: { again: "1" } } } } };

function entry(namespace: string, host: string, address: string) {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { namespace, name: "made-up" },
    spec: {
      hosts: [host],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
      endpoints: [{ address }],
    },
  };
}

async function addressOf({ api }: SharedCluster, namespace: string, name: string): Promise<string> {
  const spec = (await api.get({ apiVersion: "v1", kind: "Service", namespace, name }))?.["spec"];
  const address = isJsonObject(spec) ? spec["clusterIP"] : "";
  return typeof address === "string" ? address : "";
}

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
