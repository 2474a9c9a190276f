// The status that OSSM 3's operator gives Istio, IstioRevision and IstioCNI. Pure: the time is given.
// Facts: istio-ecosystem/sail-operator, api/v1/istio_types.go and istiocni_types.go (types, reasons, fields),
// controllers/istio/istio_controller.go (determineStatus: the Istio takes the conditions of its active revision),
// controllers/istiorevision (deriveState: the first condition that is not True gives the state; True has no reason).
import type { JsonObject } from "../../src/core/json.ts";

/** What was found out about an istiod, or about IstioCNI. */
export type Health =
  | { readonly is: "healthy" }
  | { readonly is: "starting" }
  | { readonly is: "refused"; readonly message: string };

export type Condition = {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
};

export interface StatusInput {
  readonly generation: number;
  readonly health: Health;
  /** What the object says at present: a condition that does not change keeps its time. */
  readonly before: readonly Condition[];
  /** ISO 8601, whole seconds. */
  readonly now: string;
  /** Why Ready is False while it starts. */
  readonly notReady: "IstiodNotReady" | "DaemonSetNotReady";
}

export interface SailStatus {
  readonly observedGeneration: number;
  readonly state: string;
  readonly conditions: readonly Condition[];
}

export function sailStatus({ generation, health, before, now, notReady }: StatusInput): SailStatus {
  const wanted = conditionsOf(health, notReady);
  const conditions = wanted.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? now };
  });
  const trouble = wanted.find(({ status }) => status !== "True");
  return { observedGeneration: generation, state: trouble?.reason ?? "Healthy", conditions };
}

function conditionsOf(health: Health, notReady: string): readonly Omit<Condition, "lastTransitionTime">[] {
  if (health.is === "refused")
    return [
      { type: "Reconciled", status: "False", reason: "ReconcileError", message: health.message },
      {
        type: "Ready",
        status: "Unknown",
        reason: "ReconcileError",
        message: "cannot determine readiness due to reconciliation error",
      },
    ];
  const ready = health.is === "healthy";
  return [
    { type: "Reconciled", status: "True" },
    ready ? { type: "Ready", status: "True" } : { type: "Ready", status: "False", reason: notReady, message: notReady },
  ];
}

/** What an Istio says on top: its one revision, in use or not. */
export function istioStatus(status: SailStatus, revision: string | null, inUse: boolean): JsonObject {
  const ready = status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
  return {
    observedGeneration: status.observedGeneration,
    state: status.state,
    conditions: status.conditions,
    ...(revision === null ? {} : { activeRevisionName: revision }),
    revisions: { total: revision === null ? 0 : 1, ready: ready ? 1 : 0, inUse: inUse ? 1 : 0 },
  };
}
