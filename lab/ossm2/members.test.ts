// Who belongs to a mesh: as the operator sees it.
import { expect, test } from "vitest";
import type { LiveObject } from "../api/live-object.ts";
import { membersOf } from "./members.ts";
import { meshOf } from "./meshes.ts";

const object = (kind: string, name: string, labels: Record<string, string>, spec = {}): LiveObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "istio-system", uid: name, resourceVersion: "1", creationTimestamp: "", labels },
  spec,
});
const mesh = meshOf(object("ServiceMeshControlPlane", "basic", {}));
const injected = { "istio-injection": "enabled" };
const namespaces = [
  object("Namespace", "istio-system", injected),
  object("Namespace", "b", injected),
  object("Namespace", "a", { ...injected, more: "x" }),
  object("Namespace", "other", {}),
];

test("members are named, or selected by all labels of a selector, and exist", () => {
  const roll = (spec: object) => object("ServiceMeshMemberRoll", "default", {}, spec);
  expect(membersOf(mesh, undefined, namespaces)).toEqual([]);
  expect(membersOf(mesh, roll({ members: ["other", "absent", "istio-system"] }), namespaces)).toEqual(["other"]);
  expect(membersOf(mesh, roll({ memberSelectors: [{ matchLabels: injected }] }), namespaces)).toEqual(["a", "b"]);
  const both = roll({ memberSelectors: [{ matchLabels: { ...injected, more: "x" } }, {}], members: ["other"] });
  expect(membersOf(mesh, both, namespaces)).toEqual(["a", "other"]);
});
