// OpenShift's own rules for connections that leave the cluster: EgressFirewall (OVN-Kubernetes), EgressNetworkPolicy (OpenShift SDN), EgressIP, EgressRouter.
import { list, maybePart, metadata, number, object, type Out, part, string, text } from "./fields.ts";
import { labelSelector } from "./label-selector.ts";

/** k8s.ovn.org/v1 and network.openshift.io/v1 have one form; the latter knows no ports and no nodes. */
export const egressFirewall = object({
  metadata,
  spec: part({
    egress: list(
      part({
        type: text,
        to: part({ cidrSelector: text, dnsName: text, nodeSelector: maybePart({}) }),
        ports: list(part({ protocol: text, port: number })),
      }),
    ),
  }),
});
export type EgressFirewall = Out<typeof egressFirewall>;

export const egressIp = object({
  metadata,
  spec: part({ egressIPs: list(string), namespaceSelector: labelSelector, podSelector: labelSelector }),
});
export type EgressIp = Out<typeof egressIp>;

export const egressRouter = object({
  metadata,
  spec: part({
    redirect: part({ fallbackIP: text, redirectRules: list(part({ destinationIP: text })) }),
  }),
});
export type EgressRouter = Out<typeof egressRouter>;
