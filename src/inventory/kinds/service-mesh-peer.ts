// federation.maistra.io ServiceMeshPeer (maistra/api federation/v1).
import { z } from "zod";
import { flag, list, maybeNumber, maybePart, metadata, part, text } from "./fields.ts";

const istiod = part({
  pod: text,
  remotes: list(part({ source: text, connected: flag, lastConnected: text, lastFullSync: text })),
  watch: part({ connected: flag, lastConnected: text, lastFullSync: text }),
});

export const serviceMeshPeer = z.object({
  metadata,
  spec: part({
    remote: part({ addresses: list(z.string()), discoveryPort: maybeNumber, servicePort: maybeNumber }),
    gateways: part({ ingress: part({ name: text }), egress: part({ name: text }) }),
    security: part({
      clientID: text,
      trustDomain: text,
      certificateChain: part({ kind: text, name: text, namespace: text, key: text }),
    }),
  }),
  status: maybePart({ discoveryStatus: part({ active: list(istiod), inactive: list(istiod) }) }),
});
export type ServiceMeshPeer = z.output<typeof serviceMeshPeer>;
