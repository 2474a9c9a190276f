// The clusters after a step, as far as steps change objects: what planning again starts from.
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../../src/core/object-ref.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { applyPatch } from "./apply-patch.ts";
import { textOf } from "./seen.ts";
import { slotValues } from "./slots.ts";
import { added } from "./world.ts";

/** A step that changes an object; restarts, waits and questions leave the objects as they are. */
export function changesObjects({ action }: Step): boolean {
  return !["wait", "confirm", "restart"].includes(action.do);
}

export function afterStep(inputs: readonly ClusterInput[], plan: Plan, { action }: Step): ClusterInput[] {
  switch (action.do) {
    case "apply": {
      const template: Json = plan.objects[action.object] ?? {};
      const body = action.set.reduce((made: Json, { pointer, value }) => withValueAt(made, pointer, value), template);
      const filled = fillSlots(body as JsonObject, slotValues(plan));
      return added(inputs, {
        ref: action.ref,
        apiVersion: textOf(filled["apiVersion"]),
        origin: { cluster: action.ref.cluster },
        body: filled,
      });
    }
    case "patch": {
      // Values of a Secret are never read; istiod publishes the patched roots in its ConfigMap.
      if (action.ref.kind === "Secret") return published(inputs, action.ref, action.ops);
      return edited(inputs, action.ref, (object) => ({
        ...object,
        body: applyPatch(object.body, action.ops) as JsonObject,
      }));
    }
    case "delete":
      return edited(inputs, action.ref, () => null);
    case "delete-together":
      return action.refs.reduce((left: ClusterInput[], ref) => edited(left, ref, () => null), [...inputs]);
    default:
      return [...inputs];
  }
}

function published(
  inputs: readonly ClusterInput[],
  secret: ObjectRef,
  ops: Extract<Step["action"], { do: "patch" }>["ops"],
): ClusterInput[] {
  const replaced = ops.find(({ op }) => op === "replace");
  const text = replaced && "value" in replaced ? Buffer.from(textOf(replaced.value), "base64").toString("utf8") : "";
  const configMap: ObjectRef = { ...secret, kind: "ConfigMap", name: "istio-ca-root-cert" };
  return edited(inputs, configMap, (object) => ({
    ...object,
    body: withValueAt(object.body, "/data/root-cert.pem", text) as JsonObject,
  }));
}

function edited(
  inputs: readonly ClusterInput[],
  ref: ObjectRef,
  edit: (object: KubeObject) => KubeObject | null,
): ClusterInput[] {
  const key = refKey(ref);
  return inputs.map((input) => ({
    ...input,
    objects: input.objects.flatMap((object) => (refKey(object.ref) === key ? (edit(object) ?? []) : [object])),
  }));
}
