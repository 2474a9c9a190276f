// Somebody who may do in lab clusters what `meshferry rbac --plan` says and nothing else; roles in namespaces that the plan makes are
// given as soon as these are there.
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { loadAll } from "js-yaml";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { ApiError } from "../api/api-error.ts";
import type { KubeApi } from "../api/kube-api.ts";
import type { Manifest } from "../api/live-object.ts";

/** What `meshferry rbac -o yaml` prints, by cluster. */
export function rolesByCluster(text: string): ReadonlyMap<string, readonly Manifest[]> {
  const parts = text.split(/^# cluster (\S+)\n/mu).slice(1);
  const found = new Map<string, readonly Manifest[]>();
  for (let at = 0; at + 1 < parts.length; at += 2)
    found.set(
      parts[at] ?? "",
      (loadAll(parts[at + 1] ?? "") as (Manifest | null)[]).filter((each) => each !== null),
    );
  return found;
}

/** Grants them until the signal ends it; returns once all are granted whose namespace is there. */
export async function keepGranting(api: KubeApi, roles: readonly Manifest[], signal: AbortSignal): Promise<void> {
  let left = await granted(api, roles);
  void (async () => {
    while (left.length > 0 && !signal.aborted) {
      await after(200);
      left = await granted(api, left);
    }
  })().catch((error: unknown) => {
    // The cluster goes with the test.
    if (!signal.aborted) throw error;
  });
}

/** Those that lie in namespaces which are not there. */
async function granted(api: KubeApi, roles: readonly Manifest[]): Promise<readonly Manifest[]> {
  const left: Manifest[] = [];
  for (const role of roles) {
    try {
      await api.create(role);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      left.push(role);
    }
  }
  return left;
}

/** The kubeconfig with all requests taken for this user's. */
export async function takenFor(user: string, kubeconfig: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, "utf8")) as Json;
  const users = isJsonObject(config) && Array.isArray(config["users"]) ? (config["users"] as readonly Json[]) : [];
  const own = users.map((each) => (isJsonObject(each) ? { ...each, user: { as: user } } : each));
  const file = `${kubeconfig}.${user}`;
  await writeFile(file, JSON.stringify({ ...(isJsonObject(config) ? config : {}), users: own }));
  return file;
}
