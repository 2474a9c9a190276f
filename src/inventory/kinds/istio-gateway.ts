// networking.istio.io Gateway: which pods it configures, and for which ports and hosts.
import { list, maybeNumber, metadata, object, type Out, part, string, textMap } from "./fields.ts";

export const istioGateway = object({
  metadata,
  spec: part({
    selector: textMap,
    servers: list(part({ port: part({ number: maybeNumber }), hosts: list(string) })),
  }),
});
export type IstioGateway = Out<typeof istioGateway>;
