// security.istio.io PeerAuthentication: whether a workload takes mTLS.
import { z } from "zod";
import { maybePart, metadata, part, text, textMap } from "./fields.ts";

export const peerAuthentication = z.object({
  metadata,
  spec: part({
    selector: maybePart({ matchLabels: textMap }),
    mtls: part({ mode: text }),
    portLevelMtls: z
      .record(z.string(), part({ mode: text }))
      .nullish()
      .transform((value) => value ?? {}),
  }),
});
export type PeerAuthentication = z.output<typeof peerAuthentication>;
