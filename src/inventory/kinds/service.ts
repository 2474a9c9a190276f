// v1 Service: the fields that federation, routes and gateways are derived from.
import {
  list,
  maybeFlag,
  maybeNumber,
  maybeNumberOrText,
  metadata,
  number,
  object,
  type Out,
  part,
  string,
  text,
  textMap,
} from "./fields.ts";

export const service = object({
  metadata,
  spec: part({
    type: text,
    clusterIP: text,
    externalName: text,
    externalIPs: list(string),
    selector: textMap,
    loadBalancerIP: text,
    loadBalancerClass: text,
    loadBalancerSourceRanges: list(string),
    allocateLoadBalancerNodePorts: maybeFlag,
    externalTrafficPolicy: text,
    internalTrafficPolicy: text,
    sessionAffinity: text,
    sessionAffinityConfig: part({ clientIP: part({ timeoutSeconds: maybeNumber }) }),
    ipFamilies: list(string),
    ipFamilyPolicy: text,
    ports: list(
      object({
        name: text,
        port: number,
        protocol: text,
        appProtocol: text,
        targetPort: maybeNumberOrText,
        nodePort: maybeNumber,
      }),
    ),
  }),
  status: part({ loadBalancer: part({ ingress: list(part({ ip: text, hostname: text })) }) }),
});
export type Service = Out<typeof service>;
