// Every ServiceEntry fits into the definitions that OSSM 3 brings.
import { refText } from "../../../core/object-ref.ts";
import { entryTooLarge } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const serviceEntries = "ServiceEntry.networking.istio.io";

/** Of hosts and of ports (Istio 1.24, manifests/charts/base/files/crd-all.gen.yaml); Istio 1.20 has no limit. */
const limit = 256;

const run: Check["run"] = (input) => {
  const taking = new Set(participants(input).all.map(({ cluster }) => cluster));
  return input.inventory.clusters
    .filter(({ id }) => taking.has(id))
    .flatMap(({ typed }) => typed[serviceEntries])
    .flatMap(({ ref, view: { spec } }) => {
      const sizes = [
        ...(spec.hosts.length > limit ? [`${spec.hosts.length} hosts`] : []),
        ...(spec.ports.length > limit ? [`${spec.ports.length} ports`] : []),
      ];
      return sizes.length > 0 ? [entryTooLarge.at([ref], { entry: refText(ref), sizes: sizes.join(" and ") })] : [];
    });
};

export const entrySizes: Check = {
  fact: "Every ServiceEntry fits into the definitions that OSSM 3 brings",
  codes: [entryTooLarge],
  reads: [serviceEntries],
  run,
};
