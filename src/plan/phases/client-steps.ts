// What of the clients' own settings has to change before they can see our entries.
import { refText } from "../../core/object-ref.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import { editsBetween, inverted, patchOf } from "../edits.ts";
import { expected } from "../expected.ts";
import { importerClients } from "../../target/importer-clients.ts";
import { makeStep } from "../make-step.ts";
import type { Step } from "../plan.ts";
import type { PlanContext } from "../plan-context.ts";
import { sidecarEdits } from "../../target/sidecar-edits.ts";

/** One patch for each Sidecar that shows federation's hosts and would hide ours. */
export function sidecarSteps(context: PlanContext, mesh: Mesh): Step[] {
  const group = context.carried.filter(({ importer }) => importer.mesh.id === mesh.id);
  if (group.length === 0) return [];
  return sidecarEdits(importerClients(context.inventory, group, context.podsOf)).map(({ sidecar, body }) => {
    const { ref, object } = sidecar;
    const edits = editsBetween(object.body, body);
    return makeStep({
      phase: "import",
      title: `Let ${refText(ref, false)} show our entries too`,
      action: { do: "patch", ref, ops: patchOf(edits) },
      rule: "import.sidecar-hides-entries",
      expect: expected(object.body, "/spec"),
      undo: { how: "actions", actions: [{ do: "patch", ref, ops: patchOf(inverted(edits)) }] },
    });
  });
}
