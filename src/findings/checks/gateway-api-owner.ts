// Whether the platform itself manages the definitions of the Gateway API.
import { gatewayApiOwned } from "../codes/platform.ts";
import type { Finding } from "../../core/finding.ts";
import type { Cluster } from "../../inventory/cluster.ts";
import { textAt } from "./text-at.ts";

export const clusterVersions = "ClusterVersion.config.openshift.io";

/** The first minor version of OpenShift 4 whose Ingress Operator owns them (openshift/enhancements, gateway-api-crd-life-cycle-management). */
const owningMinor = 19;

export function gatewayApiOwner({ id, byKind }: Cluster): Finding[] {
  return (byKind.get(clusterVersions) ?? []).flatMap(({ ref, body }) => {
    const version = textAt(body, "/status/desired/version");
    const minor = /^4\.(\d+)\./u.exec(version)?.[1];
    return minor !== undefined && Number(minor) >= owningMinor
      ? [gatewayApiOwned.at([ref], { cluster: id, version })]
      : [];
  });
}
