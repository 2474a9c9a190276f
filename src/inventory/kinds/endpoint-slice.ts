// discovery.k8s.io EndpointSlice, and the older v1 Endpoints: the addresses of Services that select no pods.
import { z } from "zod";
import { list, maybeFlag, maybeNumber, maybePart, metadata, part, text } from "./fields.ts";

const ports = list(part({ name: text, port: maybeNumber, protocol: text }));
const target = maybePart({ kind: text, name: text, namespace: text });

export const endpointSlice = z.object({
  metadata,
  addressType: text,
  endpoints: list(part({ addresses: list(z.string()), conditions: part({ ready: maybeFlag }), targetRef: target })),
  ports,
});
export type EndpointSlice = z.output<typeof endpointSlice>;

export const endpoints = z.object({
  metadata,
  subsets: list(part({ addresses: list(part({ ip: text, targetRef: target })), ports })),
});
export type Endpoints = z.output<typeof endpoints>;
