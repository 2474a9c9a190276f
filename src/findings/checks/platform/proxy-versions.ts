// Every proxy is of its control plane's version.
import { fewNames } from "../../../core/few-names.ts";
import { type ObjectRef, refText, sortedRefs } from "../../../core/object-ref.ts";
import { proxyTooOld } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** The injector of OSSM 2 writes the version of the proxy into this label of the pod; the vendor's checker reads it (sail-operator, migration-checker.sh). */
const versionLabel = "maistra-version";

const run: Check["run"] = (input) =>
  participants(input).all.flatMap((mesh) => {
    const wanted = minorOf(mesh.version);
    const places = new Set([...mesh.memberNamespaces, mesh.namespace]);
    const old: ObjectRef[] =
      wanted === null
        ? []
        : input
            .podsOf(mesh)
            .pods.filter(({ sidecar, namespace, labels }) => {
              const minor = minorOf(labels[versionLabel] ?? "");
              return sidecar && places.has(namespace) && minor !== null && wanted !== null && minor < wanted;
            })
            .map(({ workload }) => workload);
    const workloads = sortedRefs(old);
    if (workloads.length === 0) return [];
    return [
      proxyTooOld.at(workloads, {
        mesh: mesh.id,
        version: mesh.version,
        workloads: fewNames(workloads.map((ref) => refText(ref, false))),
      }),
    ];
  });

/** 2006 for "v2.6" and "2.6.11"; null where it is no version. */
function minorOf(version: string): number | null {
  const found = /^v?(\d+)\.(\d+)(?:\.|$)/u.exec(version);
  return found ? Number(found[1]) * 1_000 + Number(found[2]) : null;
}

export const proxyVersions: Check = {
  fact: "No proxy says that it is older than its control plane",
  codes: [proxyTooOld],
  reads: [],
  run,
};
