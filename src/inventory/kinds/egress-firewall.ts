// OpenShift's own rules for connections that leave the cluster: EgressFirewall (OVN-Kubernetes), EgressNetworkPolicy (OpenShift SDN), EgressIP, EgressRouter.
import { z } from "zod";
import { list, maybePart, metadata, part, text } from "./fields.ts";
import { labelSelector } from "./members.ts";

/** k8s.ovn.org/v1 and network.openshift.io/v1 have one form; the latter knows no ports and no nodes. */
export const egressFirewall = z.object({
  metadata,
  spec: part({
    egress: list(
      part({
        type: text,
        to: part({ cidrSelector: text, dnsName: text, nodeSelector: maybePart({}) }),
        ports: list(part({ protocol: text, port: z.number() })),
      }),
    ),
  }),
});
export type EgressFirewall = z.output<typeof egressFirewall>;

export const egressIp = z.object({
  metadata,
  spec: part({ egressIPs: list(z.string()), namespaceSelector: labelSelector, podSelector: labelSelector }),
});
export type EgressIp = z.output<typeof egressIp>;

export const egressRouter = z.object({
  metadata,
  spec: part({
    redirect: part({ fallbackIP: text, redirectRules: list(part({ destinationIP: text })) }),
  }),
});
export type EgressRouter = z.output<typeof egressRouter>;
