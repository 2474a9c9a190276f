// networking.istio.io VirtualService: where requests to a host, or at a gateway, are sent.
import { z } from "zod";
import { list, metadata, part, text } from "./fields.ts";

const routes = list(part({ route: list(part({ destination: part({ host: text }) })) }));

export const virtualService = z.object({
  metadata,
  spec: part({ hosts: list(z.string()), gateways: list(z.string()), http: routes, tcp: routes, tls: routes }),
});
export type VirtualService = z.output<typeof virtualService>;
