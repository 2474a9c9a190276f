// networking.istio.io DestinationRule: how clients call a host.
import { list, maybePart, metadata, object, type Out, part, string, text, textMap } from "./fields.ts";

const tls = maybePart({ mode: text, sni: text, subjectAltNames: list(string) });

/** Of outlier detection it counts that it is there, not what it holds. */
const trafficPolicy = maybePart({
  outlierDetection: maybePart({}),
  tls,
  portLevelSettings: list(part({ tls })),
});

export const destinationRule = object({
  metadata,
  spec: part({
    host: text,
    trafficPolicy,
    subsets: list(part({ name: text, labels: textMap, trafficPolicy })),
    exportTo: list(string),
    workloadSelector: maybePart({}),
  }),
});
export type DestinationRule = Out<typeof destinationRule>;
