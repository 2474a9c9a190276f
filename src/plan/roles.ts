// Permissions as Roles and ClusterRoles of a cluster: nothing wider than it has to be, and short enough to be read.
import type { ClusterId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { compareText, groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { pluralOf } from "../core/plural.ts";
import type { Permission } from "./permission.ts";

/** Who is given the roles: "user:NAME", "group:NAME", "sa:NAMESPACE/NAME"; as RBAC subjects. */
export type Subject =
  | { readonly kind: "User" | "Group"; readonly name: string }
  | { readonly kind: "ServiceAccount"; readonly namespace: string; readonly name: string };

export interface RoleOptions {
  /**
   * "CLUSTER/NAMESPACE" that are not there yet, and can hold no Role yet. What has a name is permitted in the whole cluster by
   * its name; what has none, such as programs in pods, by a Role that can be applied once the namespace is there.
   */
  readonly notThereYet: readonly string[];
  readonly subject: Subject | null;
}

/** More names than this are no longer a list that somebody reads: the kind is then permitted in its namespace. In the whole cluster it never is. */
export const mostNames = 100;

const rbac = "rbac.authorization.k8s.io/v1";

/** The manifests for one cluster: roles first, then their bindings; those in namespaces that are not there yet come last of each. */
export function rolesOf(permissions: readonly Permission[], cluster: ClusterId, options: RoleOptions): JsonObject[] {
  const own = permissions.filter((each) => each.cluster === cluster);
  const missing = new Set(options.notThereYet);
  const place = ({ namespace, name }: Permission) =>
    namespace === null || (name !== null && missing.has(`${cluster}/${namespace}`)) ? "" : namespace;
  const isThere = (namespace: string) => !missing.has(`${cluster}/${namespace}`);
  const readers = own.filter(({ why }) => why === "read");
  const others = groupBy(
    own.filter(({ why }) => why !== "read"),
    place,
  );
  const places = sortedUnique(others.keys());
  const roles = [
    ...(readers.length === 0 ? [] : [role("meshferry-reader", null, readers)]),
    ...[...places.filter(isThere), ...places.filter((each) => !isThere(each))].map((namespace) =>
      role("meshferry-plan", namespace === "" ? null : namespace, others.get(namespace) ?? []),
    ),
  ];
  return [...roles, ...(options.subject === null ? [] : bindingsOf(roles, options.subject))];
}

function role(name: string, namespace: string | null, permissions: readonly Permission[]): JsonObject {
  return {
    apiVersion: rbac,
    kind: namespace === null ? "ClusterRole" : "Role",
    metadata: { name, ...(namespace === null ? {} : { namespace }) },
    rules: rulesOf(permissions, namespace === null ? Number.POSITIVE_INFINITY : mostNames),
  };
}

interface Rule {
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly verbs: readonly string[];
}

/** One rule for what has the same verbs: resources of a group without names together, names of a resource together. */
function rulesOf(permissions: readonly Permission[], most: number): JsonObject[] {
  const byVerb = groupBy(permissions, (each) => [each.group, resourceOf(each), each.verb].join("|"));
  const grants = [...byVerb.values()].flatMap(
    (group): { group: string; resource: string; name: string | null; verb: string }[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { verb } = first;
      const resource = resourceOf(first);
      const names = sortedUnique(group.map(({ name }) => name ?? ""));
      // Permitted for all, or for more than a reader would look at.
      const any = names.includes("") || names.length > most;
      return (any ? [null] : names).map((name) => ({ group: first.group, resource, name, verb }));
    },
  );
  const byObject = groupBy(grants, ({ group, resource, name }) => [group, resource, name ?? ""].join("|"));
  const perObject = [...byObject.values()].flatMap((each) => {
    const [first] = each;
    return first === undefined ? [] : [{ ...first, verbs: sortedUnique(each.map(({ verb }) => verb)) }];
  });
  const rules = [
    ...groupBy(perObject, ({ group, resource, name, verbs }) =>
      [group, name === null ? "" : resource, verbs.join(",")].join("|"),
    ).values(),
  ].flatMap((each): Rule[] => {
    const [first] = each;
    if (first === undefined) return [];
    if (first.name === null)
      return [
        {
          group: first.group,
          resource: sortedUnique(each.map(({ resource }) => resource)).join(" "),
          names: [],
          verbs: first.verbs,
        },
      ];
    return [
      {
        group: first.group,
        resource: first.resource,
        names: sortedUnique(each.map(({ name }) => name ?? "")),
        verbs: first.verbs,
      },
    ];
  });
  return sortedBy(
    rules,
    ({ group }) => group,
    ({ resource }) => resource,
    ({ names }) => names.join(" "),
    ({ verbs }) => verbs.join(" "),
  ).map(({ group, resource, names, verbs }) => ({
    apiGroups: [group],
    resources: resource.split(" "),
    ...(names.length === 0 ? {} : { resourceNames: names }),
    verbs,
  }));
}

/** "pods/exec". */
export function resourceOf({ kind, subresource }: Pick<Permission, "kind" | "subresource">): string {
  return subresource === null ? pluralOf(kind) : `${pluralOf(kind)}/${subresource}`;
}

function bindingsOf(roles: readonly JsonObject[], subject: Subject): JsonObject[] {
  return roles.map((each) => ({
    apiVersion: rbac,
    kind: each["kind"] === "Role" ? "RoleBinding" : "ClusterRoleBinding",
    metadata: each["metadata"] ?? {},
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: each["kind"] ?? "", name: nameIn(each) },
    subjects: [subject.kind === "ServiceAccount" ? subject : { apiGroup: "rbac.authorization.k8s.io", ...subject }],
  }));
}

function nameIn({ metadata }: JsonObject): string {
  const name = typeof metadata === "object" && metadata !== null && "name" in metadata ? metadata["name"] : "";
  return typeof name === "string" ? name : "";
}

export function clustersIn(permissions: readonly Permission[]): ClusterId[] {
  return [...new Set(permissions.map(({ cluster }) => cluster))].sort(compareText);
}
