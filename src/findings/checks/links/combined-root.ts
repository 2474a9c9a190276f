// Each mesh's CA is the Secret that the trust phase writes to.
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { type CaKind, caSecret, takesRoots } from "../../../inventory/certificate-authority.ts";
import { findTyped } from "../../../inventory/cluster.ts";
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
    const ref = refIn(mesh.cluster, "", "Secret", mesh.namespace, caSecret);
    const possible = takesRoots(mesh.ca);
    if (possible === null) return [caNotChecked.at([ref], { mesh: mesh.id, secret: refText(ref) })];
    const at = findTyped(cluster, "Secret", mesh.namespace, caSecret) ? ref : mesh.controlPlane.ref;
    return possible
      ? []
      : [
          combinedRootImpossible.at([at], {
            mesh: mesh.id,
            reason: `the CA is ${kindTexts[mesh.ca.kind]}: ${mesh.ca.shownBy}`,
          }),
        ];
  });
}

/** As it follows "the CA is". */
const kindTexts = {
  "plugged-in": "plugged in",
  "self-signed": "self-signed by istiod",
  "cert-manager": "kept by cert-manager",
  owned: "kept by somebody else",
  "istio-csr": "istio-csr",
  spire: "SPIRE",
  custom: "another one than istiod",
  unknown: "not known",
} as const satisfies Record<CaKind, string>;

export const combinedRoot: Check = {
  fact: "Where all roots are to be trusted, the CA of every mesh is a Secret cacerts that nobody else owns",
  codes: [caNotChecked, combinedRootImpossible, rootNotSupplied],
  reads: ["Secret"],
  run,
};
