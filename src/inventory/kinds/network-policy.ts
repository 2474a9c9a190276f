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
} from "./fields.ts";
import { labelSelector, maybeLabelSelector } from "./label-selector.ts";

const peers = list(
  part({
    namespaceSelector: maybeLabelSelector,
    podSelector: maybeLabelSelector,
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
