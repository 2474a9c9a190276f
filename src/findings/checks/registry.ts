// Every check, by name. A check that is not here does not run.
import type { Finding } from "../../core/finding.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import { type Cluster, coverageOf } from "../../inventory/cluster.ts";
import { notCheckedKinds } from "../codes/plan.ts";
import type { Answer, Check, CheckInput, MissingKinds } from "./check.ts";
import { participants } from "./participants.ts";
import { networkPolicies } from "./policies/network-policies.ts";
import { authorization } from "./policies/authorization.ts";
import { destinationRules } from "./clients/destination-rules.ts";
import { egress } from "./clients/egress.ts";
import { egressSource } from "./clients/egress-source.ts";
import { sidecars } from "./clients/sidecars.ts";
import { combinedRoot } from "./links/combined-root.ts";
import { controlPlaneVersion } from "./links/control-plane-version.ts";
import { gatewayReach } from "./links/gateway-reach.ts";
import { isolation } from "./links/isolation.ts";
import { loadBalancerParity } from "./links/load-balancer-parity.ts";
import { managedPolicies } from "./links/managed-network-policies.ts";
import { beforeOssm3 } from "./platform/before-ossm-3.ts";
import { controlPlaneStatus } from "./platform/control-plane-status.ts";
import { classesOfGateways } from "./platform/gateway-classes.ts";
import { gatewayControl } from "./platform/gateway-control.ts";
import { operators } from "./platform/operators.ts";
import { peerStatus } from "./platform/peer-status.ts";
import { proxyVersions } from "./platform/proxy-versions.ts";
import { servedVersions } from "./platform/served-versions.ts";
import { entrySizes } from "./platform/service-entries.ts";
import { rootCertificates } from "./links/root-certificates.ts";
import { rootCopies } from "./links/root-copies.ts";
import { trustDomains } from "./links/trust-domains.ts";
import { failoverDetection } from "./target/failover-detection.ts";
import { gatewayCapacityCheck } from "./target/gateway-capacity.ts";
import { gatewaySettings } from "./target/gateway-settings.ts";
import { entryNamespace } from "./target/entry-namespace.ts";
import { nameCollisions } from "./target/name-collisions.ts";
import { namespaceSeen } from "./target/namespace-seen.ts";
import { objectsNotEvaluated } from "./target/not-evaluated.ts";

export const checks = {
  authorization,
  "before-ossm-3": beforeOssm3,
  "combined-root": combinedRoot,
  "control-plane-status": controlPlaneStatus,
  "control-plane-version": controlPlaneVersion,
  "destination-rules": destinationRules,
  egress,
  "egress-source": egressSource,
  "entry-namespace": entryNamespace,
  "failover-detection": failoverDetection,
  "gateway-classes": classesOfGateways,
  "gateway-control": gatewayControl,
  "gateway-capacity": gatewayCapacityCheck,
  "gateway-reach": gatewayReach,
  "gateway-settings": gatewaySettings,
  isolation,
  "load-balancer-parity": loadBalancerParity,
  "managed-network-policies": managedPolicies,
  "name-collisions": nameCollisions,
  "namespace-seen": namespaceSeen,
  "network-policies": networkPolicies,
  "not-evaluated": objectsNotEvaluated,
  operators,
  "peer-status": peerStatus,
  "proxy-versions": proxyVersions,
  "served-versions": servedVersions,
  "service-entries": entrySizes,
  "root-certificates": rootCertificates,
  "root-copies": rootCopies,
  sidecars,
  "trust-domains": trustDomains,
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
  const missing = clusters.map((cluster) => missingKinds(check, cluster)).filter(({ kinds }) => kinds.length > 0);
  const violated = findings.some(({ severity }) => severity !== "info");
  const open = missing.length > 0 || check.cannotTell?.(input) === true;
  return { answer: violated ? "violated" : open ? "not-checked" : "held", findings, missing };
}

function missingKinds({ reads }: Check, cluster: Cluster): MissingKinds {
  const kinds = reads.filter((kind) => ["not-supplied", "forbidden"].includes(coverageOf(cluster, kind)));
  return { cluster: cluster.id, kinds: sortedUnique(kinds) };
}

function clustersInQuestion(input: CheckInput): Cluster[] {
  const ids = new Set(participants(input).all.map(({ cluster }) => cluster));
  return input.inventory.clusters.filter(({ id }) => ids.has(id));
}

/** The findings of all answers, and one for each cluster of which kinds were not supplied. */
export function findingsOf(answers: ReadonlyMap<CheckName, Answer>): Finding[] {
  const found = [...answers.values()];
  const missing = groupBy(
    found.flatMap((each) => each.missing),
    ({ cluster }) => cluster,
  );
  // Nobody is to hand over Secrets: the checks that ask for their names say so themselves.
  const askedFor = (of: readonly MissingKinds[]) =>
    sortedUnique(of.flatMap(({ kinds }) => kinds)).filter((kind) => kind !== "Secret");
  // One list for all clusters: what to do is then said once.
  const list = askedFor([...missing.values()].flat()).map((kind) => kind.toLowerCase());
  return [
    ...found.flatMap(({ findings }) => findings),
    ...[...missing].flatMap(([cluster, ofCluster]) => {
      const kinds = askedFor(ofCluster);
      if (kinds.length === 0) return [];
      const shown = kinds.map((kind) => kind.split(".")[0] ?? kind);
      return [notCheckedKinds.at([], { cluster, kinds: shown.join(", "), list: list.join(" ") })];
    }),
  ];
}
