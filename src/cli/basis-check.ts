// Whether the clusters are still what the plan was made from: the same hashes, made again from what is seen, as it was before the plan's own steps.
import type { Config } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import { pointer, valueAt, withValueAt } from "../core/pointer.ts";
import { basisChanged } from "../findings/codes/run.ts";
import { examine, makePlan } from "../pipeline.ts";
import type { BasisEntry, Plan, Step } from "../plan/plan.ts";
import { patched } from "../present/model/patched.ts";
import type { BeforeImages } from "../run/before-images.ts";
import type { RunState } from "../run/run-state.ts";

/** A finding for each fact that is another one by now. None for a scaffold, which rests on nothing. */
export function changedFacts(
  plan: Plan,
  state: RunState,
  images: BeforeImages,
  inputs: readonly ClusterInput[],
  config: Config,
): Finding[] {
  if (plan.basis.length === 0) return [];
  const before = beforeOwnSteps(plan, state, images, inputs);
  const now = makePlan(examine(before, { ...config, trust: { ...config.trust, order: plan.trust } }), {
    ...config,
    trust: { ...config.trust, order: plan.trust },
  }).basis;
  return differences(plan.basis, now);
}

function differences(planned: readonly BasisEntry[], now: readonly BasisEntry[]): Finding[] {
  const key = ({ ref, of }: BasisEntry): string => `${refKey(ref)}|${of}`;
  const [then, seen] = [planned, now].map((entries) => new Map(entries.map((entry) => [key(entry), entry])));
  const all = new Map([...(then ?? []), ...(seen ?? [])]);
  const changed = [...all].filter(([name]) => then?.get(name)?.hash !== seen?.get(name)?.hash);
  return sortedBy(changed, ([name]) => name).map(([name, { ref, of }]) => {
    const facts =
      then?.has(name) === true
        ? seen?.has(name) === true
          ? `its facts "${of}"`
          : "that it is gone"
        : "that it is there";
    return basisChanged.at([ref], { object: refText(ref), facts });
  });
}

/** The clusters as if the plan had done nothing yet: what it made is away, what it deleted is back, its patches are taken back. */
export function beforeOwnSteps(
  plan: Plan,
  state: RunState,
  images: BeforeImages,
  inputs: readonly ClusterInput[],
): ClusterInput[] {
  const byCluster = new Map(
    inputs.map(({ id, objects }) => [id, new Map(objects.map((object) => [refKey(object.ref), object]))]),
  );
  for (const step of plan.phases.flatMap(({ steps }) => steps).reverse()) {
    const record = state.steps.get(step.id);
    for (const found of record?.found.values() ?? []) {
      const objects = byCluster.get(found.ref.cluster);
      const now = objects?.get(refKey(found.ref));
      if (found.uid === null) objects?.delete(refKey(found.ref));
      else if (step.action.do === "patch" && now !== undefined)
        objects?.set(refKey(found.ref), { ...now, body: patchedBack(now.body, step) });
      else if (step.action.do === "delete" || step.action.do === "delete-together") {
        const image = images.read(found);
        if (image !== null && objects !== undefined) objects.set(refKey(found.ref), restored(found.ref, image.body));
      }
    }
    if (record !== undefined && record.found.size > 0) rootsBack(step, byCluster);
  }
  return inputs.map((input) => ({
    ...input,
    objects: sortedBy(byCluster.get(input.id)?.values() ?? [], ({ ref }) => refKey(ref)),
  }));
}

function restored(ref: ObjectRef, body: JsonObject): KubeObject {
  const { apiVersion } = body;
  return { ref, apiVersion: typeof apiVersion === "string" ? apiVersion : "", origin: { cluster: ref.cluster }, body };
}

/** As it was where the inverse fits; somebody else's later change stays, and shows as one. */
function patchedBack(body: JsonObject, { undo }: Step): JsonObject {
  let before: Json = body;
  for (const action of undo.how === "actions" ? undo.actions : []) {
    if (action.do !== "patch") continue;
    const fits = action.ops.every(
      (op) => op.op !== "test" || JSON.stringify(valueAt(before, op.path)) === JSON.stringify(op.value),
    );
    if (!fits) continue;
    for (const op of action.ops) before = patched(before, op);
  }
  return isJsonObject(before) ? before : body;
}

const rootKey = "root-cert.pem";

/** istiod publishes what the Secret with its CA holds, in a ConfigMap of every namespace (docs/facts.md, trust.combined-root). */
function rootsBack({ action }: Step, byCluster: ReadonlyMap<string, Map<string, KubeObject>>): void {
  if (action.do !== "patch" || action.ref.kind !== "Secret") return;
  const path = pointer("data", rootKey);
  const text = (wanted: "test" | "replace"): string | null => {
    for (const op of action.ops)
      if (op.op === wanted && op.path === path && typeof op.value === "string") return decoded(op.value);
    return null;
  };
  const [before, after] = [text("test"), text("replace")];
  if (before === null || after === null) return;
  const objects = byCluster.get(action.ref.cluster);
  for (const [key, object] of objects ?? []) {
    const held = object.ref.kind === "ConfigMap" && valueAt(object.body, path) === after;
    if (held) objects?.set(key, { ...object, body: withValueAt(object.body, path, before) as JsonObject });
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
