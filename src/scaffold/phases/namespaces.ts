// The namespaces; then the CAs, which istiod must find when it starts.
import { always } from "../../conditions/condition.ts";
import { groupBy, sortedBy, sortedUnique } from "../../core/order.ts";
import { minuteMs, makeStep } from "../../plan/make-step.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { madeObject } from "../objects/made-object.ts";
import { neighboursOf } from "../scaffold.ts";
import { createStep, type PhaseInput } from "./phase-input.ts";

export function namespacesPhase(input: PhaseInput): Phase {
  const { scaffold } = input;
  const byCluster = groupBy(scaffold.meshes, ({ cluster }) => cluster);
  const created = sortedUnique(byCluster.keys()).flatMap((cluster): Step[] => {
    const meshes = byCluster.get(cluster) ?? [];
    const namespaces = [
      ...sortedUnique(meshes.map(({ namespace }) => namespace)).map((name) => ({ name, labels: {} })),
      // Injection, and membership of a ClusterWide mesh, go by this label (Maistra operator 2.5, createMemberRoll).
      ...sortedUnique(meshes.flatMap(({ apps }) => apps.map(({ namespace }) => namespace))).map((name) => ({
        name,
        labels: { "istio-injection": "enabled" },
      })),
    ];
    return namespaces.map(({ name, labels }) =>
      createStep(input, madeObject(cluster, { apiVersion: "v1", kind: "Namespace", name, labels }), {
        phase: "namespaces",
        title: `create namespace ${name}`,
        rule: "scaffold.members-by-label",
      }),
    );
  });
  const linked = scaffold.meshes.filter(({ name }) => neighboursOf(scaffold, name).length > 0);
  const authorities = sortedBy(
    linked,
    ({ cluster }) => cluster,
    ({ name }) => name,
  ).map(({ cluster, name, namespace }) =>
    makeStep({
      phase: "namespaces",
      title: `apply the Secret cacerts of mesh ${name}, which meshferry certs create --manifests has written (${name}/cacerts.yaml)`,
      rule: "scaffold.cacerts-first",
      about: name,
      action: { do: "wait" },
      done: { kind: "present", ref: { cluster, group: "", kind: "Secret", namespace, name: "cacerts" } },
      timeoutMs: 60 * minuteMs,
    }),
  );
  return { id: "namespaces", gate: always, steps: [...created, ...authorities], verify: [], reversible: true };
}
