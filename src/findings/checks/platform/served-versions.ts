// The clusters serve what the plan writes.
import type { Finding } from "../../../core/finding.ts";
import type { Json } from "../../../core/json.ts";
import { type KubeObject, kindKey } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { valueAt } from "../../../core/pointer.ts";
import type { Cluster } from "../../../inventory/cluster.ts";
import type { DesiredObject } from "../../../target/desired-object.ts";
import { gatewayApiOwned, istioV1Missing, kindNotInstalled, versionNotServed } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { clusterVersions, gatewayApiOwner } from "../gateway-api-owner.ts";
import { participants } from "../participants.ts";
import { textAt } from "../text-at.ts";

const definitions = "CustomResourceDefinition.apiextensions.k8s.io";
const gatewayApi = "gateway.networking.k8s.io";
const serviceEntry = "ServiceEntry.networking.istio.io";

/** Groups whose definitions a mesh's must-gather collects alone: with no others beside them the list says nothing of what is missing. */
const meshGroup = /(?:^|\.)(?:istio\.io|maistra\.io|kiali\.io|jaegertracing\.io|sailoperator\.io)$/u;

const run: Check["run"] = (input) => {
  const taking = new Set(participants(input).all.map(({ cluster }) => cluster));
  const wanted = groupBy(input.target.objects, ({ ref }) => ref.cluster);
  return input.inventory.clusters
    .filter(({ id }) => taking.has(id))
    .flatMap((cluster) => [...ofCluster(cluster, wanted.get(cluster.id) ?? []), ...gatewayApiOwner(cluster)]);
};

function ofCluster(cluster: Cluster, wanted: readonly DesiredObject[]): Finding[] {
  const found = new Map((cluster.byKind.get(definitions) ?? []).map((each) => [keyOf(each), each]));
  const whole = [...found.values()].some((each) => !meshGroup.test(textAt(each.body, "/spec/group")));
  const kinds = groupBy(wanted, ({ ref }) => kindKey(ref));
  const entries = found.get(serviceEntry);
  return [
    ...sortedUnique(kinds.keys()).flatMap((kind): Finding[] => {
      const [first] = kinds.get(kind) ?? [];
      if (!first) return [];
      const definition = found.get(kind);
      if (!definition) {
        return whole && first.ref.group === gatewayApi ? [kindNotInstalled.at([], { cluster: cluster.id, kind })] : [];
      }
      const served = servedBy(definition);
      const apiVersion = textAt(first.template, "/apiVersion");
      return served.includes(apiVersion.split("/")[1] ?? "")
        ? []
        : [
            versionNotServed.at([definition.ref], {
              cluster: cluster.id,
              kind,
              served: served.join(", ") || "nothing",
              wanted: apiVersion,
            }),
          ];
    }),
    // The vendor's checker takes the absence of v1 for the absence of OSSM 3's operator (sail-operator, migration-checker.sh).
    ...(entries && !servedBy(entries).includes("v1")
      ? [istioV1Missing.at([entries.ref], { cluster: cluster.id })]
      : []),
  ];
}

function keyOf(definition: KubeObject): string {
  return kindKey({ group: textAt(definition.body, "/spec/group"), kind: textAt(definition.body, "/spec/names/kind") });
}

function servedBy(definition: KubeObject): string[] {
  const versions = valueAt(definition.body, "/spec/versions");
  if (!Array.isArray(versions)) return [];
  return (versions as readonly Json[]).flatMap((version) => {
    const name = valueAt(version, "/name");
    return typeof name === "string" && valueAt(version, "/served") === true ? [name] : [];
  });
}

export const servedVersions: Check = {
  fact: "The clusters serve what the plan writes",
  codes: [versionNotServed, kindNotInstalled, istioV1Missing, gatewayApiOwned],
  reads: [definitions, clusterVersions],
  run,
};
