// Of a cluster with several meshes the one that was named: the others' control planes, peers and sets are left out.
import type { ClusterInput } from "../../../core/cluster.ts";
import { controlPlaneNotThere } from "../../../findings/codes/live.ts";

const group = /(?:^|\.)maistra\.io$/u;
const ofMeshes = new Set(["ServiceMeshControlPlane", "ServiceMeshPeer", "ExportedServiceSet", "ImportedServiceSet"]);

/** `named` is "NAMESPACE/NAME"; null: all. */
export function ofControlPlane(input: ClusterInput, named: string | null): ClusterInput {
  if (named === null) return input;
  const planes = input.objects.filter(({ ref }) => ref.kind === "ServiceMeshControlPlane");
  const nameOf = ({ ref }: (typeof planes)[number]) => `${ref.namespace ?? ""}/${ref.name}`;
  const meant = planes.find((each) => nameOf(each) === named);
  if (meant === undefined) {
    const there = planes.map(nameOf).join(", ") || "none";
    const finding = controlPlaneNotThere.at([{ cluster: input.id }], { cluster: input.id, named, there });
    return { ...input, findings: [...input.findings, finding] };
  }
  const objects = input.objects.filter(
    ({ ref }) =>
      !ofMeshes.has(ref.kind) ||
      !group.test(ref.group) ||
      (ref.namespace === meant.ref.namespace &&
        (ref.kind !== "ServiceMeshControlPlane" || ref.name === meant.ref.name)),
  );
  return { ...input, objects };
}
