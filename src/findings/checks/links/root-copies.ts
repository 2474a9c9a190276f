// istiod's copies of the roots are the same in every namespace of its mesh.
import { fewNames } from "../../../core/few-names.ts";
import { findTyped } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { rootConfigMap, rootKey } from "../../../inventory/roots.ts";
import { rootCopiesDiffer } from "../../codes/trust.ts";
import type { Check } from "../check.ts";
import { linkedMeshes } from "../linked-meshes.ts";

const run: Check["run"] = (input) =>
  linkedMeshes(input).all.flatMap((mesh) => {
    if (!mesh.roots.known) return [];
    const { pem } = mesh.roots.value;
    const cluster = clusterOf(input.inventory, mesh);
    const copies = mesh.memberNamespaces.flatMap((namespace) => {
      const copy = findTyped(cluster, "ConfigMap", namespace, rootConfigMap);
      return copy && copy.view.data[rootKey]?.trim() !== pem.trim() ? [copy.ref] : [];
    });
    if (copies.length === 0) return [];
    const namespaces = fewNames(copies.map(({ namespace }) => namespace ?? ""));
    return [rootCopiesDiffer.at([mesh.roots.value.source, ...copies.slice(0, 5)], { mesh: mesh.id, namespaces })];
  });

export const rootCopies: Check = {
  fact: "istiod's copies of the roots are the same in every namespace of its mesh",
  codes: [rootCopiesDiffer],
  reads: ["ConfigMap"],
  run,
};
