// What the DestinationRules of an importer mean for the hosts that are carried: which go on to apply, which need a copy, which need the exporter's help.
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { refKey } from "../core/object-ref.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { isOurs } from "../inventory/ownership.ts";
import type { CarriedRoute } from "./carried-routes.ts";

export type DestinationRule = Typed<"DestinationRule.networking.istio.io">;

/** A rule of others, and a carried route whose clients may go by it. */
export interface RuleUse {
  readonly rule: DestinationRule;
  readonly carried: CarriedRoute;
}

/**
 * The rules that clients can come to go by, with every route that they mean; of one importer. Rules are looked up in the
 * client's namespace, then in the service's, then in the root namespace, and nowhere else (Istio 1.20,
 * pilot/pkg/model/push_context.go, destinationRule).
 */
export function ruleUses(cluster: Cluster, group: readonly CarriedRoute[]): RuleUse[] {
  const routes = [...new Map(group.map((carried) => [carried.route.id, carried])).values()];
  const byHost = groupBy<CarriedRoute, string>(routes, ({ route }) => route.host);
  return cluster.typed["DestinationRule.networking.istio.io"].flatMap((rule) => {
    if (isOurs(rule.object)) return [];
    const pattern = patternOf(rule, group[0]?.importer.mesh.clusterDomain ?? "");
    const meant = pattern.startsWith("*")
      ? routes.filter(({ route }) => route.host.endsWith(pattern.slice(1)))
      : (byHost.get(pattern) ?? []);
    return meant.filter((carried) => isLookedUp(rule, carried)).map((carried) => ({ rule, carried }));
  });
}

/** A short name means a Service of the rule's own namespace; a wildcard all hosts of a suffix (Istio, DestinationRule reference). */
function patternOf({ ref, view }: DestinationRule, clusterDomain: string): string {
  const { host } = view.spec;
  return host.startsWith("*") || host.includes(".") ? host : `${host}.${ref.namespace}.svc.${clusterDomain}`;
}

function isLookedUp({ ref }: DestinationRule, { route, importer }: CarriedRoute): boolean {
  const namespace = ref.namespace ?? "";
  return (
    [route.homeNamespace, importer.mesh.namespace, importer.entryNamespace].includes(namespace) ||
    route.clientNamespaces.includes(namespace)
  );
}

/**
 * The labels that federation gives its endpoints, which are those of the egress gateway, whatever service they stand for
 * (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go, createService).
 */
const federationLabels: ReadonlySet<string> = new Set([
  "topology.istio.io/cluster",
  "topology.istio.io/subzone",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "service.istio.io/canonical-name",
  "service.istio.io/canonical-revision",
]);

type Subset = DestinationRule["view"]["spec"]["subsets"][number];

/**
 * How a subset of an imported host works today: without labels for every endpoint; by labels that federation's endpoints
 * have, such as the peer; or not at all, because no endpoint has its labels (Istio 1.20, endpoint_builder.go: a subset has
 * the endpoints that carry all of its labels).
 */
export function subsetWorks({ labels }: Subset): "by-name" | "by-endpoint" | "never" {
  const keys = Object.keys(labels);
  if (keys.length === 0) return "by-name";
  return keys.every((key) => federationLabels.has(key)) ? "by-endpoint" : "never";
}

/** By "EXPORTER|HOST" the names of the subsets that clients go by and that are no more than names; sorted. */
export function namedSubsets(uses: readonly RuleUse[], group: readonly CarriedRoute[]): ReadonlyMap<string, string[]> {
  const byRoute = groupBy(group, ({ route }) => route.id);
  const found = new Map<string, Set<string>>();
  for (const { rule, carried } of uses) {
    const names = rule.view.spec.subsets.filter((subset) => subsetWorks(subset) === "by-name").map(({ name }) => name);
    if (names.length === 0) continue;
    for (const { exporter, route } of byRoute.get(carried.route.id) ?? []) {
      const key = subsetKey(exporter.mesh.id, route.host);
      const known = found.get(key) ?? new Set<string>();
      for (const name of names) known.add(name);
      found.set(key, known);
    }
  }
  return new Map([...found].map(([key, names]) => [key, sortedUnique(names)]));
}

export function subsetKey(exporter: string, host: string): string {
  return `${exporter}|${host}`;
}

/** A route whose clients would lose a rule, with the rules that it may be; more than one: which of them counts is not known. */
export interface LeftBehind {
  readonly carried: CarriedRoute;
  readonly rules: readonly DestinationRule[];
}

/**
 * Rules that lie where federation's service lives and apply to clients elsewhere because of that. The service moves to our
 * entries' namespace; the root namespace is looked up as before. A rule with a workloadSelector, or one that is not exported,
 * never applied elsewhere (Istio 1.20, pilot/pkg/model/push_context.go, setDestinationRules).
 */
export function rulesLeftBehind(uses: readonly RuleUse[]): LeftBehind[] {
  const ofRoute = groupBy(uses, ({ carried }) => carried.route.id);
  return [...ofRoute.values()].flatMap((all): LeftBehind[] => {
    const [first] = all;
    if (!first) return [];
    const { route, importer } = first.carried;
    const home = route.homeNamespace;
    // A rule of theirs beside our entry is found there.
    const beside = all.some(({ rule }) => rule.ref.namespace === importer.entryNamespace);
    if (home === importer.mesh.namespace || beside) return [];
    const clients = route.clientNamespaces.filter((namespace) => namespace !== home);
    const left = all
      .map(({ rule }) => rule)
      .filter((rule) => rule.ref.namespace === home && isExportedTo(rule, clients));
    const rules = mostSpecific(left);
    return rules.length > 0 ? [{ carried: first.carried, rules }] : [];
  });
}

function isExportedTo({ view }: DestinationRule, clients: readonly string[]): boolean {
  const { exportTo, workloadSelector } = view.spec;
  if (workloadSelector !== null || clients.length === 0) return false;
  return exportTo.length === 0 || exportTo.includes("*") || clients.some((namespace) => exportTo.includes(namespace));
}

/** An exact host before wildcards, a longer wildcard before a shorter one (Istio 1.20, pilot/pkg/model/config.go, MostSpecificHostMatch). */
function mostSpecific(rules: readonly DestinationRule[]): DestinationRule[] {
  const rank = ({ view }: DestinationRule) => (view.spec.host.startsWith("*") ? view.spec.host.length : Infinity);
  const best = Math.max(...rules.map(rank));
  return sortedBy(
    rules.filter((rule) => rank(rule) === best),
    ({ ref }) => refKey(ref),
  );
}

/** What a rule says of TLS that does not go together with a path that is passed on by SNI; sorted. */
export function tlsTrouble({ view: { spec } }: DestinationRule): string[] {
  const policies = [spec.trafficPolicy, ...spec.subsets.map(({ trafficPolicy }) => trafficPolicy)];
  const settings = policies.flatMap((policy) => [
    policy?.tls,
    ...(policy?.portLevelSettings ?? []).map(({ tls }) => tls),
  ]);
  return sortedUnique(
    settings.flatMap((tls) => [
      // Nothing stated is DISABLE (Istio 1.20, networking/v1alpha3/destination_rule.proto, ClientTLSSettings.TLSmode).
      ...(tls && tls.mode !== "ISTIO_MUTUAL" ? [`tls.mode ${tls.mode || "not stated, which is DISABLE"}`] : []),
      ...(tls?.sni ? ["tls.sni"] : []),
      ...((tls?.subjectAltNames ?? []).length > 0 ? ["tls.subjectAltNames"] : []),
    ]),
  );
}

/** The one rule that can be copied beside our entry, or null: several of one rank are merged by age, and TLS settings would break the path. */
export function copyableRule({ rules: [rule, ...others] }: LeftBehind): DestinationRule | null {
  if (!rule || others.length > 0 || tlsTrouble(rule).length > 0) return null;
  return rule.view.spec.subsets.some((subset) => subsetWorks(subset) === "by-endpoint") ? null : rule;
}
