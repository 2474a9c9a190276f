// Which namespaces belong to a mesh, from rolls, selectors, members and what the operator reports.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { codesOf, ofCode } from "../../test/support/seen.ts";
import { clusterInput, kubeObject } from "../../test/support/world.ts";
import { takeInventory } from "./take-inventory.ts";

const home = "mesh-a";

function namespace(name: string, labels: JsonObject = {}): KubeObject {
  return kubeObject("one", "v1", "Namespace", null, name, { metadata: { labels } });
}

function controlPlane(mode: string | null, name = "basic", at = home): KubeObject {
  return kubeObject("one", "maistra.io/v2", "ServiceMeshControlPlane", at, name, {
    spec: { version: "v2.6", ...(mode === null ? {} : { mode }) },
  });
}

function roll(spec: JsonObject, status: JsonObject = {}, name = "default", at = home): KubeObject {
  return kubeObject("one", "maistra.io/v1", "ServiceMeshMemberRoll", at, name, { spec, status });
}

function member(of: string, mesh = "basic", at = home): KubeObject {
  return kubeObject("one", "maistra.io/v1", "ServiceMeshMember", of, "default", {
    spec: { controlPlaneRef: { name: mesh, namespace: at } },
  });
}

const namespaces = [
  namespace(home),
  namespace("shop", { "istio-injection": "enabled", team: "red" }),
  namespace("till", { "istio-injection": "enabled", team: "blue" }),
  namespace("attic", { team: "grey" }),
  namespace("cellar"),
  namespace("kube-public", { "istio-injection": "enabled", team: "red" }),
  namespace("openshift", { team: "red" }),
  namespace("openshift-ingress", { team: "red" }),
  namespace("openshiftless", { team: "green" }),
];

function membersWith(...objects: readonly KubeObject[]): readonly string[] {
  return takeInventory([clusterInput("one", [...namespaces, ...objects])]).meshes[0]?.memberNamespaces ?? ["no mesh"];
}

const selector = (matchExpressions: readonly JsonObject[], matchLabels: JsonObject = {}): JsonObject => ({
  memberSelectors: [{ matchLabels, matchExpressions }],
});
const user = ["attic", "cellar", "openshiftless", "shop", "till"];

describe("members", () => {
  const cases: readonly (readonly [name: string, objects: readonly KubeObject[], members: readonly string[]])[] = [
    [
      "ClusterWide without a roll: the roll that the operator will make",
      [controlPlane("ClusterWide")],
      ["shop", "till"],
    ],
    ["MultiTenant without a roll: nobody", [controlPlane("MultiTenant")], []],
    ["no mode without a roll: as MultiTenant", [controlPlane(null)], []],
    ["a roll's list", [controlPlane("MultiTenant"), roll({ members: ["till", "shop"] })], ["shop", "till"]],
    ["a listed namespace that was not supplied", [controlPlane(null), roll({ members: ["elsewhere"] })], ["elsewhere"]],
    ["a roll with neither list nor selectors", [controlPlane("ClusterWide"), roll({})], []],
    ["every namespace but the system's", [controlPlane("ClusterWide"), roll({ members: ["*"] })], user],
    ["every namespace but the control plane's own", [controlPlane(null), roll({ members: [home, "shop"] })], ["shop"]],
    ["a selector by label", [controlPlane("ClusterWide"), roll(selector([], { team: "red" }))], ["shop"]],
    [
      "In",
      [controlPlane("ClusterWide"), roll(selector([{ key: "team", operator: "In", values: ["blue", "grey"] }]))],
      ["attic", "till"],
    ],
    [
      "NotIn also takes what has no such label",
      [controlPlane("ClusterWide"), roll(selector([{ key: "team", operator: "NotIn", values: ["red", "green"] }]))],
      ["attic", "cellar", "till"],
    ],
    [
      "Exists",
      [controlPlane("ClusterWide"), roll(selector([{ key: "istio-injection", operator: "Exists" }]))],
      ["shop", "till"],
    ],
    [
      "DoesNotExist",
      [controlPlane("ClusterWide"), roll(selector([{ key: "team", operator: "DoesNotExist" }]))],
      ["cellar"],
    ],
    [
      "an unknown operator",
      [controlPlane("ClusterWide"), roll(selector([{ key: "team", operator: "Gt", values: ["1"] }]))],
      [],
    ],
    ["an empty selector", [controlPlane("ClusterWide"), roll({ memberSelectors: [{}] })], user],
    [
      "two selectors add up",
      [
        controlPlane(null),
        roll({ memberSelectors: [{ matchLabels: { team: "red" } }, { matchLabels: { team: "grey" } }] }),
      ],
      ["attic", "shop"],
    ],
    ["a roll of another name is not read", [controlPlane(null), roll({ members: ["shop"] }, {}, "other")], []],
    ["a roll elsewhere is not read", [controlPlane(null), roll({ members: ["shop"] }, {}, "default", "attic")], []],
    ["a member that names the control plane", [controlPlane(null), member("cellar")], ["cellar"]],
    [
      "a member of another control plane",
      [controlPlane(null), member("cellar", "other"), member("attic", "basic", "mesh-b")],
      [],
    ],
    [
      "members and list together",
      [controlPlane(null), roll({ members: ["shop"] }), member("cellar")],
      ["cellar", "shop"],
    ],
    [
      "what the operator has configured decides",
      [
        controlPlane(null),
        roll({ members: ["shop", "gone"] }, { configuredMembers: ["till", home] }),
        member("cellar"),
      ],
      ["till"],
    ],
    [
      "an empty status decides nothing",
      [controlPlane(null), roll({ members: ["shop"] }, { configuredMembers: [] })],
      ["shop"],
    ],
  ];
  for (const [name, objects, members] of cases) test(name, () => expect(membersWith(...objects)).toEqual(members));
});

test("each mesh of a cluster has its own members, and a namespace of two is reported once", () => {
  const apart = [controlPlane(null), roll({ members: ["shop"] }), controlPlane(null, "other", "mesh-b")];
  const rollOf = (names: readonly string[]): KubeObject => roll({ members: [...names] }, {}, "default", "mesh-b");
  const good = takeInventory([clusterInput("one", [...apart, rollOf(["till"])])]);
  expect(good.meshes.map(({ id, memberNamespaces }) => [id, memberNamespaces])).toEqual([
    ["one/mesh-a/basic", ["shop"]],
    ["one/mesh-b/other", ["till"]],
  ]);
  expect(codesOf(good.findings)).toEqual([]);
  const shared = ofCode(takeInventory([clusterInput("one", [...apart, rollOf(["till", "shop"])])]).findings, "MF053");
  expect(shared.map(({ params }) => params)).toEqual([
    { namespace: "shop", one: "one/mesh-a/basic", other: "one/mesh-b/other" },
  ]);
});
