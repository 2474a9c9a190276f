// A played API server that holds the objects of a folder of manifests: a cluster to read, without a cluster.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { kindKey, type KubeObject } from "../../src/core/object-ref.ts";
import { groupBy } from "../../src/core/order.ts";
import { discovery, page, type PlayedKind, type PlayServer, playServer, refusal } from "./play-server.ts";

/** Its version is the one in which the first object of the kind is written. */
function playedKind({ ref, apiVersion }: KubeObject): PlayedKind {
  const { group, kind } = ref;
  const version = apiVersion.split("/").at(-1) ?? apiVersion;
  return { group, kind, plural: `${kind.toLowerCase()}s`, namespaced: ref.namespace !== null, version };
}

export async function playCluster({ objects }: Pick<ClusterInput, "objects">): Promise<PlayServer> {
  const byKind = groupBy(objects, ({ ref }) => kindKey(ref));
  const served = [...byKind.values()].flatMap(([first]) => (first === undefined ? [] : [playedKind(first)]));
  const lists = new Map<string, readonly JsonObject[]>(
    served.map((kind) => {
      const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
      return [`${root}/${kind.plural}`, (byKind.get(kindKey(kind)) ?? []).map(({ body }) => body)] as const;
    }),
  );
  const discovered = discovery(served);
  return playServer((asked) => {
    const found = discovered(asked);
    if (found !== null) return found;
    if (asked.path.endsWith("/selfsubjectaccessreviews")) return { body: { status: { allowed: true } } };
    const items = lists.get(asked.path);
    if (items === undefined) return refusal(404, "NotFound");
    const selected = fieldsOf(asked.query.get("fieldSelector") ?? "");
    return page(items.filter((item) => [...selected].every(([field, value]) => fieldIn(item, field) === value)));
  });
}

function fieldsOf(selector: string): ReadonlyMap<string, string> {
  const parts = selector === "" ? [] : selector.split(",").map((each) => each.split("="));
  return new Map(parts.map(([field = "", value = ""]) => [field, value]));
}

function fieldIn(item: JsonObject, field: string): unknown {
  if (field === "type") return item["type"] ?? "Opaque";
  const metadata = isJsonObject(item["metadata"]) ? item["metadata"] : {};
  return field === "metadata.name" ? metadata["name"] : undefined;
}

/** A kubeconfig with a context of each name; the first is current. */
export function writeKubeconfig(folder: string, file: string, servers: Readonly<Record<string, string>>): void {
  const names = Object.keys(servers);
  const config = {
    clusters: names.map((name) => ({ name, cluster: { server: servers[name] } })),
    contexts: names.map((name) => ({ name, context: { cluster: name } })),
    "current-context": names[0],
  };
  writeFileSync(join(folder, file), JSON.stringify(config));
}
