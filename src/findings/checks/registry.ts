// Every check, by name. A check that is not here does not run.
import type { Finding } from "../../core/finding.ts";
import type { Check, CheckInput } from "./check.ts";
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

/** The findings of every check. */
export function runChecks(input: CheckInput): Finding[] {
  return Object.values(checks).flatMap((check) => check(input));
}
