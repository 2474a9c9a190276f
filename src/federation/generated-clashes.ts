// Exports or imports of one peer for which istiod generates resources of one name.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { generatedNamesCollide } from "../findings/codes/federation-oddities.ts";
import type { GeneratedResources } from "./rules/generated-resources.ts";
import { conflictsOf } from "./rules/name-conflicts.ts";

/** Of the decisions in force: several destinations under one resource's name (Maistra 2.5, pkg/servicemesh/federation/common/util.go). */
export function generatedClashes(
  active: readonly { readonly resources: GeneratedResources | null }[],
  set: ObjectRef,
  setName: string,
): Finding[] {
  const mappings = active.flatMap(({ resources }) =>
    resources ? [{ source: resources.destination, target: resources.resourceName }] : [],
  );
  return conflictsOf(mappings).map(({ target, sources }) =>
    generatedNamesCollide.at([set], { set: setName, hosts: fewNames(sources), name: target }),
  );
}
