// Nobody's own VirtualService or DestinationRule steers what passes between the federation gateways.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { watchedNamespaces } from "../../../federation/mesh-registry.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { isNotByUsers } from "../../../inventory/ownership.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { exportRouteLost, exportRuleLost } from "../../codes/federation-gateways.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  const exporters = [...groupBy(carried, ({ exporter }) => exporter.mesh.id).values()];
  const importers = [...groupBy(carried, ({ importer }) => importer.mesh.id).values()];
  return [
    ...exporters.flatMap((group) => virtualServices(input, group)),
    ...importers.flatMap((group) => destinationRules(input, group)),
  ];
};

/** On the exporter a user's VirtualService for the exported host wins over federation's (Maistra 2.5, server/routing.go). */
function virtualServices({ inventory }: CheckInput, group: readonly CarriedRoute[]): Finding[] {
  const mesh = group[0]?.exporter.mesh;
  if (!mesh) return [];
  const cluster = clusterOf(inventory, mesh);
  const watched = watchedNamespaces(cluster, mesh);
  const find = finder(group);
  return cluster.typed["VirtualService.networking.istio.io"].flatMap(({ ref, object, view }) => {
    if (isNotByUsers(object) || !watched(ref.namespace ?? "")) return [];
    const hosts = sortedUnique(view.spec.hosts.flatMap(find));
    if (hosts.length === 0) return [];
    return [exportRouteLost.at([ref], { object: refText(ref, false), host: fewNames(hosts), mesh: mesh.id })];
  });
}

/**
 * On the importer the egress gateway sends to the exported host, which lives in the control plane's namespace and is visible
 * there alone (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go, convertExportedService): only rules of that
 * namespace are looked up.
 */
function destinationRules({ inventory }: CheckInput, group: readonly CarriedRoute[]): Finding[] {
  const [first] = group;
  if (!first) return [];
  const { mesh, entryNamespace: namespace } = first.importer;
  const find = finder(group);
  return clusterOf(inventory, mesh).typed["DestinationRule.networking.istio.io"].flatMap(({ ref, object, view }) => {
    if (isNotByUsers(object) || ref.namespace !== mesh.namespace) return [];
    const hosts = sortedUnique(find(view.spec.host));
    if (hosts.length === 0) return [];
    const rule = refText(ref, false);
    return [exportRuleLost.at([ref], { rule, host: fewNames(hosts), importer: mesh.id, namespace })];
  });
}

/** The exported hosts that a pattern means. Of the wildcards only those that mean federation's hosts: "*" and "*.local" stand in many general rules. */
function finder(group: readonly CarriedRoute[]): (pattern: string) => string[] {
  const hosts = new Set<string>(group.map(({ exported }) => exported.exportedHost));
  return (pattern) => {
    if (!pattern.startsWith("*.")) return hosts.has(pattern) ? [pattern] : [];
    const suffix = pattern.slice(1);
    return suffix.endsWith("-exports.local") ? [...hosts].filter((host) => host.endsWith(suffix)) : [];
  };
}

export const exportRoutes: Check = {
  fact: "Nobody's own rules steer what passes between the federation gateways",
  codes: [exportRouteLost, exportRuleLost],
  reads: ["DestinationRule.networking.istio.io", "Namespace", "VirtualService.networking.istio.io"],
  run,
};
