// networking.istio.io Gateway: which pods it configures.
import { z } from "zod";
import { metadata, part, textMap } from "./fields.ts";

export const istioGateway = z.object({ metadata, spec: part({ selector: textMap }) });
export type IstioGateway = z.output<typeof istioGateway>;
