// The clients' Sidecars show our entries wherever they show federation's services.
import { refText } from "../../../core/object-ref.ts";
import { groupBy } from "../../../core/order.ts";
import { importerClients } from "../../../target/importer-clients.ts";
import { sidecarEdits } from "../../../target/sidecar-edits.ts";
import { sidecarPatched } from "../../codes/clients.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ inventory, target, podsOf }) =>
  [...groupBy(target.carried, ({ importer }) => importer.mesh.id).values()].flatMap((group) => {
    const importer = importerClients(inventory, group, podsOf);
    return sidecarEdits(importer).map(({ sidecar }) =>
      sidecarPatched.at([sidecar.ref], { sidecar: refText(sidecar.ref), namespace: importer.entryNamespace }),
    );
  });

export const sidecars: Check = {
  fact: "The clients' Sidecars can show our entries wherever they show federation's hosts",
  codes: [sidecarPatched],
  reads: ["Gateway.networking.istio.io", "Sidecar.networking.istio.io", "VirtualService.networking.istio.io"],
  run,
};
