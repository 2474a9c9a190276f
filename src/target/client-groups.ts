// The clients of an importer as policies see them: by namespace and labels, each combination once.
import { canonicalJson } from "../core/json.ts";
import { sortedBy } from "../core/order.ts";
import type { ImporterClients } from "./sidecar-edits.ts";

export interface ClientGroup {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels that differ from pod to pod of one workload, and that no policy is written for. */
const ofOnePod = new Set(["pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name"]);

/** Workloads with a sidecar in the mesh's member namespaces, and its own gateways that send to imported hosts. */
export function clientGroups({ mesh, pods, gateways }: ImporterClients): ClientGroup[] {
  const members = new Set(mesh.memberNamespaces);
  const injected = [...pods.pods, ...pods.templates].filter(
    ({ sidecar, namespace }) => sidecar && members.has(namespace),
  );
  const groups = new Map<string, ClientGroup>();
  for (const { namespace, labels } of [...injected, ...gateways]) {
    const shared = Object.fromEntries(Object.entries(labels).filter(([key]) => !ofOnePod.has(key)));
    groups.set(`${namespace}|${canonicalJson(shared)}`, { namespace, labels: shared });
  }
  return sortedBy(groups, ([key]) => key).map(([, group]) => group);
}
