// networking.istio.io Sidecar: which hosts a namespace's proxies are told of.
import { z } from "zod";
import { list, maybePart, metadata, part, text, textMap } from "./fields.ts";

export const sidecar = z.object({
  metadata: z.intersection(metadata, part({ creationTimestamp: text })),
  spec: part({
    workloadSelector: maybePart({ labels: textMap }),
    /** null: not restricted. */
    egress: z
      .array(part({ hosts: list(z.string()), port: maybePart({}) }))
      .nullish()
      .transform((value) => (value && value.length > 0 ? value : null)),
  }),
});
export type Sidecar = z.output<typeof sidecar>;
