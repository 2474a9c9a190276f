// The exported workloads take mTLS at the ports that they serve.
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { shapesBehind } from "../../../federation/find-runners.ts";
import { findTyped } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { targetPorts } from "../../../target/isolation.ts";
import { mtlsSwitchedOff } from "../../../policies/mtls-mode.ts";
import { mtlsOffAtServer } from "../../codes/federation-gateways.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  return [...groupBy(carried, ({ exporter }) => exporter.mesh.id).values()].flatMap((group) =>
    ofExporter(input, group),
  );
};

function ofExporter(input: CheckInput, group: readonly CarriedRoute[]): Finding[] {
  const mesh = group[0]?.exporter.mesh;
  if (!mesh) return [];
  const cluster = clusterOf(input.inventory, mesh);
  const offBy = mtlsSwitchedOff(cluster, mesh.namespace);
  const services = new Map(group.map(({ exported }) => [refKey(exported.service), exported]));
  return [...services.values()].flatMap((exported) => {
    const { namespace, name } = exported.service;
    const service = findTyped(cluster, "Service", namespace, name);
    if (!service) return [];
    const off = shapesBehind(input.podsOf(mesh), service).flatMap(({ labels }) =>
      targetPorts(exported).flatMap((port) => {
        const policy = offBy(namespace ?? "", labels, Number(port));
        return policy ? [{ policy, port }] : [];
      }),
    );
    return [...groupBy(off, ({ policy }) => refKey(policy.ref)).values()].flatMap((same) => {
      const [first] = same;
      if (!first) return [];
      const ports = sortedUnique(same.map(({ port }) => port)).join(", ");
      return [
        mtlsOffAtServer.at([first.policy.ref, exported.service], {
          policy: refText(first.policy.ref, false),
          service: refText(exported.service),
          ports: `port ${ports}`,
        }),
      ];
    });
  });
}

export const peerAuthentications: Check = {
  fact: "The exported workloads take mTLS",
  codes: [mtlsOffAtServer],
  reads: ["PeerAuthentication.security.istio.io", "Service"],
  run,
};
