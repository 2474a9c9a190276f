// CoreDNS: a program of the node behind the Service kube-dns, so that it needs no image and no pod.
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import type { KubeApi } from "../api/kube-api.ts";
import type { Manifest } from "../api/live-object.ts";
import { dnsServiceAddress } from "../network/address-plan.ts";
import { launch } from "../node/namespaces.ts";
import type { NodePart } from "./node-part.ts";
import { binary, type Site } from "./site.ts";

const ports = [
  { name: "dns", protocol: "UDP", port: 53 },
  { name: "dns-tcp", protocol: "TCP", port: 53 },
] as const;

/** What names it knows are the cluster's; of all others it says that there are none. */
export const corefile = (address: string, kubeconfig: string) => `cluster.local:53 in-addr.arpa:53 {
  bind ${address}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    ttl 5
  }
}
.:53 {
  bind ${address}
  errors
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

export async function startDns(site: Site, node: NodePart, api: KubeApi): Promise<void> {
  const config = join(node.folder, "Corefile");
  await writeFile(config, corefile(node.addresses.node, node.kubeconfig));
  const program = binary(site, "coredns");
  await launch(node.namespaces, [program, "-conf", config], { log: "coredns", signal: site.signal });
  for (const object of dnsObjects(node.addresses.node)) await api.apply(object, "meshferry-lab");
}

function dnsObjects(address: string): readonly Manifest[] {
  const name = "kube-dns";
  const namespace = "kube-system";
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: { "k8s-app": name } },
      spec: { clusterIP: dnsServiceAddress, ports },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
  ];
}
