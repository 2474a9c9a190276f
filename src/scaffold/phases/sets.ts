// What is exported, then what is imported; then clients can dial.
import { always, type Condition } from "../../conditions/condition.ts";
import { minuteMs } from "../../plan/make-step.ts";
import type { Phase } from "../../plan/plan.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import { exportedServiceSet, importedServiceSet } from "../objects/service-sets.ts";
import { meshNamed } from "../scaffold.ts";
import { createStep, type PhaseInput } from "./phase-input.ts";

export function exportsPhase(input: PhaseInput): Phase {
  const { scaffold, hosts } = input;
  const steps = scaffold.exports.map((each) => {
    const set = exportedServiceSet(meshNamed(scaffold, each.from), meshNamed(scaffold, each.to), each);
    const offers = hosts.offering.has(`${each.from} ${each.to}`);
    return createStep(input, set, {
      phase: "exports",
      title: `create ExportedServiceSet ${set.ref.namespace ?? ""}/${set.ref.name}: ${each.from} offers services to ${each.to}`,
      rule: "federation.set-named-like-peer",
      ...(offers ? { done: filled(set.ref, "/status/exportedServices"), timeoutMs: 3 * minuteMs } : {}),
    });
  });
  return { id: "exports", gate: always, steps, verify: [], reversible: true };
}

export function importsPhase(input: PhaseInput): Phase {
  const { scaffold, hosts, probes } = input;
  const steps = scaffold.imports.map((each) => {
    const set = importedServiceSet(meshNamed(scaffold, each.into), meshNamed(scaffold, each.from), each);
    const takes = hosts.dialled.some(({ importer, exporter }) => importer === each.into && exporter === each.from);
    return createStep(input, set, {
      phase: "imports",
      title: `create ImportedServiceSet ${set.ref.namespace ?? ""}/${set.ref.name}: ${each.into} takes services of ${each.from}`,
      rule: "federation.set-named-like-peer",
      ...(takes ? { done: filled(set.ref, "/status/importedServices"), timeoutMs: 3 * minuteMs } : {}),
    });
  });
  return { id: "imports", gate: always, steps, verify: probes.map(({ id }) => id), reversible: true };
}

/** A resync fills the status, a minute apart at most (seen on Maistra 2.5). */
function filled(ref: ObjectRef, pointer: string): Condition {
  return { kind: "field", ref, pointer, is: "not-empty", value: null };
}
