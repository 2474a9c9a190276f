// networking.istio.io Sidecar: which hosts a namespace's proxies are told of.
import { list, maybeList, maybePart, metadataFields, object, type Out, part, string, text, textMap } from "./fields.ts";

export const sidecar = object({
  metadata: part({ ...metadataFields, creationTimestamp: text }),
  spec: part({
    workloadSelector: maybePart({ labels: textMap }),
    /** null: not restricted. */
    egress: maybeList(part({ hosts: list(string), port: maybePart({}) })),
  }),
});
export type Sidecar = Out<typeof sidecar>;
