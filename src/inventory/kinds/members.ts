// maistra.io ServiceMeshMemberRoll and ServiceMeshMember: which namespaces belong to a control plane.
import { z } from "zod";
import { list, metadata, part, text, textMap } from "./fields.ts";

export const labelSelector = part({
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(z.string()) })),
});
export type LabelSelector = z.output<typeof labelSelector>;

export const serviceMeshMemberRoll = z.object({
  metadata,
  spec: part({ members: list(z.string()), memberSelectors: list(labelSelector) }),
  status: part({ configuredMembers: list(z.string()), members: list(z.string()) }),
});
export type ServiceMeshMemberRoll = z.output<typeof serviceMeshMemberRoll>;

export const serviceMeshMember = z.object({
  metadata,
  spec: part({ controlPlaneRef: part({ name: text, namespace: text }) }),
});
export type ServiceMeshMember = z.output<typeof serviceMeshMember>;
