// Everything that a cluster holds, of every kind that it serves, without what only time and the server say of it, and without
// the OSSM 2 stand-in's own objects, which the real istiod keeps in its memory and makes anew at each resync.
import { hashOf } from "../../src/core/hash.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { KubeApi } from "../api/kube-api.ts";
import { standInLabel } from "../ossm2/marks.ts";
import { goesOnFrom, restartedForTrust } from "../ossm2/sight.ts";

/** Kinds that controllers make anew, whatever is put back. */
const passing = new Set([
  "events",
  "leases",
  "replicasets",
  "pods",
  "endpoints",
  "endpointslices",
  "podmetrics",
  "nodes",
  "csinodes",
  "certificatesigningrequests",
  // One for each address that a Service was given.
  "ipaddresses",
]);

/** Put into every namespace, a moment after it is there: by Kubernetes, and by istiod. */
const givenToAll = new Set(["kube-root-ca.crt", "istio-ca-root-cert"]);

/** Where all namespaces are old enough to have been given theirs: what istiod says of its roots counts. */
export const withRoots: ReadonlySet<string> = new Set(["kube-root-ca.crt"]);

/** By "resource namespace/name". Of Secrets the names of their keys, and hashes of certificates. Namespaces that are on their way out, those of earlier tests, do not count. */
export async function clusterDump(
  api: KubeApi,
  given: ReadonlySet<string> = givenToAll,
): Promise<Record<string, Json>> {
  const dump: Record<string, Json> = {};
  const leaving = await namespacesOnTheirWay(api);
  for (const path of await versions(api)) {
    for (const { name, verbs } of await resources(api, path)) {
      if (passing.has(name) || name.includes("/") || !verbs.includes("list")) continue;
      const { items = [] } = JSON.parse(await api.text("GET", `${path}/${name}`)) as { items?: JsonObject[] };
      for (const item of items) {
        const metadata = objectAt(item, "metadata");
        if (objectAt(metadata, "labels")[standInLabel] !== undefined) continue;
        if (leaving.has(text(metadata[name === "namespaces" ? "name" : "namespace"]))) continue;
        if (name === "configmaps" && given.has(text(metadata["name"]))) continue;
        const key = `${path.split("/").slice(2, -1).join("/")}/${name} ${text(metadata["namespace"])}/${text(metadata["name"])}`;
        dump[key] = settled(
          name === "services" ? withoutGiven(item) : name === "deployments" ? withoutStandInRestart(item) : item,
          name === "secrets",
        );
      }
    }
  }
  return dump;
}

async function namespacesOnTheirWay(api: KubeApi): Promise<ReadonlySet<string>> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Namespace" });
  return new Set(items.flatMap(({ metadata }) => (metadata["deletionTimestamp"] === undefined ? [] : [metadata.name])));
}

function settled(whole: JsonObject, secret: boolean): Json {
  const { status: _, ...item } = whole;
  const {
    uid: _u,
    resourceVersion: _v,
    generation: _g,
    creationTimestamp: _c,
    managedFields: _m,
    annotations,
    ...metadata
  } = objectAt(item, "metadata");
  // istiod elects its leaders by the second, in an annotation.
  const {
    "deployment.kubernetes.io/revision": _r,
    "control-plane.alpha.kubernetes.io/leader": _l,
    ...noted
  } = isJsonObject(annotations) ? annotations : {};
  return {
    ...item,
    ...(secret ? { data: withoutValues(objectAt(item, "data")) } : {}),
    metadata: { ...metadata, ...(Object.keys(noted).length === 0 ? {} : { annotations: noted }) },
  };
}

/** Nothing that could open anything: keys have no value here, and only PEM files that are none have a hash. */
function withoutValues(data: JsonObject): JsonObject {
  const hashed = ([name, value]: [string, Json]): [string, Json] => [
    name,
    name.endsWith(".pem") && !name.includes("key") ? hashOf(value) : "",
  ];
  return Object.fromEntries(Object.entries(data).map(hashed));
}

/** The keys of objects that meshferry has made, or noted something on. What the lab notes begins otherwise (lab/ossm2/marks.ts). */
export function oursIn(dump: Readonly<Record<string, Json>>): string[] {
  return Object.keys(dump).filter((key) => /(?<!lab\.)meshferry/u.test(`${key} ${JSON.stringify(dump[key])}`));
}

/** A Service made again is given another address and other ports of the nodes. */
function withoutGiven(service: JsonObject): JsonObject {
  const { clusterIP: _ip, clusterIPs: _ips, ports, ...spec } = objectAt(service, "spec");
  const listed = Array.isArray(ports) ? (ports as readonly JsonObject[]) : [];
  return { ...service, spec: { ...spec, ports: listed.map(withoutNodePort) } };
}

/** The stand-in restarts an istiod for a peer that is made again, a thing of the lab alone (docs/lab.md), and notes it on its pods. */
function withoutStandInRestart(deployment: JsonObject): JsonObject {
  const spec = objectAt(deployment, "spec");
  const template = objectAt(spec, "template");
  const metadata = objectAt(template, "metadata");
  const { [restartedForTrust]: restarted, [goesOnFrom]: _, ...annotations } = objectAt(metadata, "annotations");
  if (restarted === undefined) return deployment;
  return { ...deployment, spec: { ...spec, template: { ...template, metadata: { ...metadata, annotations } } } };
}

function withoutNodePort(whole: JsonObject): JsonObject {
  const { nodePort: _, ...port } = whole;
  return port;
}

/** One version of each group: the others show the same objects. */
async function versions(api: KubeApi): Promise<string[]> {
  const { groups } = JSON.parse(await api.text("GET", "/apis")) as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  return ["/api/v1", ...groups.map(({ preferredVersion: { groupVersion } }) => `/apis/${groupVersion}`)];
}

async function resources(api: KubeApi, path: string): Promise<{ name: string; verbs: string[] }[]> {
  const { resources: listed } = JSON.parse(await api.text("GET", path)) as {
    resources: { name: string; verbs: string[] }[];
  };
  return listed;
}

function objectAt(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  return isJsonObject(value) ? value : {};
}

const text = (value: Json | undefined) => (typeof value === "string" ? value : "");
