import { expect, test } from "vitest";
import { istioStatus, sailStatus } from "./sail-status.ts";

const input = { generation: 2, before: [], now: "2026-01-01T00:00:00Z", notReady: "IstiodNotReady" } as const;
const lastTransitionTime = input.now;

test("healthy: both conditions True without a reason", () => {
  expect(sailStatus({ ...input, health: { is: "healthy" } })).toEqual({
    observedGeneration: 2,
    state: "Healthy",
    conditions: [
      { type: "Reconciled", status: "True", lastTransitionTime },
      { type: "Ready", status: "True", lastTransitionTime },
    ],
  });
});

test("while istiod starts: reconciled and not ready; a condition that stays keeps its time", () => {
  const before = [{ type: "Reconciled", status: "True", lastTransitionTime: "2025-01-01T00:00:00Z" }] as const;
  const status = sailStatus({ ...input, before, health: { is: "starting" } });
  expect(status).toEqual({
    observedGeneration: 2,
    state: "IstiodNotReady",
    conditions: [
      { type: "Reconciled", status: "True", lastTransitionTime: "2025-01-01T00:00:00Z" },
      { type: "Ready", status: "False", reason: "IstiodNotReady", message: "IstiodNotReady", lastTransitionTime },
    ],
  });
  expect(istioStatus(status, "v3", true)).toEqual({
    ...status,
    activeRevisionName: "v3",
    revisions: { total: 1, ready: 0, inUse: 1 },
  });
});

test("refused: not reconciled, and nobody knows whether it is ready", () => {
  const status = sailStatus({ ...input, health: { is: "refused", message: "no" } });
  expect([status.state, status.conditions.map(({ type, status: is }) => [type, is])]).toEqual([
    "ReconcileError",
    [
      ["Reconciled", "False"],
      ["Ready", "Unknown"],
    ],
  ]);
  expect(istioStatus(status, null, false)["revisions"]).toEqual({ total: 0, ready: 0, inUse: 0 });
});
