// Which namespaces are members of a control plane, and what the operator writes to say so. Works out, does nothing itself.
import type { JsonObject } from "../../src/core/json.ts";
import { sortedUnique } from "../../src/core/order.ts";
import type { LiveObject, Manifest } from "../api/live-object.ts";
import type { MeshView } from "./meshes.ts";
import { listAt, textMapAt, textsAt } from "./read-fields.ts";

export const memberLabel = "maistra.io/member-of";

/** The roll that the operator makes for a ClusterWide control plane that has none. */
export function defaultRoll({ namespace }: MeshView): Manifest {
  return {
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMemberRoll",
    metadata: { name: "default", namespace },
    spec: { memberSelectors: [{ matchLabels: { "istio-injection": "enabled" } }] },
  };
}

/** By name, or by labels; the control plane's own namespace is never one. */
export function membersOf(mesh: MeshView, roll: LiveObject | undefined, namespaces: readonly LiveObject[]): string[] {
  const named = new Set(textsAt(roll, "/spec/members"));
  const selectors = listAt(roll, "/spec/memberSelectors").map((each) =>
    Object.entries(textMapAt(each, "/matchLabels")),
  );
  const isMember = ({ metadata: { name, labels = {} } }: LiveObject): boolean =>
    named.has(name) ||
    selectors.some((wanted) => wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value));
  return sortedUnique(
    namespaces
      .filter((each) => each.metadata.name !== mesh.namespace && isMember(each))
      .map(({ metadata }) => metadata.name),
  );
}

export function memberObject({ name, namespace: home }: MeshView, namespace: string): Manifest {
  const annotations = { "maistra.io/created-by": "servicemeshmemberroll-controller" };
  return {
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMember",
    metadata: { name: "default", namespace, annotations },
    spec: { controlPlaneRef: { name, namespace: home } },
  };
}

export function rollStatus(mesh: MeshView, roll: LiveObject, members: readonly string[]): JsonObject {
  return {
    annotations: { configuredMemberCount: `${members.length}/${members.length}` },
    members: [...members],
    configuredMembers: [...members],
    pendingMembers: [],
    terminatingMembers: [],
    meshGeneration: mesh.generation,
    observedGeneration: roll.metadata.generation ?? 0,
  };
}
