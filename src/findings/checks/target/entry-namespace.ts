// Our entries lie in another namespace than federation's own services.
import { underOurEntries } from "../../../target/carried-routes.ts";
import { entriesBesideFederation } from "../../codes/plan.ts";
import type { Check } from "../check.ts";

/** Endpoints of equal hosts in one namespace are merged (Istio 1.20 source; seen on Maistra 2.5 to lose 36 of 209 connections). */
const run: Check["run"] = ({ target }) =>
  underOurEntries(target.carried)
    .filter(({ route, importer }) => route.homeNamespace === importer.entryNamespace)
    .map(({ route, importer }) =>
      entriesBesideFederation.at([importer.mesh.controlPlane.ref], {
        host: route.host,
        importer: importer.mesh.id,
        namespace: importer.entryNamespace,
      }),
    );

export const entryNamespace: Check = {
  fact: "Our entries lie in another namespace than the services of federation",
  codes: [entriesBesideFederation],
  reads: [],
  run,
};
