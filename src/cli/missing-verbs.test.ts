// What a user is told to be missing before a run: verb, resource and place, each once.
import { expect, test } from "vitest";
import { clusterId } from "../core/ids.ts";
import { planOf, readEastWest } from "../../test/support/example.ts";
import { kindsForbidden } from "../findings/codes/live.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { findingView } from "../present/model/finding-view.ts";
import { missingVerbs } from "./missing-verbs.ts";

const plan = planOf(await readEastWest());

/** Clients of a user who may do what is not `refused`, and the questions that they are asked; of objects namespaces alone are there. */
function clients(refused: (question: string) => boolean, notServed = "", namespaces: readonly string[] = []) {
  const questions: string[] = [];
  const client = (id: string): ClusterClient => {
    const only: Pick<ClusterClient, "may" | "served" | "get"> = {
      get: async (ref) =>
        namespaces.includes(ref.name) ? { ref, apiVersion: "v1", origin: { cluster: ref.cluster }, body: {} } : null,
      served: async ({ group, kind }) =>
        kind === notServed ? null : { group, version: "v1", kind, plural: `${kind}s`, namespaced: true, verbs: [] },
      may: async (verb, resource, _group, { namespace, name, subresource }) => {
        const what = `${resource}${subresource === undefined ? "" : `/${subresource}`}`;
        const question = `${id} ${verb} ${what} ${namespace ?? "-"}/${name ?? "*"}`;
        questions.push(question);
        return !refused(question);
      },
    };
    return only as ClusterClient;
  };
  return { of: new Map(["east", "west"].map((id) => [clusterId(id), client(id)])), questions };
}

const uses = ["apply", "undo", "verify"] as const;

test("one finding for each verb on a resource and place; it names them, and the command that prints the roles", async () => {
  const { of } = clients((each) => / delete ServiceEntrys | get Pods\/exec client\//u.test(each));
  const found = (await missingVerbs(plan, plan.phases, uses, of, "plan")).map(findingView);
  expect(found.map(({ code, message }) => [code, message])).toEqual([
    ["MF923", "In east this user may not get pods/exec in the namespace client."],
    [
      "MF923",
      "In east this user may not delete serviceentries.networking.istio.io (httpbin.a.svc.west-mesh-imports.local, httpbin.b.svc.cluster.local) in the namespace meshferry-imports.",
    ],
    [
      "MF923",
      "In west this user may not delete serviceentries.networking.istio.io (meshferry-httpbin) in the namespace a.",
    ],
  ]);
  expect(found[0]?.todo).toContain("meshferry rbac --plan plan ");
});

test("what the plan rests on has to be read again, but for kinds that are not installed or could not be read before", async () => {
  const lists = (each: string) => each === "west list Sidecars -/*";
  const { of } = clients(lists);
  expect((await missingVerbs(plan, plan.phases, uses, of, "plan")).map(({ params }) => params["resource"])).toEqual([
    "sidecars.networking.istio.io",
  ]);
  const unread = kindsForbidden.at([], { cluster: "west", kinds: "Pod, Sidecar.networking.istio.io" });
  expect(await missingVerbs({ ...plan, findings: [unread] }, plan.phases, uses, clients(lists).of, "plan")).toEqual([]);
  expect(await missingVerbs(plan, plan.phases, uses, clients(lists, "Sidecar").of, "plan")).toEqual([]);
  // An undo and a verification read nothing as a whole.
  expect(await missingVerbs(plan, plan.phases, ["undo", "verify"], of, "plan")).toEqual([]);
});

test("what only helps is not missed", async () => {
  const { of, questions } = clients((each) => / watch /u.test(each) && !/ Pods client/u.test(each));
  expect(await missingVerbs(plan, plan.phases, uses, of, "plan")).toEqual([]);
  expect(questions.filter((each) => / watch /u.test(each))).toEqual(["east watch Pods client/*"]);
});

test("what can only be granted once the plan has made a namespace is missed from then on, whichever phases are meant", async () => {
  const refused = (each: string) => / Pods\/exec istio-ingress\//u.test(each);
  const first = plan.phases.slice(0, 1);
  for (const phases of [first, plan.phases])
    expect(await missingVerbs(plan, phases, ["apply", "verify"], clients(refused).of, "plan")).toEqual([]);
  const found = await missingVerbs(plan, plan.phases, ["apply"], clients(refused, "", ["istio-ingress"]).of, "plan");
  expect(found.map(({ params }) => [params["cluster"], params["verb"], params["resource"]])).toEqual([
    ["west", "get", "pods/exec"],
  ]);
  // Nothing of the first phase takes it.
  expect(await missingVerbs(plan, first, ["apply"], clients(refused, "", ["istio-ingress"]).of, "plan")).toEqual([]);
});
