// What is asked of the API servers within one look: each object once, however many facts rest on it.
import type { WantOf } from "../conditions/wants.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import { parseDocuments } from "../kube/sources/files/parse-documents.ts";
import type { ChangeWatches, Selection } from "./change-watches.ts";
import { text } from "./read.ts";
import { clientOf, Unreadable } from "./unseen-failure.ts";
import { isFinished, podQuery } from "./workload-pods.ts";
import type { World } from "./world.ts";

export class Round {
  readonly #world: Pick<World, "clients">;
  readonly #watches: ChangeWatches | null;
  readonly #objects = new Map<string, Promise<KubeObject | "absent">>();
  readonly #pods = new Map<string, Promise<readonly KubeObject[]>>();

  constructor(world: Pick<World, "clients">, watches: ChangeWatches | null) {
    this.#world = world;
    this.#watches = watches;
  }

  async object(ref: ObjectRef): Promise<KubeObject | "absent"> {
    return once(this.#objects, refKey(ref), async () => {
      const { cluster, group, kind, namespace, name } = ref;
      this.#watches?.follow({ cluster, group, kind, namespace, fields: `metadata.name=${name}` });
      const client = clientOf(this.#world, cluster);
      const secret = group === "" && kind === "Secret";
      try {
        return (await (secret ? client.getMetadata(ref) : client.get(ref))) ?? "absent";
      } catch (error) {
        // A kind that is not installed has no objects.
        if (error instanceof ApiFailure && error.reason === "not-installed") return "absent";
        throw error;
      }
    });
  }

  async pods(workload: ObjectRef): Promise<readonly KubeObject[]> {
    return once(this.#pods, refKey(workload), async () => {
      const object = await this.object(workload);
      if (object === "absent") return [];
      const query = podQuery(workload, object.body);
      if (query === "none") return [];
      const { cluster, namespace } = workload;
      const selected = "labels" in query ? { labels: query.labels } : { fields: `metadata.name=${query.name}` };
      const selection: Selection = { cluster, group: "", kind: "Pod", namespace, ...selected };
      this.#watches?.follow(selection);
      const options = { ...selected, ...(namespace === null ? {} : { namespace }) };
      const { objects } = await clientOf(this.#world, cluster).list({ group: "", kind: "Pod" }, options);
      return objects.filter((pod) => !isFinished(pod));
    });
  }

  async nodes({ cluster }: WantOf<"nodes">): Promise<readonly JsonObject[]> {
    const kind = { group: "", kind: "Node" };
    this.#watches?.follow({ cluster, ...kind, namespace: null });
    const { objects } = await clientOf(this.#world, cluster).list(kind);
    return objects.map(({ body }) => body);
  }
}

async function once<V>(kept: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

/** As the operator and Istio write it: YAML in one key of a ConfigMap. */
export async function meshConfig(round: Round, ref: ObjectRef): Promise<JsonObject | "absent"> {
  const object = await round.object(ref);
  if (object === "absent") return object;
  const { value, findings } = parseDocuments(text(object.body, "/data/mesh"), ref.name);
  const config = value[0]?.value;
  if (!isJsonObject(config) || findings.length > 0) throw new Unreadable("its mesh configuration is no YAML");
  return config;
}
