// networking.istio.io ServiceEntry: istiod registers its hosts beside Kubernetes Services, so federation can export them.
import {
  list,
  maybeNumber,
  maybePart,
  metadata,
  number,
  object,
  type Out,
  part,
  string,
  text,
  textMap,
} from "./fields.ts";

export const serviceEntry = object({
  metadata,
  spec: part({
    hosts: list(string),
    addresses: list(string),
    ports: list(object({ number: number, name: text, protocol: text, targetPort: maybeNumber })),
    location: text,
    resolution: text,
    exportTo: list(string),
    subjectAltNames: list(string),
    workloadSelector: maybePart({ labels: textMap }),
  }),
});
export type ServiceEntry = Out<typeof serviceEntry>;
