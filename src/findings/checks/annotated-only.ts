// Which workloads ask for their sidecar in a way that OSSM 3 does not understand.
import { fewNames } from "../../core/few-names.ts";
import type { Finding } from "../../core/finding.ts";
import { refKey } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import type { PodShape } from "../../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../../inventory/mesh.ts";
import { injectedByAnnotation } from "../codes/platform.ts";
import type { CheckInput } from "./check.ts";
import { participants } from "./participants.ts";

const inject = "sidecar.istio.io/inject";

/** OSSM 2 injects by the pod's annotation or label, OSSM 3 by labels (sail-operator, docs/ossm/ossm2-vs-ossm3.md, Sidecar Injection). */
export function annotatedOnly(input: CheckInput): Finding[] {
  return participants(input).all.flatMap((mesh) => {
    const workloads = annotated(input, mesh);
    if (workloads.length === 0) return [];
    const namespaces = sortedUnique(workloads.map(({ namespace }) => namespace));
    return [
      injectedByAnnotation.at([mesh.controlPlane.ref], {
        mesh: mesh.id,
        count: workloads.length,
        namespaces: fewNames(namespaces),
      }),
    ];
  });
}

function annotated({ inventory, podsOf }: CheckInput, mesh: Mesh): PodShape[] {
  const members = new Set(mesh.memberNamespaces);
  const labelled = new Set(
    clusterOf(inventory, mesh)
      .typed.Namespace.filter(({ view: { metadata } }) => metadata.labels["istio-injection"] === "enabled")
      .map(({ ref }) => ref.name),
  );
  const { templates, pods } = podsOf(mesh);
  const found = new Map<string, PodShape>();
  // Templates first: what they say is what the next pod will have.
  for (const shape of [...templates, ...pods]) {
    const key = refKey(shape.workload);
    if (!found.has(key) && shape.sidecar && members.has(shape.namespace)) found.set(key, shape);
  }
  return [...found.values()].filter(
    ({ annotations, labels, namespace }) =>
      annotations[inject] === "true" && labels[inject] === undefined && !labelled.has(namespace),
  );
}
