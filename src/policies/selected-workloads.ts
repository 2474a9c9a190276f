// Which workloads an object of Istio's configuration acts on: those of its namespace, or of all where it lies in the root namespace, that its selector means.
import { isJsonObject, type Json } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { matchesPairs } from "../inventory/label-match.ts";

/** A workload: its labels are null where they are not known. */
export interface Workload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>> | null;
}

/**
 * The labels that an object selects by; none: every workload. null: it names Gateways or Services of the Gateway API instead
 * (targetRef, Istio 1.22 and later), which sidecars and gateways of control planes are none of.
 */
export function selectorLabels({ body }: KubeObject): Readonly<Record<string, string>> | null {
  if (valueAt(body, "/spec/targetRef") !== undefined || valueAt(body, "/spec/targetRefs") !== undefined) return null;
  // EnvoyFilter has a selector of its own form (Istio, EnvoyFilter reference).
  return textPairs(valueAt(body, "/spec/selector/matchLabels") ?? valueAt(body, "/spec/workloadSelector/labels"));
}

/** How an object means a workload: by its labels, with all of a namespace or mesh, or not. Unknown labels may fit any selector. */
export function selects(object: KubeObject, root: string, workload: Workload): "labels" | "all" | "no" {
  const namespace = object.ref.namespace ?? "";
  const labels = selectorLabels(object);
  if (labels === null || (namespace !== root && namespace !== workload.namespace)) return "no";
  if (Object.keys(labels).length === 0) return "all";
  return workload.labels === null || matchesPairs(labels, workload.labels) ? "labels" : "no";
}

function textPairs(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

export type FilterPlace = "gateway" | "inbound" | "outbound";

/** Where the patches of an EnvoyFilter apply; a patch without a context applies everywhere (Istio, EnvoyFilter reference). */
export function filterPlaces({ body }: KubeObject): ReadonlySet<FilterPlace> {
  const patches = patchesOf(body);
  const places = patches.flatMap((patch): FilterPlace[] => {
    switch (valueAt(patch, "/match/context")) {
      case "GATEWAY":
        return ["gateway"];
      case "SIDECAR_INBOUND":
        return ["inbound"];
      case "SIDECAR_OUTBOUND":
        return ["outbound"];
      default:
        return ["gateway", "inbound", "outbound"];
    }
  });
  // One without patches that can be read may do anything.
  return new Set(patches.length === 0 ? ["gateway", "inbound", "outbound"] : places);
}

const httpOnly = ["HTTP_FILTER", "HTTP_ROUTE", "VIRTUAL_HOST", "ROUTE_CONFIGURATION"];

/** Whether an EnvoyFilter patches nothing but the handling of HTTP. */
export function patchesHttpOnly({ body }: KubeObject): boolean {
  const patches = patchesOf(body);
  return (
    patches.length > 0 &&
    patches.every((patch) => {
      const applyTo = valueAt(patch, "/applyTo");
      return typeof applyTo === "string" && httpOnly.includes(applyTo);
    })
  );
}

function patchesOf(body: Json): readonly Json[] {
  const patches = valueAt(body, "/spec/configPatches");
  return Array.isArray(patches) ? (patches as readonly Json[]) : [];
}
