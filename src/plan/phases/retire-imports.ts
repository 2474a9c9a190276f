// retire-imports: from here on undo takes more than putting objects back, so the run asks first.
import { all } from "../../conditions/condition.ts";
import type { Json } from "../../core/json.ts";
import type { Typed } from "../../inventory/cluster.ts";
import { expected } from "../expected.ts";
import { federationSets } from "../federation-sets.ts";
import { makeStep, resyncMs } from "../make-step.ts";
import type { Action, Phase, Step } from "../plan.ts";
import { type PlanContext, probesOf } from "../plan-context.ts";
import { idsOf } from "./export.ts";
import { narrowSteps } from "./join-steps.ts";
import { goneSets, onNewPath } from "./retire-exports.ts";

export function retireImportsPhase(context: PlanContext): Phase {
  const probes = probesOf(context);
  const sets = federationSets(context, "ImportedServiceSet");
  const gone = goneSets(federationSets(context, "ExportedServiceSet"));
  const steps: Step[] = [];
  const narrowed = narrowSteps(context);
  if (sets.length > 0) {
    const confirm = makeStep({
      phase: "retire-imports",
      title: "Confirm: the import sets go; bringing them back takes a resync of federation",
      action: { do: "confirm", loses: sets.map(({ ref }) => ref) },
      rule: "retire.confirm",
    });
    const removed = sets.map((set) =>
      makeStep({
        phase: "retire-imports",
        title: `Delete ImportedServiceSet ${set.ref.namespace}/${set.ref.name} in ${set.ref.cluster}`,
        action: { do: "delete", ref: set.ref },
        rule: "retire.imports-after-exports",
        after: [confirm.id],
        expect: expected(set.object.body, "/spec"),
        done: { kind: "absent", ref: set.ref },
        undo: { how: "restore", also: wakeUp(set) },
      }),
    );
    steps.push(confirm, ...removed);
  }
  if (sets.length > 0 || narrowed.length > 0) {
    const resync = makeStep({
      phase: "retire-imports",
      about: "resync",
      title: "Let federation resync, and see that every client still gets through",
      action: { do: "wait" },
      rule: "retire.no-federation-endpoint",
      after: idsOf(steps.filter(({ action }) => action.do === "delete")),
      done: all(...goneSets(sets), ...onNewPath(context, "gone")),
      timeoutMs: 5 * resyncMs,
    });
    steps.push(resync, ...narrowed);
  }
  const gate = all(...gone, ...onNewPath(context, "gone"));
  return { id: "retire-imports", gate, steps, verify: probes, reversible: true };
}

/**
 * A re-created set is ignored until its generation moves (seen on Maistra 2.5): a rule that matches nothing is added and
 * taken away again.
 */
function wakeUp({ ref, object, view }: Typed<"ImportedServiceSet.federation.maistra.io">): Action[] {
  const rule: Json = { type: "NameSelector", nameSelector: { namespace: "meshferry-none", name: "meshferry-none" } };
  const spec = object.body["spec"];
  const listed = typeof spec === "object" && spec !== null && Object.hasOwn(spec, "importRules");
  const at = `/spec/importRules/${view.spec.importRules.length}`;
  if (!listed) return [];
  return [
    { do: "patch", ref, ops: [{ op: "add", path: "/spec/importRules/-", value: rule }] },
    {
      do: "patch",
      ref,
      ops: [
        { op: "test", path: at, value: rule },
        { op: "remove", path: at },
      ],
    },
  ];
}
