// The rules by which clients call an imported host go on to fit: they are found where they are looked for, and let mTLS be.
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import type { Typed } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { type CarriedRoute, carriedRoutes } from "../../../target/carried-routes.ts";
import { destinationRuleLeft, destinationRuleSubsets, destinationRuleTls } from "../../codes/clients.ts";
import type { Check } from "../check.ts";

type Rule = Typed<"DestinationRule.networking.istio.io">;

const run: Check["run"] = ({ inventory, routes, target }) =>
  [...groupBy(carriedRoutes(routes, target.places), ({ importer }) => importer.mesh.id).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { mesh } = first.importer;
    const rules = clusterOf(inventory, mesh).typed["DestinationRule.networking.istio.io"];
    return rules.flatMap((rule) => {
      const hit = group.find(({ route }) => fits(rule, route.host, mesh.clusterDomain));
      return hit ? ofRule(rule, hit) : [];
    });
  });

/** A short name means a Service of the rule's own namespace; a wildcard all hosts of a suffix (Istio, DestinationRule reference). */
function fits({ ref, view }: Rule, host: string, clusterDomain: string): boolean {
  const { host: pattern } = view.spec;
  if (pattern.startsWith("*")) return host.endsWith(pattern.slice(1));
  return (pattern.includes(".") ? pattern : `${pattern}.${ref.namespace}.svc.${clusterDomain}`) === host;
}

function ofRule(rule: Rule, { route, importer, join }: CarriedRoute): Finding[] {
  const { spec } = rule.view;
  const facts = { rule: refText(rule.ref), host: route.host, namespace: importer.entryNamespace };
  const policies = [spec.trafficPolicy, ...spec.subsets.map(({ trafficPolicy }) => trafficPolicy)];
  const settings = policies.flatMap((policy) => [
    policy?.tls,
    ...(policy?.portLevelSettings ?? []).map(({ tls }) => tls),
  ]);
  const wrong = sortedUnique(
    settings.flatMap((tls) => [
      ...(tls && !["", "ISTIO_MUTUAL"].includes(tls.mode) ? [`tls.mode ${tls.mode}`] : []),
      ...(tls?.sni ? ["tls.sni"] : []),
      ...((tls?.subjectAltNames ?? []).length > 0 ? ["tls.subjectAltNames"] : []),
    ]),
  );
  return [
    ...(wrong.length > 0 ? [destinationRuleTls.at([rule.ref], { ...facts, settings: wrong.join(", ") })] : []),
    ...(spec.subsets.length > 0
      ? [destinationRuleSubsets.at([rule.ref], { ...facts, subsets: spec.subsets.map(({ name }) => name).join(", ") })]
      : []),
    ...(join === null && isLeftBehind(rule, route.homeNamespace, importer.mesh.namespace)
      ? [destinationRuleLeft.at([rule.ref], { ...facts, home: route.homeNamespace })]
      : []),
  ];
}

/**
 * Rules are looked up in the client's namespace, then in the service's, then in the root namespace (Istio 1.20,
 * pilot/pkg/model/push_context.go, destinationRule). The service moves from its home to our entries' namespace: a rule of
 * that home then reaches its own clients only. The control plane's namespace is the root namespace, and is looked up as before.
 */
function isLeftBehind({ ref }: Rule, home: string, root: string): boolean {
  return ref.namespace === home && home !== root;
}

export const destinationRules: Check = {
  fact: "The DestinationRules of imported hosts are found as before, and leave mTLS to Istio",
  codes: [destinationRuleLeft, destinationRuleSubsets, destinationRuleTls],
  reads: ["DestinationRule.networking.istio.io"],
  run,
};
