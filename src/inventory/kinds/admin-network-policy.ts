// policy.networking.k8s.io AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1): what administrators decide before and after NetworkPolicies.
import { list, maybeNumber, maybePart, metadata, number, object, type Out, part, string, text } from "./fields.ts";
import { labelSelector, maybeLabelSelector } from "./label-selector.ts";

export const adminNetworkPolicy = object({
  metadata,
  spec: part({
    /** The lower, the sooner; a baseline has none. */
    priority: maybeNumber,
    subject: part({
      namespaces: maybeLabelSelector,
      pods: maybePart({ namespaceSelector: labelSelector, podSelector: labelSelector }),
    }),
    egress: list(
      part({
        action: text,
        /** Networks and domain names lie outside; namespaces, pods and nodes are the cluster's own. */
        to: list(part({ networks: list(string), domainNames: list(string) })),
        ports: list(
          part({
            portNumber: maybePart({ protocol: text, port: number }),
            portRange: maybePart({ protocol: text, start: number, end: number }),
          }),
        ),
      }),
    ),
  }),
});
export type AdminNetworkPolicy = Out<typeof adminNetworkPolicy>;
