// prepare: nothing is changed; what the later phases rely on is seen to be so.
import { all } from "../../conditions/condition.ts";
import { makeStep, minuteMs } from "../make-step.ts";
import type { Phase } from "../plan.ts";
import { peersAround, type PlanContext, probesOf } from "../plan-context.ts";

export function preparePhase(context: PlanContext): Phase {
  const steps = context.participants.map((mesh) =>
    makeStep({
      phase: "prepare",
      about: mesh.id,
      title: `See that ${mesh.id} is ready and its peers are connected`,
      action: { do: "wait" },
      rule: "prepare.healthy-start",
      done: all(
        { kind: "status", ref: mesh.controlPlane.ref, type: "Ready", status: "True" },
        { kind: "rolled-out", ref: mesh.istiod },
        ...peersAround(context, mesh)
          .filter(({ cluster, namespace }) => cluster === mesh.cluster && namespace === mesh.namespace)
          .map((ref) => ({ kind: "peer-synced", ref }) as const),
      ),
      timeoutMs: 2 * minuteMs,
    }),
  );
  const probes = probesOf(context);
  return { id: "prepare", gate: all(), steps, verify: probes, reversible: true };
}
