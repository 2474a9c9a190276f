// A user of a lab cluster who may do what roles say and nothing else, and what requests ask for, as roles would have to say it.
import { onTestFinished } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { Manifest } from "../api/live-object.ts";
import type { Answered } from "./live-api-proxy.ts";
import type { SharedCluster } from "./shared-cluster.ts";

/** One verb on one resource, or one object of it, as a rule of a role grants it. */
export interface Grant {
  /** null: the whole cluster. */
  readonly namespace: string | null;
  readonly group: string;
  /** "pods/exec". */
  readonly resource: string;
  /** null: any. */
  readonly name: string | null;
  readonly verb: string;
}

/** Makes roles and bindings until the test ends, each under a name of its own. */
export async function grantRoles(
  { api }: SharedCluster,
  manifests: readonly Manifest[],
  suffix: string,
): Promise<void> {
  for (const each of manifests) {
    const object = renamed(each, suffix);
    await api.create(object);
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    if (typeof name !== "string") throw new Error("a role has a name");
    const place = typeof namespace === "string" ? { namespace } : {};
    onTestFinished(async () => void (await api.delete({ apiVersion, kind, name, ...place })));
  }
}

function renamed(manifest: Manifest, suffix: string): Manifest {
  const text = JSON.stringify(manifest).replaceAll(/"name":"(meshferry-[a-z]+)"/gu, `"name":"$1-${suffix}"`);
  return JSON.parse(text) as Manifest;
}

/** What the rules of roles grant, verb by verb. */
export function grantsOf(manifests: readonly JsonObject[]): Grant[] {
  return manifests.flatMap(({ kind, metadata, rules }) => {
    if (kind !== "Role" && kind !== "ClusterRole") return [];
    const { namespace } = isJsonObject(metadata) ? metadata : {};
    const place = typeof namespace === "string" ? namespace : null;
    return listOf(rules)
      .filter(isJsonObject)
      .flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
        texts(apiGroups).flatMap((group) =>
          texts(resources).flatMap((resource) =>
            (resourceNames === undefined ? [null] : texts(resourceNames)).flatMap((name) =>
              texts(verbs).map((verb): Grant => ({ namespace: place, group, resource, name, verb })),
            ),
          ),
        ),
      );
  });
}

/** A role of this name for one grant, and its binding. */
export function roleFor(
  { namespace, group, resource, name, verb }: Grant,
  own: string,
  users: readonly string[],
): Manifest[] {
  const metadata = { name: own, ...(namespace === null ? {} : { namespace }) };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const apiGroup = "rbac.authorization.k8s.io";
  const kind = namespace === null ? "ClusterRole" : "Role";
  const names = name === null ? {} : { resourceNames: [name] };
  return [
    { apiVersion, kind, metadata, rules: [{ apiGroups: [group], resources: [resource], ...names, verbs: [verb] }] },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup, kind, name: metadata.name },
      subjects: users.map((user) => ({ apiGroup, kind: "User", name: user })),
    },
  ];
}

/**
 * What the server asks roles about a request (Kubernetes 1.34, apiserver/pkg/endpoints/request/requestinfo.go); null: nothing that
 * roles are asked. A server-side apply that has created its object was also asked for "create".
 */
export function grantAskedFor({ method, path, status }: Answered): Grant[] {
  const url = new URL(path, "http://api.test");
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const [root] = parts;
  const group = root === "api" ? "" : (parts[1] ?? "");
  const rest = parts.slice(root === "api" ? 2 : 3);
  if (rest.length === 0 || group === "authorization.k8s.io") return [];
  const [namespace, [plural = "", named = null, subresource]] =
    rest[0] === "namespaces" && rest.length > 2 ? [rest[1] ?? null, rest.slice(2)] : [null, rest];
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const selected = /^metadata\.name=([^,]+)$/u.exec(url.searchParams.get("fieldSelector") ?? "")?.[1] ?? null;
  const name = named ?? selected;
  const of = (verb: string): Grant => ({ namespace, group, resource, name, verb });
  switch (method) {
    case "GET":
      if (named !== null) return [of("get")];
      return [of(url.searchParams.get("watch") === "true" || url.searchParams.get("watch") === "1" ? "watch" : "list")];
    case "POST":
      return [of("create")];
    case "PUT":
      return [of("update")];
    case "DELETE":
      return [of("delete")];
    default:
      return status === 201 ? [of("patch"), of("create")] : [of("patch")];
  }
}

/** Whether the role gives what was asked for. */
export function covers(given: Grant, asked: Grant): boolean {
  return (
    given.group === asked.group &&
    given.resource === asked.resource &&
    given.verb === asked.verb &&
    (given.namespace === null || given.namespace === asked.namespace) &&
    (given.name === null || given.name === asked.name)
  );
}

export function grantText({ namespace, group, resource, name, verb }: Grant): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`} ${namespace ?? "-"}/${name ?? "*"}`;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function texts(value: Json | undefined): readonly string[] {
  return listOf(value).filter((each) => typeof each === "string");
}
