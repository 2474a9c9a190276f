// Waits until an object is as wanted, by watching it; says what it was like when time ran out.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { LabTrouble } from "../machine/trouble.ts";
import type { KubeApi } from "./kube-api.ts";
import { nameText, type LiveObject, type ObjectName } from "./live-object.ts";
import { isGone, readLine, watch } from "./watch.ts";

export type Wanted = (object: LiveObject) => boolean;

export async function waitFor(
  api: KubeApi,
  name: ObjectName,
  what: string,
  wanted: Wanted,
  timeoutMs: number,
): Promise<LiveObject> {
  const selection = {
    fields: `metadata.name=${name.name}`,
    ...(name.namespace === undefined ? {} : { namespace: name.namespace }),
  };
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), timeoutMs);
  let last: LiveObject | null = null;
  try {
    for await (const { type, object } of watch(api, name, selection, end.signal)) {
      last = type === "DELETED" ? null : object;
      if (last !== null && wanted(last)) return last;
    }
  } finally {
    clearTimeout(timer);
    end.abort();
  }
  const state = last === null ? "there is no such object" : JSON.stringify(last["status"] ?? null).slice(0, 1500);
  throw new LabTrouble(`${nameText(name)} is not ${what} after ${timeoutMs / 1000} s`, state, "look at its events");
}

/** Waits until there is no such object. */
export async function waitForNone(api: KubeApi, name: ObjectName, timeoutMs: number): Promise<void> {
  const { namespace } = name;
  const selection = { fields: `metadata.name=${name.name}`, ...(namespace === undefined ? {} : { namespace }) };
  const signal = AbortSignal.timeout(timeoutMs);
  while (!signal.aborted) {
    const { items, resourceVersion } = await api.list(name, selection);
    if (items.length === 0) return;
    try {
      for await (const line of api.watchLines(name, selection, resourceVersion, signal))
        if (readLine(line)?.type === "DELETED") break;
    } catch (error) {
      if (!signal.aborted && !isGone(error)) throw error;
    }
  }
  throw new LabTrouble(`${nameText(name)} is still there after ${timeoutMs / 1000} s`, "a finalizer?", "look at it");
}

/** A condition of the object's status that says True, and about its present generation where it names one. */
export function hasCondition(type: string): Wanted {
  return ({ status, metadata }) => {
    const conditions = isJsonObject(status) ? status["conditions"] : undefined;
    return (Array.isArray(conditions) ? (conditions as readonly Json[]) : []).some((condition) => {
      if (!isJsonObject(condition) || condition["type"] !== type || condition["status"] !== "True") return false;
      const generation = condition["observedGeneration"];
      return generation === undefined || generation === metadata.generation;
    });
  };
}

/** A Deployment whose newest template runs in all its pods, and none of the older ones are left. */
export const isRolledOut: Wanted = ({ spec, status, metadata }) => {
  if (!isJsonObject(spec) || !isJsonObject(status)) return false;
  const wanted = spec["replicas"] ?? 1;
  const { observedGeneration, updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  return (
    observedGeneration === metadata.generation &&
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted
  );
};
