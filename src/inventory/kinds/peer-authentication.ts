// security.istio.io PeerAuthentication: whether a workload takes mTLS.
import { mapOf, maybePart, metadata, object, type Out, part, text, textMap } from "./fields.ts";

export const peerAuthentication = object({
  metadata,
  spec: part({
    selector: maybePart({ matchLabels: textMap }),
    mtls: part({ mode: text }),
    portLevelMtls: mapOf(part({ mode: text })),
  }),
});
export type PeerAuthentication = Out<typeof peerAuthentication>;
