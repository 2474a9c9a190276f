// Rehearsals written by hand for the plan of the example of two meshes: one that is proven, and one that loses requests in every way.
import { clusterId, host, meshId, type StepId, stepId } from "../../src/core/ids.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import type { Hop, Reached, Reason, Way } from "../../src/dataplane/reached.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Explained } from "../../src/rehearsal/explain.ts";
import type { OutcomeChange, Rehearsal, RehearsedPair } from "../../src/rehearsal/rehearsal.ts";

const east = clusterId("east");
const west = clusterId("west");
const mesh = meshId(east, "istio-system", "basic");
export const hash = `sha256:${"5".repeat(64)}`;

export function deployment(cluster: "east" | "west", namespace: string, name: string): ObjectRef {
  return { cluster: cluster === "east" ? east : west, group: "apps", kind: "Deployment", namespace, name };
}

const curl = deployment("east", "client", "curl");
const hosts = [host("httpbin.a.svc.west-mesh-imports.local"), host("httpbin.b.svc.cluster.local")] as const;

function pairOf(name: string, at: 0 | 1): RehearsedPair {
  const workloads = name === "curl" ? [curl, deployment("east", "client", "other")] : [deployment("east", name, name)];
  return {
    mesh,
    clients: [{ namespace: name === "curl" ? "client" : name, serviceAccount: name, workloads }],
    host: hosts[at],
    port: 8000,
  };
}

const bySidecar = "east.local/ns/client/sa/curl";
const byGateway = "west.local/ns/istio-system/sa/federation-ingress-service-account";

export function ok(path: "federation" | "east-west" | "local" | "mixed", of = 1): Reached {
  return { state: "ok", path, good: of, of, seenAs: [path === "federation" ? byGateway : bySidecar], reasons: [] };
}

export function degraded(path: "east-west" | "mixed", good: number, of: number, ...reasons: Reason[]): Reached {
  return { ...ok(path, of), state: "degraded", good, reasons };
}

export function broken(...reasons: Reason[]): Reached {
  return { state: "broken", path: "none", good: 0, of: 1, seenAs: [], reasons };
}

export const refusesRoot: Reason = {
  code: "client-refuses-root",
  at: curl,
  params: { client: mesh, server: "west/istio-system/basic" },
};
export const noService: Reason = { code: "no-service", at: null, params: { host: hosts[0] } };

/** The step whose title holds these words. */
export function stepWith(plan: Plan, words: string): StepId {
  const found = plan.phases.flatMap(({ steps }) => steps).find(({ title }) => title.includes(words));
  return found?.id ?? stepId(`no step with ${words}`);
}

interface Change {
  readonly step: StepId;
  readonly pair: number;
  readonly outcome: number;
  readonly when?: OutcomeChange["when"];
  readonly restarted?: ObjectRef;
}

function changed({ step, pair, outcome, when = "after", restarted }: Change): OutcomeChange {
  return { step, pair, outcome, when, restarted: restarted ?? null };
}

function counted(plan: Plan, pairs: readonly RehearsedPair[]): Rehearsal["counts"] {
  const steps = plan.phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  return { steps, states: steps * 4, evaluated: steps * 4 * pairs.length };
}

/** Each host moves from federation to the east-west gateway when its entry is made. */
export function provenRehearsal(plan: Plan): Rehearsal {
  const pairs = [pairOf("curl", 0), pairOf("curl", 1)];
  const moves = hosts.flatMap((name, pair) => {
    const step = stepWith(plan, `create the entry of ${name}`);
    return [changed({ step, pair, outcome: 1 }), changed({ step, pair, outcome: 0, when: "undone" })];
  });
  return {
    apiVersion: "meshferry/rehearsal.v1",
    plan: hash,
    pairs,
    outcomes: [ok("federation"), ok("east-west")],
    start: [0, 0],
    changes: moves,
    refused: [],
    counts: counted(plan, pairs),
  };
}

/** Two classes of clients of the first host, which fare differently; a loss in each of the four moments. */
export function losingRehearsal(plan: Plan, refused: Rehearsal["refused"] = []): Rehearsal {
  const pairs = [pairOf("curl", 0), pairOf("batch", 0), pairOf("curl", 1)];
  const outcomes = [
    ok("federation", 2),
    ok("east-west"),
    degraded("mixed", 1, 2, refusesRoot),
    broken(noService),
    broken(refusesRoot),
  ];
  const entry = stepWith(plan, `create the entry of ${hosts[0]}`);
  const roots = stepWith(plan, "Restart istiod of east");
  const exports = stepWith(plan, "Delete ExportedServiceSet");
  return {
    apiVersion: "meshferry/rehearsal.v1",
    plan: hash,
    pairs,
    outcomes,
    start: [0, 0, 0],
    changes: [
      changed({ step: roots, pair: 2, outcome: 2, when: "later" }),
      changed({ step: entry, pair: 0, outcome: 2 }),
      changed({ step: entry, pair: 0, outcome: 4, when: "restarted", restarted: curl }),
      changed({ step: stepWith(plan, "See that client uses the new path"), pair: 0, outcome: 1 }),
      changed({ step: exports, pair: 0, outcome: 3, when: "undone" }),
      changed({ step: exports, pair: 1, outcome: 3 }),
    ],
    refused,
    counts: counted(plan, pairs),
  };
}

function hop(at: ObjectRef, what: string): Hop {
  return { at, what };
}

/** The ways of the first pair of both rehearsals. */
export function explainedWays(plan: Plan, reason: Reason | null = null): Explained[] {
  const gateway = deployment("west", "istio-ingress", "eastwestgateway-istio");
  const server = deployment("west", "a", "httpbin");
  const old: Way = {
    path: "federation",
    hops: [hop(curl, "dials the host"), hop(deployment("east", "istio-system", "federation-egress"), "ends it")],
    reason: null,
    seenAs: byGateway,
  };
  const fresh: Way = {
    path: "east-west",
    hops: [hop(curl, "dials the host"), hop(gateway, "passes it on unopened"), hop(server, "ends it")],
    reason,
    seenAs: reason === null ? bySidecar : null,
  };
  const step = stepWith(plan, `create the entry of ${hosts[0]}`);
  const title = plan.phases.flatMap(({ steps }) => steps).find(({ id }) => id === step)?.title ?? "";
  return [
    { step: null, title: "", outcome: ok("federation", 2), ways: [old, old] },
    { step, title, outcome: reason === null ? ok("east-west") : broken(reason), ways: [fresh] },
  ];
}
