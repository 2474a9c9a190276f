// networking.istio.io DestinationRule: how clients call a host.
import { z } from "zod";
import { list, maybePart, metadata, part, text, textMap } from "./fields.ts";

const tls = maybePart({ mode: text, sni: text, subjectAltNames: list(z.string()) });

/** Of outlier detection it counts that it is there, not what it holds. */
const trafficPolicy = maybePart({
  outlierDetection: maybePart({}),
  tls,
  portLevelSettings: list(part({ tls })),
});

export const destinationRule = z.object({
  metadata,
  spec: part({
    host: text,
    trafficPolicy,
    subsets: list(part({ name: text, labels: textMap, trafficPolicy })),
    exportTo: list(z.string()),
    workloadSelector: maybePart({}),
  }),
});
export type DestinationRule = z.output<typeof destinationRule>;
