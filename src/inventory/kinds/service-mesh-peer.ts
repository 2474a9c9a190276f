// federation.maistra.io ServiceMeshPeer (maistra/api federation/v1).
import { flag, list, maybeNumber, maybePart, metadata, object, type Out, part, string, text } from "./fields.ts";

const istiod = part({
  pod: text,
  remotes: list(part({ source: text, connected: flag, lastConnected: text, lastFullSync: text })),
  watch: part({ connected: flag, lastConnected: text, lastFullSync: text }),
});

export const serviceMeshPeer = object({
  metadata,
  spec: part({
    remote: part({ addresses: list(string), discoveryPort: maybeNumber, servicePort: maybeNumber }),
    gateways: part({ ingress: part({ name: text }), egress: part({ name: text }) }),
    security: part({
      clientID: text,
      trustDomain: text,
      certificateChain: part({ kind: text, name: text, namespace: text, key: text }),
    }),
  }),
  status: maybePart({ discoveryStatus: part({ active: list(istiod), inactive: list(istiod) }) }),
});
export type ServiceMeshPeer = Out<typeof serviceMeshPeer>;
