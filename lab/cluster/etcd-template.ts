// etcd's data with the CRDs in it, made once and copied into every cluster: applying CRDs takes longer than all the rest.
import { cp, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { request } from "undici";
import { canonicalJson, isJsonObject, type Json } from "../../src/core/json.ts";
import type { KubeApi } from "../api/kube-api.ts";
import type { LiveObject, Manifest } from "../api/live-object.ts";
import { hasCondition } from "../api/wait-for.ts";
import { cacheKey } from "../build/cache-key.ts";
import { exists } from "../build/exists.ts";
import { unfinished } from "../build/clear-unfinished.ts";
import { withLock } from "../machine/lock.ts";
import { timed } from "../machine/progress.ts";
import { runCommand } from "../machine/run-command.ts";
import { until } from "../machine/until.ts";
import { endInside } from "../node/namespaces.ts";
import { startApiServer } from "./control-plane.ts";
import { etcdData, etcdProgram, startEtcd } from "./etcd.ts";
import type { NodePart } from "./node-part.ts";
import { binary, type Site } from "./site.ts";

/** Kinds whose objects are the same in all clusters. Namespaces, above all, are not: their uids tell clusters apart. */
const keptKeys = [
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "clusterroles",
  "clusterrolebindings",
  "flowschemas",
  "priorityclasses",
  "prioritylevelconfigurations",
].map((part) => `/registry/${part}/`);

const crdKind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };

/** The template's folder in the cache; it is made on the node, which holds nothing yet, where it is missing. */
export async function etcdTemplate(site: Site, node: NodePart, crds: readonly Manifest[]): Promise<string> {
  const folder = join(site.cache, "etcd");
  await mkdir(folder, { recursive: true });
  const etcdVersion = (await runCommand(etcdProgram, ["--version"], { timeoutMs: 10_000 })).split("\n")[0] ?? "";
  const apiServer = basename(dirname(binary(site, "kube-apiserver")));
  const key = cacheKey("etcd", "1", [etcdVersion, apiServer, ...keptKeys, ...crds.map((crd) => canonicalJson(crd))]);
  const target = join(folder, key);
  const wait = () => site.say("lab: another lab makes etcd's template; waiting for it");
  await withLock(join(site.cache, "etcd.lock"), wait, async () => {
    if (await exists(target)) return;
    for (const name of (await readdir(folder)).filter((each) => each.startsWith(unfinished)))
      await rm(join(folder, name), { recursive: true, force: true });
    await timed(site.say, `etcd's template with ${crds.length} CRDs`, async () => {
      await fill(site, node, crds);
      const whole = await mkdtemp(join(folder, unfinished));
      // The state folder may lie on another file system.
      await runCommand("mv", [etcdData(node), join(whole, "data")], { timeoutMs: 60_000 });
      await rename(whole, target);
    });
  });
  return join(target, "data");
}

/** Gives a node its own copy. */
export async function copyTemplate(template: string, node: NodePart): Promise<void> {
  await cp(template, etcdData(node), { recursive: true });
}

async function fill(site: Site, node: NodePart, crds: readonly Manifest[]): Promise<void> {
  const url = `http://${node.addresses.node}:2379`;
  await startEtcd(site, node, url);
  const api = await startApiServer(site, node);
  try {
    await Promise.all(crds.map(async (crd) => api.apply(crd, "meshferry-lab")));
    await until("the CRDs are established", async () => established(api, crds.length), {
      timeoutMs: 60_000,
      everyMs: 200,
      signal: site.signal,
    });
  } finally {
    await api.close();
  }
  await endInside(node.namespaces, binary(site, "kube-apiserver"), "SIGKILL");
  await prune(url);
  await endInside(node.namespaces, etcdProgram, "SIGTERM");
}

async function established(api: KubeApi, count: number): Promise<readonly LiveObject[] | null> {
  const { items } = await api.list(crdKind);
  return items.length >= count && items.every(hasCondition("Established")) ? items : null;
}

/** Over etcd's JSON gateway, in which keys are base64. */
async function prune(url: string): Promise<void> {
  const all = { key: encode("/registry/"), range_end: encode("/registry0"), keys_only: true };
  const answer = await call(url, "range", all);
  const entries = isJsonObject(answer) && Array.isArray(answer["kvs"]) ? (answer["kvs"] as readonly Json[]) : [];
  for (const entry of entries) {
    const key = isJsonObject(entry) ? entry["key"] : undefined;
    if (typeof key !== "string") continue;
    const text = Buffer.from(key, "base64").toString("utf8");
    if (!keptKeys.some((kept) => text.startsWith(kept))) await call(url, "deleterange", { key });
  }
}

async function call(url: string, what: string, body: Json): Promise<Json> {
  const answer = await request(`${url}/v3/kv/${what}`, { method: "POST", body: JSON.stringify(body) });
  return (await answer.body.json()) as Json;
}

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");
