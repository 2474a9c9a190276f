// What a run has around it: the plan with its state, clusters, and whatever waits, asks, notes and tells for it.
import type { Condition } from "../conditions/condition.ts";
import type { Finding } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { BeforeImages } from "./before-images.ts";
import type { Chains } from "./chains.ts";
import type { Clock } from "./clock.ts";
import type { FirstLooks } from "./first-looks.ts";
import type { WriteRules } from "./forward-tasks.ts";
import type { RunLock } from "./leases.ts";
import type { RunEventBody } from "./run-event.ts";
import type { RunState } from "./run-state.ts";

/** What a look at a condition says. */
export type Waited = { readonly is: "done" } | { readonly is: "pending" | "failed"; readonly seen: Finding };

export interface UntilOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onVerdict: (verdict: Waited) => void;
}

/** Waits until a condition holds; gives the last verdict when it does, when it cannot any more, when the time is up, or on the signal. */
export type Until = (condition: Condition, options: UntilOptions) => Promise<Waited>;

export interface RunWorld {
  readonly plan: Plan;
  readonly chains: Chains;
  /** As the journal has it when the run begins. */
  readonly state: RunState;
  readonly clients: ReadonlyMap<ClusterId, ClusterClient>;
  readonly until: Until;
  readonly clock: Clock;
  /** Returns when the event is on disk, where the journal keeps it. Throws a RunTrouble where that fails. */
  readonly emit: (event: RunEventBody) => Promise<void>;
  readonly images: BeforeImages;
  readonly lock: RunLock;
  readonly looks: FirstLooks;
  readonly confirm: (step: Step) => Promise<boolean>;
  readonly rules: WriteRules;
  /** How long connections of the old path are waited for; then the run goes on without them. null: as long as the step may take. */
  readonly drainTimeoutMs: number | null;
  /** Asks the run to stop after the steps in hand. */
  readonly signal: AbortSignal;
  /** Steps side by side that write to one cluster. */
  readonly perCluster: number;
}

export function clientFor({ clients }: Pick<RunWorld, "clients">, cluster: ClusterId): ClusterClient {
  const client = clients.get(cluster);
  if (!client) throw new Error(`no client for cluster ${cluster}`);
  return client;
}
