// slot: a value that only exists during a run is there.
import { refKey, refText } from "../../core/object-ref.ts";
import type { Json } from "../../core/json.ts";
import { slotEmpty } from "../../findings/codes/conditions.ts";
import type { Slot } from "../../target/desired-object.ts";
import { slotValue } from "../../target/fill-slots.ts";
import { type Facts, isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { unknownName, unseenObject, unseenWhat } from "../unseen.ts";
import { done, pending, type Verdict } from "../verdict.ts";

export const slot: Kind<ConditionOf<"slot">> = {
  stage: "objects",
  judge: ({ slot: id }, facts, { slots }) => {
    const found = slots.get(id);
    return found ? ofSlot(found, facts) : unknownName(`the slot ${id}`);
  },
};

function ofSlot(of: Slot, facts: Facts): Verdict {
  if (of.type === "node-addresses") {
    const nodes = facts.nodes(of.cluster);
    if (isUnseen(nodes)) return unseenWhat([], `the nodes of ${of.cluster}`, nodes);
    const value = slotValue(of, { object: () => undefined, nodes: () => nodes });
    return value === null ? pending(slotEmpty.at([], { what: `An address of a node of ${of.cluster}` })) : done;
  }
  const object = facts.object(of.from);
  if (isUnseen(object)) return unseenObject(of.from, object);
  const body: Json | undefined = object === "absent" ? undefined : object.body;
  const key = refKey(of.from);
  const value = slotValue(of, { object: (ref) => (refKey(ref) === key ? body : undefined), nodes: () => [] });
  if (value !== null) return done;
  const what = of.type === "node-port" ? `The node port for ${of.port}` : "The address";
  return pending(slotEmpty.at([of.from], { what: `${what} of ${refText(of.from)}` }));
}
