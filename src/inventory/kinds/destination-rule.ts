// networking.istio.io DestinationRule: how clients call a host.
import { z } from "zod";
import { list, maybePart, metadata, part, text } from "./fields.ts";

/** Which of a policy's parts are there counts, not what they hold. */
const trafficPolicy = maybePart({ outlierDetection: maybePart({}) });

export const destinationRule = z.object({
  metadata,
  spec: part({
    host: text,
    trafficPolicy,
    subsets: list(part({ name: text })),
    exportTo: list(z.string()),
  }),
});
export type DestinationRule = z.output<typeof destinationRule>;
