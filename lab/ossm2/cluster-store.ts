// What one cluster's API server shows of the kinds that the stand-in looks at, kept up to date by watches.
import { setMaxListeners } from "node:events";
import { KubeApi } from "../api/kube-api.ts";
import type { KindRef, LiveObject } from "../api/live-object.ts";
import { watch } from "../api/watch.ts";

const networking = "networking.istio.io/v1beta1";
const federation = "federation.maistra.io/v1";

const watchedKinds = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: networking, kind: "ServiceEntry" },
  { apiVersion: networking, kind: "Gateway" },
  { apiVersion: networking, kind: "VirtualService" },
  { apiVersion: "security.istio.io/v1beta1", kind: "AuthorizationPolicy" },
  { apiVersion: "maistra.io/v2", kind: "ServiceMeshControlPlane" },
  { apiVersion: "maistra.io/v1", kind: "ServiceMeshMemberRoll" },
  { apiVersion: federation, kind: "ServiceMeshPeer" },
  { apiVersion: federation, kind: "ExportedServiceSet" },
  { apiVersion: federation, kind: "ImportedServiceSet" },
] as const satisfies readonly KindRef[];

export type WatchedKind = (typeof watchedKinds)[number]["kind"];

export class ClusterStore {
  readonly name: string;
  readonly api: KubeApi;
  readonly #objects = new Map<string, Map<string, LiveObject>>();
  readonly #end = new AbortController();
  readonly #watches: Promise<void>[] = [];

  private constructor(name: string, api: KubeApi) {
    this.name = name;
    this.api = api;
    // A watch for each kind, and each listens: many, and none of them forgotten.
    setMaxListeners(0, this.#end.signal);
  }

  /** Complete when it is given out; `onChange` is told of every later change. */
  static async open(
    name: string,
    kubeconfig: string,
    onChange: (store: ClusterStore, object: LiveObject, type: "ADDED" | "MODIFIED" | "DELETED") => void,
    onTrouble: (error: unknown) => void,
  ): Promise<ClusterStore> {
    const store = new ClusterStore(name, await KubeApi.open(kubeconfig));
    await Promise.all(
      watchedKinds.map(async (of) => {
        const { items } = await store.api.list(of);
        store.#objects.set(of.kind, new Map(items.map((item) => [keyOf(item), item])));
      }),
    );
    for (const of of watchedKinds) store.#watches.push(store.#follow(of, onChange).catch(onTrouble));
    return store;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#watches);
    await this.api.close();
  }

  watches(kind: string): boolean {
    return this.#objects.has(kind);
  }

  all(kind: WatchedKind): readonly LiveObject[] {
    return [...(this.#objects.get(kind)?.values() ?? [])];
  }

  get(kind: WatchedKind, namespace: string, name: string): LiveObject | undefined {
    return this.#objects.get(kind)?.get(`${namespace}/${name}`);
  }

  /** What a write gave back, which the watch tells a little later, or has told already, and more. */
  remember(object: LiveObject): void {
    const objects = this.#objects.get(object.kind);
    const known = objects?.get(keyOf(object));
    if (!known || !isOlder(object, known)) objects?.set(keyOf(object), object);
  }

  forget(kind: string, namespace: string, name: string): void {
    this.#objects.get(kind)?.delete(`${namespace}/${name}`);
  }

  async #follow(of: KindRef, onChange: Parameters<typeof ClusterStore.open>[2]): Promise<void> {
    const objects = this.#objects.get(of.kind) ?? new Map<string, LiveObject>();
    for await (const { type, object } of watch(this.api, of, {}, this.#end.signal)) {
      const before = objects.get(keyOf(object));
      if (before && isOlder(object, before)) continue;
      if (type === "DELETED") objects.delete(keyOf(object));
      else objects.set(keyOf(object), object);
      if (type === "DELETED" || before?.metadata.resourceVersion !== object.metadata.resourceVersion)
        onChange(this, object, type);
    }
  }
}

/** Versions of one API server are numbers that grow; nobody else may rely on it, a program of the lab can. */
function isOlder(object: LiveObject, than: LiveObject): boolean {
  return Number(object.metadata.resourceVersion) < Number(than.metadata.resourceVersion);
}

function keyOf({ metadata }: LiveObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
