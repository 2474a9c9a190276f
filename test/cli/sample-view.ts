// What `inspect` shows of two meshes in which every name is the given one.
import { clusterId, host, linkId, meshId } from "../../src/core/ids.ts";
import type { FindingView } from "../../src/present/model/finding-view.ts";
import type { InspectView } from "../../src/present/model/inspect-view.ts";

export function inspectViewOf(name: string): InspectView {
  const cluster = clusterId("east");
  const meshes = [meshId(cluster, "one", name), meshId(cluster, "two", name)] as const;
  const ref = { cluster, group: "", kind: "Service", namespace: name, name };
  const link = linkId("a", "b");
  const finding: FindingView = {
    code: "MF052",
    name: "peer-without-mesh",
    severity: "block",
    message: name,
    why: name,
    todo: name,
    where: [name],
    subjects: [ref],
    params: { name },
  };
  return {
    apiVersion: "meshferry/inspect.v1",
    clusters: [{ name, objects: 1, coverage: {} }],
    meshes: meshes.map((id) => ({
      ...{ id, cluster: name, namespace: name, name, version: name, mode: "ClusterWide", clusterDomain: name },
      ...{
        trustDomain: name,
        trustDomainAliases: [name],
        network: name,
        roots: null,
        memberNamespaces: [name],
        peers: [name],
      },
    })),
    trust: [
      {
        ...{ mesh: meshes[0], trustDomain: name, ca: { kind: "owned", shownBy: name, takesRoots: false } },
        roots: [
          { hash: `sha256:${"0".repeat(64)}`, own: true, subject: name, key: name, validFrom: name, validTo: name },
        ],
        trustedBy: [{ mesh: meshes[1], peer: name, agrees: false }],
      },
    ],
    links: [
      {
        ...{ id: link, meshes, peers: [ref, ref], agrees: false, rejected: name },
        facts: [{ fact: "root", peer: ref, agrees: false, claimed: name, actual: name }],
      },
    ],
    unpaired: [{ mesh: meshes[0], peer: ref }],
    exports: [],
    imports: [
      {
        ...{
          link,
          importer: meshes[0],
          exporter: meshes[1],
          host: name,
          exportedHost: name,
          service: ref,
          asLocal: false,
        },
        ...{ homeNamespace: name, joins: ref, locality: name, clientNamespaces: [name], status: "differs" },
        ports: [{ number: 80, name, protocol: name, targetPort: null }],
        runners: [{ workload: ref, serviceAccount: name, sidecar: false, replicas: 1 }],
        carry: { mode: "none", why: finding },
      },
    ],
    unimported: [{ link, importer: meshes[0], exportedHost: host(name) }],
    counts: { block: 1, warn: 0, info: 0 },
    findings: [finding],
  };
}
