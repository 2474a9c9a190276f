// The result of a rehearsal as data: what every pair of client and host met in every state that the plan passes through. Only changes are kept.
import type { Finding } from "../core/finding.ts";
import type { Host, MeshId, StepId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { Reached } from "../dataplane/reached.ts";

/** Clients of one namespace and account; sorted, at least one. */
export interface RehearsedClients {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workloads: readonly ObjectRef[];
}

/** A class of clients that cannot differ, and a host that it reaches at the start. */
export interface RehearsedPair {
  readonly mesh: MeshId;
  /** The same list for every pair of the class; sorted, at least one. */
  readonly clients: readonly RehearsedClients[];
  readonly host: Host;
  readonly port: number;
}

/**
 * "after": at once after the step. "later": some time after it, when certificates have been renewed and federation has synced
 * again. "undone": after the step and its undo. "restarted": `restarted` was started anew right after the step.
 */
export type Moment = "after" | "later" | "undone" | "restarted";

/** The pair's outcome changes: "after" against the state before the step, the others against the state after it. */
export interface OutcomeChange {
  readonly step: StepId;
  readonly when: Moment;
  /** The workload that was started anew; null unless `when` is "restarted". */
  readonly restarted: ObjectRef | null;
  /** Index into `pairs` and `outcomes`. */
  readonly pair: number;
  readonly outcome: number;
}

export interface Rehearsal {
  readonly apiVersion: "meshferry/rehearsal.v1";
  /** "sha256:…" of the plan that was rehearsed. */
  readonly plan: string;
  readonly pairs: readonly RehearsedPair[];
  /** Each different outcome once. */
  readonly outcomes: readonly Reached[];
  /** The outcome of each pair before the first step, by its index. */
  readonly start: readonly number[];
  /** In the order of the steps. */
  readonly changes: readonly OutcomeChange[];
  /** Why the plan must not be applied; empty: it is proven. */
  readonly refused: readonly Finding[];
  readonly counts: {
    readonly steps: number;
    /** States of the world that were looked at. */
    readonly states: number;
    /** Pairs that were evaluated in them. */
    readonly evaluated: number;
  };
}
