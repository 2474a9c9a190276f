// The clusters after a step, as far as steps change objects: what planning again starts from.
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../../src/core/object-ref.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
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
      if (action.ref.kind === "Secret") return patchedSecret(inputs, action.ref, action.ops);
      return edited(inputs, action.ref, (object) => ({
        ...object,
        body: applyPatch(object.body, action.ops) as JsonObject,
      }));
    }
    case "delete":
      return edited(inputs, action.ref, () => null);
    case "delete-together":
      return action.refs.reduce((left: ClusterInput[], ref) => edited(left, ref, () => null), [...inputs]);
    case "restart":
      return action.workload.name.startsWith("istiod-") ? published(inputs, action.workload) : [...inputs];
    default:
      return [...inputs];
  }
}

/** The Secret as the server keeps it: what nobody reads is here what istiod published when it started. */
function patchedSecret(
  inputs: readonly ClusterInput[],
  secret: ObjectRef,
  ops: Extract<Step["action"], { do: "patch" }>["ops"],
): ClusterInput[] {
  const shown = configMapOf(inputs, secret)?.body ?? {};
  const bytes = Buffer.from(textOf(valueAt(shown, "/data/root-cert.pem")), "utf8").toString("base64");
  return edited(inputs, secret, (object) => {
    const body = Object.hasOwn(object.body, "data")
      ? object.body
      : { ...object.body, data: { "root-cert.pem": bytes } };
    return { ...object, body: applyPatch(body, ops) as JsonObject };
  });
}

/** istiod reads its CA when it starts, and publishes the roots. */
function published(inputs: readonly ClusterInput[], istiod: ObjectRef): ClusterInput[] {
  const secret: ObjectRef = { ...istiod, group: "", kind: "Secret", name: "cacerts" };
  const held = inputs.flatMap(({ objects }) => objects).find(({ ref }) => refKey(ref) === refKey(secret));
  const bytes = held && valueAt(held.body, "/data/root-cert.pem");
  if (bytes === undefined) return [...inputs];
  const text = Buffer.from(textOf(bytes), "base64").toString("utf8");
  return edited(inputs, { ...secret, kind: "ConfigMap", name: "istio-ca-root-cert" }, (object) => ({
    ...object,
    body: withValueAt(object.body, "/data/root-cert.pem", text) as JsonObject,
  }));
}

function configMapOf(inputs: readonly ClusterInput[], { cluster, namespace }: ObjectRef): KubeObject | undefined {
  return inputs
    .flatMap(({ objects }) => objects)
    .find(
      ({ ref }) =>
        ref.cluster === cluster &&
        ref.kind === "ConfigMap" &&
        ref.namespace === namespace &&
        ref.name === "istio-ca-root-cert",
    );
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
