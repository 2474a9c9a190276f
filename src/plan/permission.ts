// One thing that somebody may do in a cluster, as a role grants it; and what reading clusters takes.
import type { ClusterId } from "../core/ids.ts";
import { kindKey, type ObjectRef } from "../core/object-ref.ts";
import { compareText } from "../core/order.ts";

/** "use": the operator's webhook asks for it, not the API server. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "use";

export type Reason = "read" | "write" | "undo" | "wait" | "ask" | "lock";

export interface Permission {
  readonly cluster: ClusterId;
  readonly verb: Verb;
  readonly group: string;
  readonly kind: string;
  readonly subresource: string | null;
  /** null: the cluster as a whole, or a kind without namespaces. */
  readonly namespace: string | null;
  /** null: any. */
  readonly name: string | null;
  readonly why: Reason;
  /** Whether nothing stops without it: it makes something faster, or newer servers alone ask for it. */
  readonly optional: boolean;
  /** In a namespace that the plan makes, and without a name: it can only be given once the namespace is there. */
  readonly later: boolean;
}

export function permission({ cluster, group, kind, namespace, name }: ObjectRef, verb: Verb, why: Reason): Permission {
  return {
    cluster,
    verb,
    group,
    kind,
    subresource: null,
    namespace,
    name,
    why,
    optional: false,
    later: false,
  };
}

/** Of any pod in a namespace: their names are not known beforehand. */
export function ofPods({ cluster, namespace }: ObjectRef, verb: Verb, why: Reason): Permission {
  return { ...permission({ cluster, group: "", kind: "Pod", namespace, name: "" }, verb, why), name: null };
}

export const isSecret = ({ group, kind }: Pick<ObjectRef, "group" | "kind">): boolean =>
  group === "" && kind === "Secret";

/** Lists of all kinds that are read; of Secrets only where asked: who may list one by name may read its values too. */
export function permissionsToRead(cluster: ClusterId, kinds: readonly string[], secrets: boolean): Permission[] {
  const list = (key: string, name: string | null): Permission => ({
    ...permission({ cluster, group: groupIn(key), kind: kindIn(key), namespace: null, name: "" }, "list", "read"),
    name,
    optional: key === "Secret",
  });
  return [
    ...kinds.filter((key) => key !== "Secret").map((key) => list(key, null)),
    ...(secrets ? ["cacerts", "istio-ca-secret"].map((name) => list("Secret", name)) : []),
  ];
}

/** Without what the permissions to read give already: whoever may list a kind everywhere may do so in one place. */
export function besideReading(asked: readonly Permission[], reading: readonly Permission[]): Permission[] {
  const key = ({ cluster, group, kind }: Permission) => `${cluster}|${kindKey({ group, kind })}`;
  const listed = new Set(reading.filter(({ verb, name }) => verb === "list" && name === null).map(key));
  return asked.filter((each) => each.verb !== "list" || each.subresource !== null || !listed.has(key(each)));
}

/** Each once; one that is needed for one thing and only helps with another is needed. Writing goes before waiting, as a reason. */
export function distinct(found: readonly Permission[]): Permission[] {
  const byKey = new Map<string, Permission>();
  for (const each of found) {
    const key = permissionKey(each);
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? each : { ...before, optional: before.optional && each.optional });
  }
  return [...byKey].sort(([left], [right]) => compareText(left, right)).map(([, each]) => each);
}

export function permissionKey(each: Omit<Permission, "why" | "optional">): string {
  const { cluster, namespace, group, kind, subresource, name, verb } = each;
  return [cluster, namespace ?? "", kindKey({ group, kind }), subresource ?? "", name ?? "", verb].join("|");
}

function kindIn(key: string): string {
  return key.split(".")[0] ?? key;
}

function groupIn(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? "" : key.slice(dot + 1);
}
