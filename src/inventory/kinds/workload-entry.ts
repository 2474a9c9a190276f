// networking.istio.io WorkloadEntry: endpoints of ours carry what they were made for.
import { maybeNumber, metadata, object, type Out, part, text } from "./fields.ts";

export const workloadEntry = object({ metadata, spec: part({ network: text, locality: text, weight: maybeNumber }) });
export type WorkloadEntry = Out<typeof workloadEntry>;
