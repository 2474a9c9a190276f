// One run at a time in a cluster: a Lease that is held, renewed, and taken over only where its holder has stopped renewing it.
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { leaseHeld, leaseLost, notAnswering, writeForbidden } from "../findings/codes/run.ts";
import { managedByLabel, managedByUs } from "../inventory/ownership.ts";
import { ApiFailure, isTransient } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { Clock } from "./clock.ts";
import { preconditionsOf } from "./forward-tasks.ts";
import { RunTrouble } from "./run-trouble.ts";
import { metadataText } from "./task.ts";

export interface LeaseOptions {
  /** Who holds it, for people of the other run: "user@host, process 4711, 3f9c". Different for each run. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** Takes it from a holder that may still be at work: the user says that it is not. */
  readonly takeOver: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onWait: (holder: string, cluster: ClusterId) => void;
}

/** client-go's leader election stops writing after two thirds of the duration without a renewal (10 of 15 s). */
const giveUpAfter = 2 / 3;

export const usualLeaseSeconds = 30;

/** The namespace that every cluster has: those of the plan may not be there yet. */
const leaseNamespace = "default";
const leaseName = "meshferry";
const leaseText = `${leaseNamespace}/${leaseName}`;

export function leaseRef(cluster: ClusterId): ObjectRef {
  return { cluster, group: "coordination.k8s.io", kind: "Lease", namespace: leaseNamespace, name: leaseName };
}

export class HeldLease {
  readonly #client: ClusterClient;
  readonly #options: LeaseOptions;
  readonly #ended = new AbortController();
  readonly #renewing: Promise<void>;
  #seen: KubeObject;
  #lost: string | null = null;

  private constructor(client: ClusterClient, options: LeaseOptions, seen: KubeObject) {
    this.#client = client;
    this.#options = options;
    this.#seen = seen;
    this.#renewing = this.#renew();
  }

  /** Throws a RunTrouble where somebody else holds it and goes on renewing it. */
  static async take(client: ClusterClient, options: LeaseOptions): Promise<HeldLease> {
    try {
      return new HeldLease(client, options, await acquire(client, options));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const ref = leaseRef(client.id);
      const object = `Lease ${leaseText}`;
      if (error.reason === "forbidden") throw new RunTrouble(writeForbidden.at([ref], { does: "take", object }));
      const { request, message } = error;
      throw new RunTrouble(notAnswering.at([ref], { cluster: client.id, request, reply: message }));
    }
  }

  /** Throws a RunTrouble once it is not ours any more. */
  demand(): void {
    const cluster = this.#client.id;
    if (this.#lost !== null)
      throw new RunTrouble(leaseLost.at([leaseRef(cluster)], { cluster, lease: leaseText, why: this.#lost }));
  }

  /** Gives it back; where that fails it expires by itself. */
  async release(): Promise<void> {
    this.#ended.abort();
    await this.#renewing;
    if (this.#lost !== null) return;
    try {
      await this.#client.delete(leaseRef(this.#client.id), preconditionsOf(this.#seen));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
    }
  }

  async #renew(): Promise<void> {
    const { clock, durationSeconds } = this.#options;
    let renewedMs = clock.monotonicMs();
    let pauseMs = (durationSeconds * 1_000) / 4;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(pauseMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      try {
        this.#seen = await written(this.#client, this.#seen, this.#options);
        renewedMs = clock.monotonicMs();
        pauseMs = (durationSeconds * 1_000) / 4;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        if (error.reason === "conflict" && (await this.#isTaken())) return;
        if (error.reason === "not-found") this.#lost = "somebody has deleted it";
        const silentMs = clock.monotonicMs() - renewedMs;
        if (silentMs > durationSeconds * 1_000 * giveUpAfter)
          this.#lost = `it could not be renewed for ${Math.round(silentMs / 1_000)} s: ${error.message}`;
        if (this.#lost !== null) return;
        pauseMs = 1_000;
      }
    }
  }

  /** A conflict may also come from a reset after our own renewal had arrived. */
  async #isTaken(): Promise<boolean> {
    try {
      const now = await this.#client.get(leaseRef(this.#client.id));
      if (now !== null && holderOf(now) === this.#options.holder) {
        this.#seen = now;
        return false;
      }
      this.#lost = now === null ? "somebody has deleted it" : `${holderOf(now)} has taken it`;
      return true;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      return false;
    }
  }
}

async function acquire(client: ClusterClient, options: LeaseOptions): Promise<KubeObject> {
  const { clock, holder, signal, takeOver, onWait } = options;
  const ref = leaseRef(client.id);
  const beganMs = clock.monotonicMs();
  let observed: { readonly record: string; readonly sinceMs: number } | null = null;
  for (;;) {
    try {
      const seen = await client.get(ref);
      if (seen === null) return await client.create(ref, bodyOf(options, null));
      const other = holderOf(seen);
      if (other === "" || other === holder || takeOver) return await written(client, seen, options);
      // By our own clock alone: the other's may be wrong by hours (client-go, leaderelection.go, does the same).
      const record = JSON.stringify(seen.body["spec"]);
      if (observed !== null && observed.record !== record) throw heldTrouble(client.id, other);
      observed ??= { record, sinceMs: clock.monotonicMs() };
      if (clock.monotonicMs() - observed.sinceMs > durationOf(seen) * 1_000)
        return await written(client, seen, options);
      onWait(other, client.id);
      if (signal.aborted) throw heldTrouble(client.id, other);
      await clock.sleep(1_000, signal);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const retried = error.reason === "conflict" || error.reason === "not-found" || isTransient(error);
      if (!retried || signal.aborted || clock.monotonicMs() - beganMs > 120_000) throw error;
      await clock.sleep(error.retryAfterMs ?? 500, signal);
    }
  }
}

function heldTrouble(cluster: ClusterId, holder: string): RunTrouble {
  return new RunTrouble(leaseHeld.at([leaseRef(cluster)], { cluster, holder, lease: leaseText }));
}

/** Renewed, or taken: replaces exactly what was seen. */
async function written(client: ClusterClient, seen: KubeObject, options: LeaseOptions): Promise<KubeObject> {
  return client.replace(leaseRef(client.id), bodyOf(options, seen));
}

function bodyOf({ holder, durationSeconds, clock }: LeaseOptions, seen: KubeObject | null): JsonObject {
  const now = `${clock.date().toISOString().slice(0, -1)}000Z`;
  const mine = seen !== null && holderOf(seen) === holder;
  const transitions = seen === null ? 0 : numberAt(seen.body, "/spec/leaseTransitions");
  const acquired = seen === null ? undefined : valueAt(seen.body, "/spec/acquireTime");
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: leaseName,
      namespace: leaseNamespace,
      labels: { [managedByLabel]: managedByUs },
      ...(seen === null ? {} : { resourceVersion: metadataText(seen, "resourceVersion") }),
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime: mine && typeof acquired === "string" ? acquired : now,
      renewTime: now,
      leaseTransitions: seen === null || mine ? transitions : transitions + 1,
    },
  };
}

export function holderOf({ body }: KubeObject): string {
  const holder = valueAt(body, "/spec/holderIdentity");
  return typeof holder === "string" ? holder : "";
}

function durationOf({ body }: KubeObject): number {
  return numberAt(body, "/spec/leaseDurationSeconds") || usualLeaseSeconds;
}

function numberAt(body: Json, path: string): number {
  const value = isJsonObject(body) ? valueAt(body, path) : undefined;
  return typeof value === "number" ? value : 0;
}
