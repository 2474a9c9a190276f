// v1 Service: the fields that federation, routes and gateways are derived from.
import { z } from "zod";
import { list, maybeFlag, maybeNumber, metadata, part, text, textMap } from "./fields.ts";

export const service = z.object({
  metadata,
  spec: part({
    type: text,
    clusterIP: text,
    externalName: text,
    externalIPs: list(z.string()),
    selector: textMap,
    loadBalancerIP: text,
    loadBalancerClass: text,
    loadBalancerSourceRanges: list(z.string()),
    allocateLoadBalancerNodePorts: maybeFlag,
    externalTrafficPolicy: text,
    internalTrafficPolicy: text,
    sessionAffinity: text,
    sessionAffinityConfig: part({ clientIP: part({ timeoutSeconds: maybeNumber }) }),
    ipFamilies: list(z.string()),
    ipFamilyPolicy: text,
    ports: list(
      z.object({
        name: text,
        port: z.number(),
        protocol: text,
        appProtocol: text,
        targetPort: z
          .union([z.number(), z.string()])
          .nullish()
          .transform((value) => value ?? null),
        nodePort: maybeNumber,
      }),
    ),
  }),
  status: part({ loadBalancer: part({ ingress: list(part({ ip: text, hostname: text })) }) }),
});
export type Service = z.output<typeof service>;
