// networking.istio.io VirtualService: where requests to a host, or at a gateway, are sent.
import { list, metadata, object, type Out, part, string, text } from "./fields.ts";

const routes = list(part({ route: list(part({ destination: part({ host: text }) })) }));

export const virtualService = object({
  metadata,
  spec: part({ hosts: list(string), gateways: list(string), http: routes, tcp: routes, tls: routes }),
});
export type VirtualService = Out<typeof virtualService>;
