// discovery.k8s.io EndpointSlice, and the older v1 Endpoints: the addresses of Services that select no pods.
import { list, maybeFlag, maybeNumber, maybePart, metadata, object, type Out, part, string, text } from "./fields.ts";

const ports = list(part({ name: text, port: maybeNumber, protocol: text }));
const target = maybePart({ kind: text, name: text, namespace: text });

export const endpointSlice = object({
  metadata,
  addressType: text,
  endpoints: list(part({ addresses: list(string), conditions: part({ ready: maybeFlag }), targetRef: target })),
  ports,
});
export type EndpointSlice = Out<typeof endpointSlice>;

export const endpoints = object({
  metadata,
  subsets: list(part({ addresses: list(part({ ip: text, targetRef: target })), ports })),
});
export type Endpoints = Out<typeof endpoints>;
