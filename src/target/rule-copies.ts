// DestinationRules of ours: the copy of a rule that clients would lose, and the subsets for which the exporter's gateway must have chains.
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import { clusterOf, type Inventory, type Mesh, refIn } from "../inventory/mesh.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import {
  copyableRule,
  type DestinationRule,
  namedSubsets,
  rulesLeftBehind,
  ruleUses,
  subsetKey,
} from "./client-rules.ts";
import type { DesiredObject } from "./desired-object.ts";
import { fitted, ourLabels, routeAnnotation } from "./names.ts";

/** For every route whose clients would lose a rule: the same, for this host alone, beside its entry. */
export function ruleCopies(inventory: Inventory, group: readonly CarriedRoute[]): DesiredObject[] {
  const mesh = group[0]?.importer.mesh;
  if (!mesh) return [];
  return rulesLeftBehind(ruleUses(clusterOf(inventory, mesh), group)).flatMap((left) => {
    const rule = copyableRule(left);
    const spec = rule?.object.body["spec"];
    if (!rule || !isJsonObject(spec)) return [];
    const { route, importer } = left.carried;
    const name = fitted(route.host, 253);
    const { exportTo: _, ...rest } = spec;
    const shownTo = rule.view.spec.exportTo.filter((each) => each !== "." && each !== route.homeNamespace);
    return [
      {
        ref: ruleRef(mesh.cluster, importer.entryNamespace, name),
        role: "import-rule" as const,
        routes: [route.id],
        copyOf: rule.ref,
        template: ruleTemplate(
          importer.entryNamespace,
          name,
          { [routeAnnotation]: route.id },
          {
            ...rest,
            host: route.host,
            ...(shownTo.length > 0 && !shownTo.includes("*") ? { exportTo: sortedUnique(shownTo) } : {}),
          },
        ),
      },
    ];
  });
}

/**
 * For each exporter and host the subsets that importers' clients go by. A gateway has a chain, and the endpoints of a
 * subset, only where a rule that it finds names the subset (Istio 1.20, gateway.go, builtAutoPassthroughFilterChains). The rule
 * lies in the gateway's namespace and is for it alone, where it is found first; without labels all endpoints are meant, as
 * federation's were. What the exporter's own rule for the host sets besides, the gateway goes on to heed.
 */
export function subsetRules(inventory: Inventory, carried: readonly CarriedRoute[]): DesiredObject[] {
  const subsets = new Map<string, readonly string[]>();
  for (const group of groupBy(carried, ({ importer }) => importer.mesh.id).values()) {
    const mesh = group[0]?.importer.mesh;
    if (!mesh) continue;
    for (const [key, names] of namedSubsets(ruleUses(clusterOf(inventory, mesh), group), group))
      subsets.set(key, [...(subsets.get(key) ?? []), ...names]);
  }
  if (subsets.size === 0) return [];
  const rulesOf = rulesByNamespace(inventory);
  const byHost = groupBy(carried, ({ exporter, route }) => subsetKey(exporter.mesh.id, route.host));
  return [...subsets].flatMap(([key, names]) => {
    // Each importer may have a gateway of its own.
    const gateways = groupBy(byHost.get(key) ?? [], ({ exporter }) => exporter.gatewayNamespace);
    return [...gateways.values()].flatMap((routes) => {
      const [first] = routes;
      if (!first) return [];
      const { exporter, route } = first;
      const name = fitted(route.host, 253);
      const trafficPolicy = ownTrafficPolicy(rulesOf(first.exporter.mesh), first);
      return [
        {
          ref: ruleRef(exporter.mesh.cluster, exporter.gatewayNamespace, name),
          role: "export-rule" as const,
          routes: sortedUnique(routes.map((each) => each.route.id)),
          template: ruleTemplate(exporter.gatewayNamespace, name, null, {
            host: route.host,
            exportTo: ["."],
            subsets: sortedUnique(names).map((each) => ({ name: each })),
            ...(trafficPolicy ? { trafficPolicy } : {}),
          }),
        },
      ];
    });
  });
}

type RulesByNamespace = ReadonlyMap<string, readonly DestinationRule[]>;

/** Sorted out once for each cluster. */
function rulesByNamespace(inventory: Inventory): (mesh: Mesh) => RulesByNamespace {
  const made = new Map<string, RulesByNamespace>();
  return (mesh) => {
    const all = clusterOf(inventory, mesh).typed["DestinationRule.networking.istio.io"];
    const rules = made.get(mesh.cluster) ?? groupBy(all, ({ ref }) => ref.namespace ?? "");
    made.set(mesh.cluster, rules);
    return rules;
  };
}

/** Of the exporter's one rule for exactly this host, beside the service. */
function ownTrafficPolicy(rules: RulesByNamespace, { exported, route }: CarriedRoute): JsonObject | null {
  const names: string[] = [route.host, ...(route.host === exported.localHost ? [exported.service.name] : [])];
  const [only, ...others] = (rules.get(exported.service.namespace ?? "") ?? []).filter(({ view }) =>
    names.includes(view.spec.host),
  );
  const policy = only && others.length === 0 ? valueAt(only.object.body, "/spec/trafficPolicy") : null;
  return isJsonObject(policy) ? policy : null;
}

function ruleRef(cluster: ObjectRef["cluster"], namespace: string, name: string): ObjectRef {
  return refIn(cluster, "networking.istio.io", "DestinationRule", namespace, name);
}

function ruleTemplate(
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string>> | null,
  spec: JsonObject,
): JsonObject {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "DestinationRule",
    metadata: { name, namespace, labels: ourLabels, ...(annotations ? { annotations } : {}) },
    spec,
  };
}
