// networking.istio.io ServiceEntry: istiod registers its hosts beside Kubernetes Services, so federation can export them.
import { z } from "zod";
import { list, maybeNumber, maybePart, metadata, part, text, textMap } from "./fields.ts";

export const serviceEntry = z.object({
  metadata,
  spec: part({
    hosts: list(z.string()),
    addresses: list(z.string()),
    ports: list(z.object({ number: z.number(), name: text, protocol: text, targetPort: maybeNumber })),
    location: text,
    resolution: text,
    exportTo: list(z.string()),
    subjectAltNames: list(z.string()),
    workloadSelector: maybePart({ labels: textMap }),
  }),
});
export type ServiceEntry = z.output<typeof serviceEntry>;
