// A namespace that was there before, and that our objects go into, is one that istiod watches.
import { findTyped } from "../../../inventory/cluster.ts";
import { matchesSelector } from "../../../inventory/label-match.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { isOurs } from "../../../inventory/ownership.ts";
import { namespaceNotSeen } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** Selectors are alternatives; none at all selects everything (Istio 1.20, pkg/kube/namespace/filter.go). */
const run: Check["run"] = (input) => {
  const { importers, all } = participants(input);
  const { gateways } = input.target;
  return all.flatMap((mesh) => {
    const places = input.target.places.get(mesh.id);
    const selectors = mesh.controlPlane.view.spec.meshConfig.discoverySelectors;
    if (!places || selectors.length === 0) return [];
    const names = [
      ...gateways.flatMap((each) => (each.places.mesh.id === mesh.id ? [each.places.gatewayNamespace] : [])),
      ...(importers.includes(mesh) ? [places.entryNamespace] : []),
    ];
    return names.flatMap((name) => {
      const namespace = findTyped(clusterOf(input.inventory, mesh), "Namespace", null, name);
      // One of ours carries the labels that the first selector asks for.
      if (!namespace || isOurs(namespace.object)) return [];
      if (selectors.some((selector) => matchesSelector(selector, namespace.view.metadata.labels))) return [];
      return [namespaceNotSeen.at([namespace.ref], { namespace: name, cluster: mesh.cluster, mesh: mesh.id })];
    });
  });
};

export const namespaceSeen: Check = {
  fact: "istiod watches the namespaces that our objects go into",
  codes: [namespaceNotSeen],
  reads: ["Namespace"],
  run,
};
