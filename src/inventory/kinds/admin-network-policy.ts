// policy.networking.k8s.io AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1): what administrators decide before and after NetworkPolicies.
import { z } from "zod";
import { list, maybeNumber, maybePart, metadata, part, text, textMap } from "./fields.ts";
import { labelSelector } from "./members.ts";

const maybeSelector = maybePart({
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(z.string()) })),
});

export const adminNetworkPolicy = z.object({
  metadata,
  spec: part({
    /** The lower, the sooner; a baseline has none. */
    priority: maybeNumber,
    subject: part({
      namespaces: maybeSelector,
      pods: maybePart({ namespaceSelector: labelSelector, podSelector: labelSelector }),
    }),
    egress: list(
      part({
        action: text,
        /** Networks and domain names lie outside; namespaces, pods and nodes are the cluster's own. */
        to: list(part({ networks: list(z.string()), domainNames: list(z.string()) })),
        ports: list(
          part({
            portNumber: maybePart({ protocol: text, port: z.number() }),
            portRange: maybePart({ protocol: text, start: z.number(), end: z.number() }),
          }),
        ),
      }),
    ),
  }),
});
export type AdminNetworkPolicy = z.output<typeof adminNetworkPolicy>;
