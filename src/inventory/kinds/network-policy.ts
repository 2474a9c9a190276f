// networking.k8s.io NetworkPolicy: who may open connections to pods, and where pods may open them to.
import {
  list,
  maybeNumber,
  maybeNumberOrText,
  maybePart,
  metadata,
  object,
  type Out,
  part,
  string,
  text,
  textMap,
} from "./fields.ts";
import { labelSelector } from "./members.ts";

const maybeSelector = maybePart({
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(string) })),
});

const peers = list(
  part({
    namespaceSelector: maybeSelector,
    podSelector: maybeSelector,
    ipBlock: maybePart({ cidr: text, except: list(string) }),
  }),
);

const ports = list(
  part({
    protocol: text,
    port: maybeNumberOrText,
    endPort: maybeNumber,
  }),
);

export const networkPolicy = object({
  metadata,
  spec: part({
    podSelector: labelSelector,
    policyTypes: list(string),
    ingress: list(part({ from: peers, ports })),
    egress: list(part({ to: peers, ports })),
  }),
});
export type NetworkPolicy = Out<typeof networkPolicy>;
