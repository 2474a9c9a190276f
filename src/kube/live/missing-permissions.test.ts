// What is asked before a run, and how often: one question for what is allowed at large, names only where that is refused.
import { expect, test } from "vitest";
import { clusterId } from "../../core/ids.ts";
import type { ClusterClient } from "./cluster-client.ts";
import { type AskedPermission, missingPermissions } from "./missing-permissions.ts";

const east = clusterId("east");

function asked(verb: string, kind: string, name: string | null, more: Partial<AskedPermission> = {}): AskedPermission {
  return {
    cluster: east,
    verb,
    group: "",
    kind,
    subresource: null,
    namespace: "ns",
    name,
    optional: false,
    later: false,
    ...more,
  };
}

/** A client that may what `allows` says; everything else of it is not there. */
function client(allows: (question: string) => boolean): {
  readonly clients: ReadonlyMap<typeof east, ClusterClient>;
  readonly questions: string[];
} {
  const questions: string[] = [];
  const only: Pick<ClusterClient, "may" | "served"> = {
    served: async ({ kind }) =>
      kind === "Policy" ? { group: "", version: "v1", kind, plural: "policies", namespaced: true, verbs: [] } : null,
    may: async (verb, resource, _group, { namespace, name, subresource }) => {
      const question = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`} ${namespace ?? "-"}/${name ?? "*"}`;
      questions.push(question);
      return allows(question);
    },
  };
  return { clients: new Map([[east, only as ClusterClient]]), questions };
}

const permissions = [
  asked("get", "Service", "a"),
  asked("get", "Service", "b"),
  asked("patch", "Policy", "a"),
  asked("get", "Pod", null, { subresource: "exec" }),
  asked("create", "Namespace", "n", { namespace: null }),
];

test("what is allowed at large is one question for all names", async () => {
  const { clients, questions } = client(() => true);
  expect(await missingPermissions(permissions, clients)).toEqual([]);
  expect(questions.toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
    "create namespaces -/*",
    "get pods/exec ns/*",
    "get services ns/*",
    "patch policies ns/*",
  ]);
});

test("what is not is asked by name; the refused come in their order", async () => {
  const allowed = new Set(["get services ns/b", "create namespaces -/n"]);
  const { clients } = client((question) => allowed.has(question));
  expect(await missingPermissions(permissions, clients)).toEqual([permissions[0], permissions[2], permissions[3]]);
});

test("what can only be given later is not asked for", async () => {
  const { clients, questions } = client(() => false);
  expect(await missingPermissions([asked("get", "Pod", null, { later: true })], clients)).toEqual([]);
  expect(questions).toEqual([]);
});
