// maistra.io ServiceMeshMemberRoll and ServiceMeshMember: which namespaces belong to a control plane.
import { list, metadata, object, type Out, part, string, text, textMap } from "./fields.ts";

export const labelSelector = part({
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(string) })),
});
export type LabelSelector = Out<typeof labelSelector>;

export const serviceMeshMemberRoll = object({
  metadata,
  spec: part({ members: list(string), memberSelectors: list(labelSelector) }),
  status: part({ configuredMembers: list(string), members: list(string) }),
});
export type ServiceMeshMemberRoll = Out<typeof serviceMeshMemberRoll>;

export const serviceMeshMember = object({
  metadata,
  spec: part({ controlPlaneRef: part({ name: text, namespace: text }) }),
});
export type ServiceMeshMember = Out<typeof serviceMeshMember>;
