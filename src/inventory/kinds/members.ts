// maistra.io ServiceMeshMemberRoll and ServiceMeshMember: which namespaces belong to a control plane.
import { list, metadata, object, type Out, part, string, text } from "./fields.ts";
import { labelSelector } from "./label-selector.ts";

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
