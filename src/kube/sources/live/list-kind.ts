// The objects of one kind in a live cluster: one paged list, or where that is forbidden one for each namespace that allows it.
import type { Coverage } from "../../../core/cluster.ts";
import type { KubeObject } from "../../../core/object-ref.ts";
import { sortedUnique } from "../../../core/order.ts";
import { again } from "../../live/again.ts";
import { ApiFailure } from "../../live/api-failure.ts";
import type { ClusterClient, ListOptions, ServedKind } from "../../live/cluster-client.ts";

export interface KindRead {
  readonly key: string;
  readonly coverage: Coverage;
  readonly objects: readonly KubeObject[];
  /** Where only some namespaces allowed it; null: asked for all at once. */
  readonly namespaces: readonly string[] | null;
  /** What failed otherwise. */
  readonly trouble: string | null;
}

type List = (options: ListOptions) => Promise<readonly KubeObject[]>;

/** `namespaces`: where to look when the whole is forbidden; asked for then only. */
export async function listKind(
  client: ClusterClient,
  key: string,
  served: ServedKind | null,
  namespaces: () => Promise<readonly string[]>,
  labels?: string,
): Promise<KindRead> {
  const of = { group: groupIn(key), kind: kindIn(key) };
  const read = (coverage: Coverage, objects: readonly KubeObject[] = []): KindRead => ({
    key,
    coverage,
    objects,
    namespaces: null,
    trouble: null,
  });
  if (served === null || !served.verbs.includes("list")) return read("not-installed");
  const selected = labels === undefined ? {} : { labels };
  const list: List =
    key === "Secret"
      ? async (options) => caSecrets(client, { ...selected, ...options })
      : async (options) => (await again(async () => client.list(of, { ...selected, ...options }))).objects;
  try {
    return read("listed", await list({}));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    // Between discovery and list its definition went.
    if (error.reason === "not-installed" || error.reason === "not-found") return read("not-installed");
    if (error.reason !== "forbidden") return { ...read("not-supplied"), trouble: error.message };
  }
  const found = await inNamespaces(client, key, served, list, await namespaces());
  return { ...read("forbidden", found.objects), namespaces: found.namespaces };
}

async function inNamespaces(
  client: ClusterClient,
  key: string,
  served: ServedKind,
  list: List,
  candidates: readonly string[],
): Promise<{ readonly objects: readonly KubeObject[]; readonly namespaces: readonly string[] | null }> {
  if (!served.namespaced && key !== "Namespace") return { objects: [], namespaces: null };
  const allowed: string[] = [];
  const objects = await Promise.all(
    candidates.map(async (namespace) => {
      const found = await allowedOnly(async () =>
        key === "Namespace" ? namespaceNamed(client, namespace) : list({ namespace }),
      );
      if (found !== null) allowed.push(namespace);
      return found ?? [];
    }),
  );
  return { objects: objects.flat(), namespaces: allowed.length === 0 ? null : sortedUnique(allowed) };
}

async function allowedOnly<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiFailure) return null;
    throw error;
  }
}

async function namespaceNamed(client: ClusterClient, name: string): Promise<readonly KubeObject[]> {
  const found = await again(async () =>
    client.get({ cluster: client.id, group: "", kind: "Namespace", namespace: null, name }),
  );
  return found === null ? [] : [found];
}

/** The Secrets that say what signs a mesh's certificates (src/inventory/certificate-authority.ts); of no others is anything asked. */
const secretNames = ["cacerts", "istio-ca-secret"];

/**
 * Metadata of the two Secrets, and whether cacerts is of type kubernetes.io/tls: that is no metadata, but Secrets can be
 * selected by it (Kubernetes 1.34, pkg/registry/core/secret/strategy.go, SelectableFields).
 */
async function caSecrets(client: ClusterClient, options: ListOptions): Promise<readonly KubeObject[]> {
  const ask = async (fields: string) =>
    (await again(async () => client.list({ group: "", kind: "Secret" }, { ...options, fields, metadataOnly: true })))
      .objects;
  const [tls, ...lists] = await Promise.all([
    ask("metadata.name=cacerts,type=kubernetes.io/tls"),
    ...secretNames.map(async (name) => ask(`metadata.name=${name}`)),
  ]);
  const ofTls = new Set(tls.map(({ ref }) => ref.namespace));
  return lists
    .flat()
    .map((object) =>
      object.ref.name === "cacerts" && ofTls.has(object.ref.namespace)
        ? { ...object, body: { ...object.body, type: "kubernetes.io/tls" } }
        : object,
    );
}

/** "Gateway.networking.istio.io" is a kind and its group. */
export function kindIn(key: string): string {
  return key.split(".")[0] ?? key;
}

export function groupIn(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? "" : key.slice(dot + 1);
}
