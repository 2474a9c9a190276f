import { expect, test } from "vitest";
import { clusterId } from "../core/ids.ts";
import { pluralOf } from "../core/plural.ts";
import type { Permission, Verb } from "./permission.ts";
import { mostNames, rolesOf } from "./roles.ts";

const east = clusterId("east");

function may(
  verb: Verb,
  kind: string,
  namespace: string | null,
  name: string | null,
  more: Partial<Permission> = {},
): Permission {
  return {
    cluster: east,
    verb,
    group: "",
    kind,
    subresource: null,
    namespace,
    name,
    why: "write",
    optional: false,
    later: false,
    ...more,
  };
}

const rules = (permissions: readonly Permission[], notThereYet: readonly string[] = []) =>
  rolesOf(permissions, east, { notThereYet, subject: null }).map(({ kind, metadata, rules: own }) => [
    kind,
    metadata,
    own,
  ]);

test("a role for each namespace, names of one resource and verbs together", () => {
  expect(
    rules([
      may("get", "Service", "ns", "b"),
      may("patch", "Service", "ns", "b"),
      may("get", "Service", "ns", "a"),
      may("patch", "Service", "ns", "a"),
      may("delete", "Service", "ns", "a"),
      may("create", "NetworkPolicy", "ns", null, { group: "networking.k8s.io" }),
      may("get", "Pod", "ns", null, { subresource: "exec" }),
      may("create", "Namespace", null, "new"),
      may("get", "Service", "other", "c", { cluster: clusterId("west") }),
    ]),
  ).toEqual([
    [
      "ClusterRole",
      { name: "meshferry-plan" },
      [{ apiGroups: [""], resources: ["namespaces"], resourceNames: ["new"], verbs: ["create"] }],
    ],
    [
      "Role",
      { name: "meshferry-plan", namespace: "ns" },
      [
        { apiGroups: [""], resources: ["pods/exec"], verbs: ["get"] },
        { apiGroups: [""], resources: ["services"], resourceNames: ["a"], verbs: ["delete", "get", "patch"] },
        { apiGroups: [""], resources: ["services"], resourceNames: ["b"], verbs: ["get", "patch"] },
        { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["create"] },
      ],
    ],
  ]);
});

test("what is permitted for any name needs no names beside it", () => {
  expect(
    rules([
      may("create", "Service", "ns", null),
      may("create", "Service", "ns", "a"),
      may("get", "Service", "ns", "a"),
    ])[0]?.[2],
  ).toEqual([
    { apiGroups: [""], resources: ["services"], verbs: ["create"] },
    { apiGroups: [""], resources: ["services"], resourceNames: ["a"], verbs: ["get"] },
  ]);
});

test("of more names than anybody reads the kind is permitted in its namespace, in the whole cluster never", () => {
  const many = Array.from({ length: mostNames + 1 }, (_, index) => may("get", "Service", "ns", `s-${index}`));
  expect(rules(many)[0]?.[2]).toEqual([{ apiGroups: [""], resources: ["services"], verbs: ["get"] }]);
  const [wide] = rolesOf(many, east, { notThereYet: ["east/ns"], subject: null });
  expect(wide).toMatchObject({ kind: "ClusterRole", rules: [{ resourceNames: expect.any(Array) as unknown }] });
});

test("in a namespace that is not there yet names are permitted in the whole cluster, the rest by a Role for later", () => {
  const permissions = [
    may("patch", "Service", "new", "a"),
    may("get", "Pod", "new", null, { subresource: "exec", later: true }),
    may("get", "Pod", "old", null, { subresource: "exec" }),
  ];
  expect(rules(permissions, ["east/new"])).toEqual([
    [
      "ClusterRole",
      { name: "meshferry-plan" },
      [{ apiGroups: [""], resources: ["services"], resourceNames: ["a"], verbs: ["patch"] }],
    ],
    [
      "Role",
      { name: "meshferry-plan", namespace: "old" },
      [{ apiGroups: [""], resources: ["pods/exec"], verbs: ["get"] }],
    ],
    [
      "Role",
      { name: "meshferry-plan", namespace: "new" },
      [{ apiGroups: [""], resources: ["pods/exec"], verbs: ["get"] }],
    ],
  ]);
});

test("reading has a role of its own, and roles are bound to whom they are for", () => {
  const permissions = [may("list", "Pod", null, null, { why: "read" }), may("get", "Service", "ns", "a")];
  const bound = rolesOf(permissions, east, {
    notThereYet: [],
    subject: { kind: "ServiceAccount", namespace: "ops", name: "m" },
  });
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", namespace: "ops", name: "m" }];
  expect(bound.slice(2)).toEqual([
    {
      apiVersion: `${apiGroup}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "meshferry-reader" },
      roleRef: { apiGroup, kind: "ClusterRole", name: "meshferry-reader" },
      subjects,
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: "RoleBinding",
      metadata: { name: "meshferry-plan", namespace: "ns" },
      roleRef: { apiGroup, kind: "Role", name: "meshferry-plan" },
      subjects,
    },
  ]);
  const user = rolesOf(permissions, east, { notThereYet: [], subject: { kind: "User", name: "alice" } });
  expect(user.at(-1)?.["subjects"]).toEqual([{ apiGroup, kind: "User", name: "alice" }]);
});

test.each([
  ["Service", "services"],
  ["NetworkPolicy", "networkpolicies"],
  ["Gateway", "gateways"],
  ["Endpoints", "endpoints"],
  ["GatewayClass", "gatewayclasses"],
  ["Telemetry", "telemetries"],
  ["EgressIP", "egressips"],
  ["ServiceMeshMember", "servicemeshmembers"],
])("the resource of %s", (kind, plural) => {
  expect(pluralOf(kind)).toBe(plural);
});
