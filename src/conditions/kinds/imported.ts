// imported: federation has brought an importer its hosts.
import { fewNames } from "../../core/few-names.ts";
import { refText } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { notImported } from "../../findings/codes/conditions.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { done, pending } from "../verdict.ts";
import { listAt, ofObject } from "./objects.ts";

/**
 * A row of what is not imported names no local service (docs/facts.md, retire.no-federation-endpoint), so that a host says that it
 * is; that it is not, no status says for sure.
 */
export const imported: Kind<ConditionOf<"imported">> = {
  stage: "objects",
  judge: ({ ref, hosts }, facts) =>
    ofObject(facts, ref, ({ body }) => {
      const rows = listAt(body, "/status/importedServices");
      const held = new Set(rows.map((row) => valueAt(row, "/localService/hostname")));
      const missing = hosts.filter((host) => !held.has(host));
      if (missing.length === 0) return done;
      return pending(notImported.at([ref], { set: refText(ref), hosts: fewNames(missing) }));
    }),
};
