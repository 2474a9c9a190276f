// One run at a time in a cluster: a Lease that is held, renewed, and taken over only where its holder has stopped renewing it.
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import type { Finding } from "../core/finding.ts";
import { credentialsRefused, leaseHeld, leaseLost, notAnswering, writeForbidden } from "../findings/codes/run.ts";
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

export interface HoldOptions {
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const holdPauseMs = 250;

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
  #lost: Finding | null = null;
  #renewedMs: number;
  /** What the last try to renew it came to. */
  #refusal = "";

  private constructor(client: ClusterClient, options: LeaseOptions, seen: KubeObject) {
    this.#client = client;
    this.#options = options;
    this.#seen = seen;
    this.#renewedMs = options.clock.monotonicMs();
    this.#renewing = this.#renew();
  }

  get cluster(): ClusterId {
    return this.#client.id;
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
      if (error.reason === "unauthorized") throw new RunTrouble(shutOut(client.id, error));
      const { request, message } = error;
      throw new RunTrouble(notAnswering.at([ref], { cluster: client.id, request, reply: message }));
    }
  }

  /**
   * Returns when it is surely ours: renewed of late. One that could not be renewed for a while, since the cluster was away, is ours
   * again once it is renewed: that succeeds only where nobody has taken it meanwhile. Throws a RunTrouble where it is lost, or
   * the time is up; returns on the signal.
   */
  async demand({ deadlineMs, signal }: HoldOptions): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      if (this.#lost !== null) throw new RunTrouble(this.#lost);
      const silentMs = clock.monotonicMs() - this.#renewedMs;
      if (signal.aborted || silentMs <= this.#options.durationSeconds * 1_000 * giveUpAfter) return;
      if (clock.monotonicMs() >= deadlineMs)
        throw new RunTrouble(
          this.#loss(`it could not be renewed for ${Math.round(silentMs / 1_000)} s: ${this.#refusal}`),
        );
      await clock.sleep(holdPauseMs, signal);
    }
  }

  #loss(why: string): Finding {
    const cluster = this.#client.id;
    return leaseLost.at([leaseRef(cluster)], { cluster, lease: leaseText, why });
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
    const usualPauseMs = (durationSeconds * 1_000) / 4;
    let pauseMs = usualPauseMs;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(pauseMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      // From here the others count: an answer may be long on its way.
      const askedMs = clock.monotonicMs();
      try {
        // An answer that comes later than that is no use: another try may get through where this connection is dead.
        const signal = AbortSignal.timeout(Math.round((durationSeconds * 1_000) / 3));
        this.#seen = await written(this.#client, this.#seen, this.#options, signal);
        this.#renewedMs = askedMs;
        pauseMs = usualPauseMs;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        this.#refusal = error.message;
        if (error.reason === "conflict" && (await this.#isTaken())) return;
        if (error.reason === "not-found") this.#lost = this.#loss("somebody has deleted it");
        // A plugin that is asked for credentials again and again may ask a person each time.
        if (error.reason === "unauthorized") this.#lost = shutOut(this.#client.id, error);
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
      this.#lost = this.#loss(now === null ? "somebody has deleted it" : `${holderOf(now)} has taken it`);
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

function shutOut(cluster: ClusterId, { request, message }: ApiFailure): Finding {
  return credentialsRefused.at([leaseRef(cluster)], { cluster, request, reply: message });
}

function heldTrouble(cluster: ClusterId, holder: string): RunTrouble {
  return new RunTrouble(leaseHeld.at([leaseRef(cluster)], { cluster, holder, lease: leaseText }));
}

/** Renewed, or taken: replaces exactly what was seen. */
async function written(
  client: ClusterClient,
  seen: KubeObject,
  options: LeaseOptions,
  signal?: AbortSignal,
): Promise<KubeObject> {
  return client.replace(leaseRef(client.id), bodyOf(options, seen), signal === undefined ? {} : { signal });
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
