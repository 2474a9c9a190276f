// maistra.io ServiceMeshControlPlane v2: the fields that decide what the mesh is, and those that the plan patches.
import {
  list,
  mapOf,
  maybeFlag,
  maybeNumber,
  metadata,
  object,
  type Out,
  part,
  string,
  text,
  textMap,
} from "./fields.ts";
import { labelSelector } from "./label-selector.ts";

const gateway = part({
  enabled: maybeFlag,
  namespace: text,
  requestedNetworkView: list(string),
  service: part({ type: text, metadata: part({ labels: textMap, annotations: textMap }) }),
});
const gateways = mapOf(gateway);

/** The part of a spec that is read; `status.appliedSpec` has the same form, with the profile's values merged in. */
const controlPlaneSpec = part({
  version: text,
  mode: text,
  cluster: part({ name: text, network: text }),
  security: part({
    trust: part({ domain: text, additionalDomains: list(string) }),
    manageNetworkPolicy: maybeFlag,
    certificateAuthority: part({
      type: text,
      istiod: part({ type: text }),
      custom: part({ address: text }),
      "cert-manager": part({ address: text }),
    }),
  }),
  proxy: part({ networking: part({ clusterDomain: text }) }),
  meshConfig: part({ discoverySelectors: list(labelSelector) }),
  techPreview: part({ meshConfig: part({ trustDomainAliases: list(string) }) }),
  gateways: part({ enabled: maybeFlag, additionalIngress: gateways, additionalEgress: gateways }),
  runtime: part({ components: part({ pilot: part({ container: part({ env: textMap }) }) }) }),
});

export const serviceMeshControlPlane = object({
  metadata,
  spec: controlPlaneSpec,
  status: part({
    appliedSpec: controlPlaneSpec,
    observedGeneration: maybeNumber,
    chartVersion: text,
    conditions: list(part({ type: text, status: text, reason: text, message: text })),
  }),
});
export type ServiceMeshControlPlane = Out<typeof serviceMeshControlPlane>;
