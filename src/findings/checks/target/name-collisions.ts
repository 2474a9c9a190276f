// The names that the plan needs are free, or ours.
import { equalJson } from "../../../core/json.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { isOurs } from "../../../inventory/ownership.ts";
import { namespaceExists, objectExists } from "../../codes/plan.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ inventory, target }) =>
  target.objects.flatMap(({ ref, role, template }) => {
    const existing = inventory.clusters.find(({ id }) => id === ref.cluster)?.objects.get(refKey(ref));
    if (!existing || isOurs(existing)) return [];
    if (role === "namespace") return [namespaceExists.at([ref], { namespace: ref.name, cluster: ref.cluster })];
    // A namespace can be a member of one mesh only, and there is one form of saying so.
    if (role === "membership" && equalJson(existing.body["spec"] ?? null, template["spec"] ?? null)) return [];
    return [objectExists.at([ref, existing.origin], { object: refText(ref) })];
  });

export const nameCollisions: Check = {
  fact: "The names that the plan needs are free, or ours",
  codes: [namespaceExists, objectExists],
  reads: [],
  run,
};
