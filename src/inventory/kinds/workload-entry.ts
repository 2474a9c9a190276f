// networking.istio.io WorkloadEntry: endpoints of ours carry what they were made for.
import { z } from "zod";
import { maybeNumber, metadata, part, text } from "./fields.ts";

export const workloadEntry = z.object({ metadata, spec: part({ network: text, locality: text, weight: maybeNumber }) });
export type WorkloadEntry = z.output<typeof workloadEntry>;
