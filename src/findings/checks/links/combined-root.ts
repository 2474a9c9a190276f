// Each mesh's CA is the Secret that the trust phase writes to.
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { coverageOf, findTyped } from "../../../inventory/cluster.ts";
import { clusterOf, refIn } from "../../../inventory/mesh.ts";
import { rootNotSupplied } from "../../codes/inventory.ts";
import { caNotChecked, combinedRootImpossible } from "../../codes/plan.ts";
import type { Check, CheckInput } from "../check.ts";
import { participants } from "../participants.ts";

const run: Check["run"] = (input) => (input.trust === "combined-root" ? violations(input) : []);

function violations(input: CheckInput): Finding[] {
  return participants(input).all.flatMap((mesh) => {
    // A root that was not supplied is the inventory's finding.
    if (!mesh.roots.known) return [mesh.roots.why];
    const cluster = clusterOf(input.inventory, mesh);
    const secret = findTyped(cluster, "Secret", mesh.namespace, "cacerts");
    const ref = refIn(mesh.cluster, "", "Secret", mesh.namespace, "cacerts");
    if (!secret) {
      return coverageOf(cluster, "Secret") === "listed"
        ? [
            combinedRootImpossible.at([ref], {
              mesh: mesh.id,
              reason: "there is no Secret cacerts, so the CA is self-signed or comes from elsewhere",
            }),
          ]
        : [caNotChecked.at([ref], { mesh: mesh.id, secret: refText(ref) })];
    }
    const [owner] = secret.view.metadata.ownerReferences;
    return owner
      ? [
          combinedRootImpossible.at([ref], {
            mesh: mesh.id,
            reason: `the Secret cacerts belongs to ${owner.kind} ${owner.name}`,
          }),
        ]
      : [];
  });
}

export const combinedRoot: Check = {
  fact: "Where all roots are to be trusted, the CA of every mesh is a Secret cacerts that nobody else owns",
  codes: [caNotChecked, combinedRootImpossible, rootNotSupplied],
  reads: ["Secret"],
  run,
};
