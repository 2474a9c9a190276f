// What `meshferry rbac` says: per cluster and place the resources and verbs with their reason, and the manifests of the roles.
import type { JsonObject } from "../../core/json.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import type { Permission, Reason } from "../../plan/permission.ts";
import { clustersIn, resourceOf, type RoleOptions, rolesOf } from "../../plan/roles.ts";

export interface PermissionRow {
  /** null: the whole cluster. */
  readonly namespace: string | null;
  /** "serviceentries.networking.istio.io", "pods/exec". */
  readonly resource: string;
  /** Empty: any. */
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  /** Of these nothing stops without them. */
  readonly optional: readonly string[];
  readonly why: readonly Reason[];
}

export interface RbacClusterView {
  readonly cluster: string;
  readonly permissions: readonly PermissionRow[];
  /** Namespaces that the plan makes: the Roles among the manifests that lie in them can be applied once they are there. */
  readonly notThereYet: readonly string[];
  readonly manifests: readonly JsonObject[];
}

export interface RbacView {
  readonly apiVersion: "meshferry/rbac.v1";
  readonly clusters: readonly RbacClusterView[];
}

export function rbacView(permissions: readonly Permission[], options: RoleOptions): RbacView {
  return {
    apiVersion: "meshferry/rbac.v1",
    clusters: clustersIn(permissions).map((cluster) => ({
      cluster,
      permissions: rowsOf(permissions.filter((each) => each.cluster === cluster)),
      notThereYet: options.notThereYet.flatMap((each) => {
        const at = each.indexOf("/");
        return each.slice(0, at) === cluster ? [each.slice(at + 1)] : [];
      }),
      manifests: rolesOf(permissions, cluster, options),
    })),
  };
}

function rowsOf(permissions: readonly Permission[]): PermissionRow[] {
  const byName = groupBy(permissions, (each) => [each.namespace ?? "", nameOf(each), each.name ?? ""].join("|"));
  const single = [...byName.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        namespace: first.namespace,
        resource: nameOf(first),
        name: first.name,
        verbs: sortedUnique(group.map(({ verb }) => verb)),
        optional: sortedUnique(group.filter(({ optional }) => optional).map(({ verb }) => verb)),
        why: sortedUnique(group.map(({ why }) => why)),
      },
    ];
  });
  const alike = groupBy(single, ({ namespace, resource, verbs, optional, why, name }) =>
    JSON.stringify([namespace, resource, verbs, optional, why, name === null]),
  );
  return [...alike.values()].flatMap((group): PermissionRow[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { name, ...row } = first;
    return [{ ...row, names: name === null ? [] : sortedUnique(group.map((each) => each.name ?? "")) }];
  });
}

function nameOf(each: Permission): string {
  const resource = resourceOf(each);
  return each.group === "" ? resource : `${resource}.${each.group}`;
}
