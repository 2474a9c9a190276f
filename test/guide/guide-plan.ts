// The published procedure as a plan, written by hand: the restated documents in the guide's own order, without a condition on anything.
import { join } from "node:path";
import { z } from "zod";
import { always } from "../../src/conditions/condition.ts";
import { hashOf } from "../../src/core/hash.ts";
import { clusterId, type StepId } from "../../src/core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
import type { Action, Phase, Plan, Step } from "../../src/plan/plan.ts";
import { readDocuments } from "../examples/read-documents.ts";

const folder = new URL(".", import.meta.url).pathname;

const reference = z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() });
const step = z.discriminatedUnion("do", [
  z.object({
    phase: z.string(),
    cluster: z.string(),
    do: z.literal("apply"),
    object: z.object({ file: z.string(), document: z.number() }),
  }),
  z.object({ phase: z.string(), cluster: z.string(), do: z.literal("delete"), object: reference }),
  z.object({
    phase: z.string(),
    cluster: z.string(),
    do: z.literal("patch"),
    object: reference,
    patch: z.array(z.object({ op: z.literal("remove"), path: z.string() })),
  }),
]);
const guide = z.object({ steps: z.array(step) }).parse(readDocuments(join(folder, "steps.yaml"))[0]);

/** The address of West's gateway, which whoever follows the guide reads off its Service. */
const addressSlot = "the address of West's gateway";

/** The plan of the guide over `base`, a plan of the same meshes: its routes and meshes, and none of its steps. */
export function guidePlan(base: Plan): Plan {
  const objects: Record<string, JsonObject> = {};
  const steps = guide.steps.map((each, at): readonly [phase: string, step: Step] => {
    const cluster = clusterId(each.cluster);
    const action = actionOf(each, cluster, objects);
    const title = titleOf(action);
    return [each.phase, plainStep(`guide/${String(at + 1).padStart(2, "0")}`, title, action)];
  });
  const slots = base.slots.map((slot) => ({ ...slot, id: addressSlot as typeof slot.id }));
  // The guide's gateway lies in the control plane's namespace.
  const moved = slots.flatMap((slot) =>
    slot.type === "addresses" ? [{ ...slot, from: { ...slot.from, namespace: "istio-system" } }] : [],
  );
  const phase = (id: Phase["id"], names: readonly string[]): Phase => ({
    id,
    gate: always,
    steps: steps.flatMap(([name, its]) => (names.includes(name) ? [its] : [])),
    verify: [],
    reversible: true,
  });
  return {
    ...base,
    slots: moved,
    objects,
    phases: [
      phase("export", ["export"]),
      phase("import", ["import"]),
      phase("retire-peers", ["remove-federation", "remove-gateways"]),
    ],
  };
}

type Read = (typeof guide.steps)[number];

function actionOf(each: Read, cluster: ObjectRef["cluster"], objects: Record<string, JsonObject>): Action {
  if (each.do === "apply") {
    const document = readDocuments(join(folder, each.object.file))[each.object.document];
    if (!isJsonObject(document)) throw new Error(`no document ${each.object.document} in ${each.object.file}`);
    const body = withSlot(document);
    const hash = hashOf(body);
    objects[hash] = body;
    return { do: "apply", ref: refOf(cluster, body), object: hash, set: [] };
  }
  const { apiVersion, kind, namespace, name } = each.object;
  const ref: ObjectRef = { cluster, group: apiVersion.split("/")[0] ?? "", kind, namespace, name };
  return each.do === "delete" ? { do: "delete", ref } : { do: "patch", ref, ops: each.patch };
}

function withSlot(document: JsonObject): JsonObject {
  const addresses = valueAt(document, "/spec/addresses");
  return addresses === undefined
    ? document
    : (withValueAt(document, "/spec/addresses", { $slot: addressSlot }) as JsonObject);
}

/** Without a namespace an object lands in that of whoever applies it: "default", where nobody has set another. */
function refOf(cluster: ObjectRef["cluster"], body: JsonObject): ObjectRef {
  const [apiVersion, kind, name] = ["/apiVersion", "/kind", "/metadata/name"].map((at) => text(valueAt(body, at)));
  const namespace = text(valueAt(body, "/metadata/namespace")) || "default";
  return { cluster, group: (apiVersion ?? "").split("/")[0] ?? "", kind: kind ?? "", namespace, name: name ?? "" };
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function titleOf(action: Action): string {
  if (!("ref" in action)) return action.do;
  const { kind, namespace, name, cluster } = action.ref;
  return `${action.do} ${kind} ${namespace}/${name} in ${cluster}`;
}

function plainStep(id: string, title: string, action: Action): Step {
  return {
    id: id as StepId,
    title,
    action,
    after: [],
    expect: "any",
    done: always,
    timeoutMs: 0,
    undo: action.do === "apply" ? { how: "restore", also: [] } : { how: "none", needed: false },
    routes: [],
    why: { rule: "scaffold.guide-setup", params: {} },
  };
}
