// networking.k8s.io NetworkPolicy: who may open connections to pods, and where pods may open them to.
import { z } from "zod";
import { list, maybeNumber, maybePart, metadata, part, text, textMap } from "./fields.ts";
import { labelSelector } from "./members.ts";

const maybeSelector = maybePart({
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(z.string()) })),
});

const peers = list(
  part({
    namespaceSelector: maybeSelector,
    podSelector: maybeSelector,
    ipBlock: maybePart({ cidr: text, except: list(z.string()) }),
  }),
);

const ports = list(
  part({
    protocol: text,
    port: z
      .union([z.number(), z.string()])
      .nullish()
      .transform((value) => value ?? null),
    endPort: maybeNumber,
  }),
);

export const networkPolicy = z.object({
  metadata,
  spec: part({
    podSelector: labelSelector,
    policyTypes: list(z.string()),
    ingress: list(part({ from: peers, ports })),
    egress: list(part({ to: peers, ports })),
  }),
});
export type NetworkPolicy = z.output<typeof networkPolicy>;
