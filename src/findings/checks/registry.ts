// Every check, by name. A check that is not here does not run.
import type { Finding } from "../../core/finding.ts";
import { sortedUnique } from "../../core/order.ts";
import { type Cluster, coverageOf } from "../../inventory/cluster.ts";
import type { Answer, Check, CheckInput } from "./check.ts";
import { participants } from "./participants.ts";
import { combinedRoot } from "./links/combined-root.ts";
import { controlPlaneVersion } from "./links/control-plane-version.ts";
import { isolation } from "./links/isolation.ts";
import { loadBalancerParity } from "./links/load-balancer-parity.ts";
import { managedPolicies } from "./links/managed-network-policies.ts";
import { entryNamespace } from "./target/entry-namespace.ts";
import { nameCollisions } from "./target/name-collisions.ts";
import { namespaceSeen } from "./target/namespace-seen.ts";
import { objectsNotEvaluated } from "./target/not-evaluated.ts";

export const checks = {
  "combined-root": combinedRoot,
  "control-plane-version": controlPlaneVersion,
  "entry-namespace": entryNamespace,
  isolation,
  "load-balancer-parity": loadBalancerParity,
  "managed-network-policies": managedPolicies,
  "name-collisions": nameCollisions,
  "namespace-seen": namespaceSeen,
  "not-evaluated": objectsNotEvaluated,
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;

/** The answer of every check, in the order of their names. */
export function askChecks(input: CheckInput): ReadonlyMap<CheckName, Answer> {
  const clusters = clustersInQuestion(input);
  return new Map(
    sortedUnique(Object.keys(checks) as CheckName[]).map((name) => [name, answerOf(checks[name], input, clusters)]),
  );
}

function answerOf(check: Check, input: CheckInput, clusters: readonly Cluster[]): Answer {
  const findings = check.run(input);
  if (findings.length > 0) return { answer: "violated", findings };
  const missing = clusters
    .map((cluster) => ({
      cluster: cluster.id,
      kinds: sortedUnique(
        check.reads.filter((kind) => ["not-supplied", "forbidden"].includes(coverageOf(cluster, kind))),
      ),
    }))
    .filter(({ kinds }) => kinds.length > 0);
  return missing.length > 0 ? { answer: "not-checked", missing } : { answer: "held" };
}

function clustersInQuestion(input: CheckInput): Cluster[] {
  const ids = new Set(participants(input).all.map(({ cluster }) => cluster));
  return input.inventory.clusters.filter(({ id }) => ids.has(id));
}

/** The findings of all answers. */
export function findingsOf(answers: ReadonlyMap<CheckName, Answer>): Finding[] {
  return [...answers.values()].flatMap((each) => (each.answer === "violated" ? each.findings : []));
}
