// Small plans for the executor's tests: ConfigMaps and Services in one or two clusters stand for what migrations write.
import { all, always, type Condition } from "../../src/conditions/condition.ts";
import { type Hash, hashOf } from "../../src/core/hash.ts";
import { type ClusterId, clusterId, stepId } from "../../src/core/ids.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import { madeBy } from "../../src/core/version.ts";
import { managedByLabel, managedByUs } from "../../src/inventory/ownership.ts";
import { makeStep, restore, type StepParts } from "../../src/plan/make-step.ts";
import type { Phase, PhaseId, Plan, Step } from "../../src/plan/plan.ts";
import type { Slot } from "../../src/target/desired-object.ts";

export const one: ClusterId = clusterId("one");
export const two: ClusterId = clusterId("two");

export function configMap(cluster: ClusterId, name: string, namespace = "default"): ObjectRef {
  return { cluster, group: "", kind: "ConfigMap", namespace, name };
}

export function deployment(cluster: ClusterId, name: string, namespace = "default"): ObjectRef {
  return { cluster, group: "apps", kind: "Deployment", namespace, name };
}

/** An object's body; ours carry our label. */
export function bodyOf({ group, kind, namespace, name }: ObjectRef, data: JsonObject, ours = true): JsonObject {
  const labels = ours ? { labels: { [managedByLabel]: managedByUs } } : {};
  const apiVersion = group === "" ? "v1" : `${group}/v1`;
  return { apiVersion, kind, metadata: { namespace, name, ...labels }, data };
}

export class PlanBuilder {
  readonly objects: Record<Hash, JsonObject> = {};
  readonly slots: Slot[] = [];
  readonly #phases: Phase[] = [];

  phase(id: PhaseId, steps: readonly Step[], gate: Condition = always): this {
    this.#phases.push({ id, gate, steps, verify: [], reversible: true });
    return this;
  }

  apply(phase: PhaseId, ref: ObjectRef, data: JsonObject, parts: Partial<StepParts> & ApplyParts = {}): Step {
    const body = bodyOf(ref, data, parts.ours ?? true);
    const hash = hashOf(body);
    this.objects[hash] = body;
    return makeStep({
      phase,
      title: `apply ${ref.name}`,
      rule: "export.own-namespace",
      action: { do: "apply", ref, object: hash, set: parts.set ?? [] },
      expect: "absent",
      done: all({ kind: "present", ref }),
      undo: restore,
      ...parts,
    });
  }

  plan(): Plan {
    return {
      apiVersion: "meshferry/plan.v1",
      madeBy,
      strategy: "shift",
      trust: "peers",
      rehearsed: true,
      basis: [],
      slots: this.slots,
      objects: this.objects,
      routes: [],
      waves: [],
      meshes: [],
      probes: [],
      phases: this.#phases,
      findings: [],
    };
  }
}

interface ApplyParts {
  readonly ours?: boolean;
  readonly set?: readonly { readonly pointer: string; readonly value: Json }[];
}

export const step = (text: string) => stepId(text);
