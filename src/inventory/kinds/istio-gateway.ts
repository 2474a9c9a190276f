// networking.istio.io Gateway: which pods it configures, and for which ports and hosts.
import { z } from "zod";
import { list, maybeNumber, metadata, part, textMap } from "./fields.ts";

export const istioGateway = z.object({
  metadata,
  spec: part({
    selector: textMap,
    servers: list(part({ port: part({ number: maybeNumber }), hosts: list(z.string()) })),
  }),
});
export type IstioGateway = z.output<typeof istioGateway>;
