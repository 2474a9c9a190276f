// Whether the platform itself manages the definitions of the Gateway API.
import { gatewayApiOwned } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";
import { textAt } from "../text-at.ts";

const clusterVersions = "ClusterVersion.config.openshift.io";

/** The first minor version of OpenShift 4 whose Ingress Operator owns them (openshift/enhancements, gateway-api-crd-life-cycle-management). */
const owningMinor = 19;

const run: Check["run"] = (input) => {
  const taking = new Set(participants(input).all.map(({ cluster }) => cluster));
  return input.inventory.clusters
    .filter(({ id }) => taking.has(id))
    .flatMap(({ id, byKind }) =>
      (byKind.get(clusterVersions) ?? []).flatMap(({ ref, body }) => {
        const version = textAt(body, "/status/desired/version");
        const minor = /^4\.(\d+)\./u.exec(version)?.[1];
        return minor !== undefined && Number(minor) >= owningMinor
          ? [gatewayApiOwned.at([ref], { cluster: id, version })]
          : [];
      }),
    );
};

export const platformOwnership: Check = {
  fact: "The platform leaves the definitions of the Gateway API to whoever needs them",
  codes: [gatewayApiOwned],
  reads: [clusterVersions],
  run,
};
