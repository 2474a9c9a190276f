// What a plan takes, step by step: the verbs of each action, of its undo, and of what it waits for.
import { describe, expect, test } from "vitest";
import type { Condition } from "../conditions/condition.ts";
import { clusterId, slotId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { planOf, readEastWest } from "../../test/support/example.ts";
import { makeStep, restore } from "./make-step.ts";
import { besideReading, type Permission, permissionKey, permissionsToRead } from "./permission.ts";
import { clustersOf, namespacesMade, verbsOf } from "./permissions.ts";
import type { Action, Plan, Step } from "./plan.ts";

const example = planOf(await readEastWest());

const ref = (kind: string, name = "x", namespace: string | null = "ns", group = ""): ObjectRef => ({
  cluster: clusterId("east"),
  group,
  kind,
  namespace,
  name,
});

function planWith(action: Action, parts: Partial<Step> = {}, more: Partial<Plan> = {}): Plan {
  const step = { ...makeStep({ phase: "import", title: "t", action, rule: "scaffold.guide-setup" }), ...parts };
  const phase = {
    id: "import" as const,
    gate: { kind: "all" as const, of: [] },
    steps: [step],
    verify: [],
    reversible: true,
  };
  return { ...example, phases: [phase], slots: [], probes: [], meshes: [], objects: {}, ...more };
}

/** "verbs of resource name", without the Lease that every plan takes. */
function shown(plan: Plan): string[] {
  return verbsOf(plan)
    .filter(({ why }) => why !== "lock")
    .map(
      ({ verb, kind, subresource, namespace, name, why, optional }) =>
        `${why} ${verb}${optional ? "?" : ""} ${kind}${subresource === null ? "" : `/${subresource}`} ${namespace ?? "-"}/${name ?? "*"}`,
    )
    .toSorted((left, right) => (left < right ? -1 : 1));
}

const apply = (of: ObjectRef): Action => ({ do: "apply", ref: of, object: "sha256:x", set: [] });

describe("the verbs of a step", () => {
  test("that makes an object, and of its undo", () => {
    expect(shown(planWith(apply(ref("Service")), { expect: "absent", undo: restore }))).toEqual([
      "undo delete Service ns/x",
      "wait list? Service ns/x",
      "wait watch? Service ns/x",
      "write create Service ns/x",
      "write get Service ns/x",
      "write patch Service ns/x",
    ]);
  });

  test("that writes an object of ours again", () => {
    expect(shown(planWith(apply(ref("Service")), { expect: "ours", undo: restore }))).toEqual([
      "write get Service ns/x",
      "write patch Service ns/x",
    ]);
  });

  test("that deletes, and makes again", () => {
    expect(shown(planWith({ do: "delete", ref: ref("Service") }, { undo: restore }))).toEqual([
      "undo create Service ns/*",
      "wait list? Service ns/x",
      "wait watch? Service ns/x",
      "write delete Service ns/x",
      "write get Service ns/x",
    ]);
    const refs = [ref("Service", "a"), ref("Service", "b")];
    expect(shown(planWith({ do: "delete-together", refs, withinMs: 1 }, { undo: restore }))).toEqual([
      "undo create Service ns/*",
      "wait list? Service ns/a",
      "wait list? Service ns/b",
      "wait watch? Service ns/a",
      "wait watch? Service ns/b",
      "write delete Service ns/a",
      "write delete Service ns/b",
      "write get Service ns/a",
      "write get Service ns/b",
    ]);
  });

  test("that patches, with inverse actions of another object", () => {
    const patch: Action = { do: "patch", ref: ref("Service"), ops: [] };
    const undo: Step["undo"] = { how: "actions", actions: [{ do: "patch", ref: ref("Service", "y"), ops: [] }] };
    expect(shown(planWith(patch, { undo }))).toEqual([
      "undo get Service ns/y",
      "undo patch Service ns/y",
      "write get Service ns/x",
      "write patch Service ns/x",
    ]);
  });

  test("on a Secret: patch and nothing else; one that is only waited for is got, and not watched", () => {
    const secret = ref("Secret", "cacerts");
    expect(shown(planWith({ do: "patch", ref: secret, ops: [] }))).toEqual(["write patch Secret ns/cacerts"]);
    expect(shown(planWith({ do: "wait" }, { done: { kind: "present", ref: secret } }))).toEqual([
      "wait get Secret ns/cacerts",
    ]);
  });

  test("that restarts; that only waits", () => {
    const workload = ref("Deployment", "d", "ns", "apps");
    expect(shown(planWith({ do: "restart", workload }, { done: { kind: "rolled-out", ref: workload } }))).toEqual([
      "wait list? Deployment ns/d",
      "wait watch? Deployment ns/d",
      "write get Deployment ns/d",
      "write patch Deployment ns/d",
    ]);
    expect(shown(planWith({ do: "wait" }))).toEqual([]);
  });

  test("that makes a namespace a member: what the operator's webhooks ask for", () => {
    const controlPlaneRef: Json = { namespace: "istio-system", name: "basic" };
    const member = ref("ServiceMeshMember", "default", "ns", "maistra.io");
    expect(shown(planWith(apply(member), {}, { objects: { "sha256:x": { spec: { controlPlaneRef } } } }))).toContain(
      "write use ServiceMeshControlPlane istio-system/basic",
    );
    const roll = ref("ServiceMeshMemberRoll", "default", "istio-system", "maistra.io");
    const ops = [{ op: "add" as const, path: "/spec/members/-", value: "new" }];
    expect(shown(planWith({ do: "patch", ref: roll, ops }))).toContain("write update Pod new/*");
  });
});

describe("what is waited for", () => {
  const judged = (done: Condition, more: Partial<Plan> = {}) => shown(planWith({ do: "wait" }, { done }, more));
  const gateway = ref("Deployment", "gw", "ns", "apps");

  test("objects by name, proxies in the pods beside them", () => {
    expect(judged({ kind: "proxy-network", workload: gateway, network: "n" })).toEqual([
      "ask create? Pod/exec ns/*",
      "ask get Pod/exec ns/*",
      "ask list Pod ns/*",
      "ask watch? Pod ns/*",
      "wait get Deployment ns/gw",
      "wait list? Deployment ns/gw",
      "wait watch? Deployment ns/gw",
    ]);
    expect(judged({ kind: "gateway-exposes", gateway, hosts: [] })).toContain("ask get Pod/portforward ns/*");
    expect(judged({ kind: "status", ref: ref("Peer", "p", "ns", "g"), type: "t", status: "True" })).toEqual([
      "wait get Peer ns/p",
      "wait list? Peer ns/p",
      "wait watch? Peer ns/p",
    ]);
  });

  test("the pods of a peer's istiod, and nodes for their addresses", () => {
    const [mesh] = example.meshes;
    if (mesh === undefined) throw new Error("the example has meshes");
    const peer = ref("ServiceMeshPeer", "p", mesh.istiod.namespace, "federation.maistra.io");
    expect(judged({ kind: "peer-synced", ref: peer }, { meshes: [mesh] })).toEqual([
      "ask list Pod istio-system/*",
      "ask watch? Pod istio-system/*",
      "wait get Deployment istio-system/istiod-basic",
      "wait get ServiceMeshPeer istio-system/p",
      "wait list? Deployment istio-system/istiod-basic",
      "wait list? ServiceMeshPeer istio-system/p",
      "wait watch? Deployment istio-system/istiod-basic",
      "wait watch? ServiceMeshPeer istio-system/p",
    ]);
    const slots: Plan["slots"] = [{ id: slotId("n"), type: "node-addresses", cluster: clusterId("east"), among: [] }];
    expect(shown(planWith({ do: "wait" }, {}, { slots }))).toEqual(["wait list Node -/*", "wait watch? Node -/*"]);
  });

  test("requests from clients, once for each of them; where freshly started ones are asked, pods are made", () => {
    const { probes, meshes } = example;
    const group = probes[0]?.id ?? "";
    const reachable = (fresh: boolean): Condition => ({ kind: "reachable", probes: group, fresh });
    const twice: Condition = { kind: "all", of: [reachable(false), { kind: "egress-open", probes: group }] };
    const inClient = (done: Condition) =>
      judged(done, { probes, meshes: meshes.map((mesh) => ({ ...mesh, gateways: [] })) }).filter((each) =>
        each.includes(" client/"),
      );
    expect(inClient(twice)).toEqual([
      "ask create? Pod client/*",
      "ask create? Pod/exec client/*",
      "ask delete? Pod client/*",
      "ask get Pod/exec client/*",
      "ask list Pod client/*",
      "ask watch? Pod client/*",
      "wait get Deployment client/curl",
      "wait list? Deployment client/curl",
      "wait watch? Deployment client/curl",
    ]);
    expect(inClient(reachable(true))).toEqual(
      expect.arrayContaining(["ask create Pod client/*", "ask delete Pod client/*", "ask watch Pod client/*"]),
    );
  });

  test("what an importer's proxies are compared with: the remote Gateway, the pods of federation's egress gateway", () => {
    const { probes, meshes } = example;
    const seen = judged({ kind: "endpoints", probes: probes[0]?.id ?? "", via: "east-west" }, { probes, meshes });
    expect(seen).toContain("wait get Gateway meshferry-imports/meshferry-west");
    expect(seen).toContain("wait get Deployment istio-system/federation-egress");
  });
});

test("a cluster that is only looked at is one of the plan's", () => {
  const { meshes: _, ...plan } = planWith({ do: "wait" }, { done: { kind: "present", ref: ref("ConfigMap") } });
  expect(clustersOf({ ...plan, meshes: [], basis: [], routes: [] })).toEqual(["east"]);
});

test("undo alone takes what puts back, and no more", () => {
  const plan = planWith({ do: "patch", ref: ref("Service"), ops: [] }, { undo: { how: "none", needed: false } });
  expect(verbsOf(plan, ["undo"]).filter(({ why }) => why !== "lock")).toEqual([]);
  const restarted = planWith({ do: "restart", workload: ref("Deployment", "d", "ns", "apps") });
  expect(verbsOf(restarted, ["undo"]).flatMap(({ verb, name }) => (name === "d" ? [verb] : []))).toEqual([
    "get",
    "patch",
  ]);
  expect(verbsOf(example, ["verify"]).filter(({ verb }) => verb === "patch" || verb === "update")).toEqual([]);
});

test("what reading gives is not given twice", () => {
  const reading = permissionsToRead(clusterId("east"), ["Pod"], false);
  const asked = verbsOf(example);
  const left = besideReading(asked, reading);
  const lists = (of: readonly Permission[]) =>
    of.filter(
      ({ cluster, verb, kind, subresource }) => `${cluster} ${verb} ${kind}` === "east list Pod" && !subresource,
    );
  expect([lists(asked).length > 0, lists(left)]).toEqual([true, []]);
  expect(left).toHaveLength(asked.length - lists(asked).length);
});

test("every cluster of a plan has a Lease, and is known again", () => {
  const locks = verbsOf(example).filter(({ why }) => why === "lock");
  expect(locks.map(({ cluster, verb, name }) => `${cluster} ${verb} ${name ?? "*"}`)).toEqual(
    ["east", "west"].flatMap((cluster) => [
      `${cluster} delete meshferry`,
      `${cluster} get meshferry`,
      `${cluster} update meshferry`,
      `${cluster} create *`,
      `${cluster} get kube-system`,
    ]),
  );
});

test("each permission once, in one order; what has no name in a namespace that the plan makes comes later", () => {
  const found = verbsOf(example);
  const keys = found.map(permissionKey);
  expect(keys).toEqual([...new Set(keys)].toSorted((left, right) => (left < right ? -1 : 1)));
  expect(namespacesMade(example)).toEqual(["east/meshferry-imports", "west/istio-ingress"]);
  const later = found.filter((each) => each.later);
  expect(new Set(later.map(({ cluster, namespace, name }) => `${cluster}/${namespace} ${name}`))).toEqual(
    new Set(["west/istio-ingress null"]),
  );
});

test("no permission is ever one to read a Secret, unless it was asked for", () => {
  const kinds = ["Pod", "Secret", "Gateway.networking.istio.io"];
  const read = (secrets: boolean) =>
    permissionsToRead(clusterId("east"), kinds, secrets).map(({ verb, kind, group, name, namespace, optional }) => [
      verb,
      kind,
      group,
      namespace,
      name,
      optional,
    ]);
  expect(read(false)).toEqual([
    ["list", "Pod", "", null, null, false],
    ["list", "Gateway", "networking.istio.io", null, null, false],
  ]);
  expect(read(true).slice(2)).toEqual([
    ["list", "Secret", "", null, "cacerts", true],
    ["list", "Secret", "", null, "istio-ca-secret", true],
  ]);
  const ofSecrets = (permissions: readonly Permission[]) => permissions.filter(({ kind }) => kind === "Secret");
  expect(ofSecrets(verbsOf(example)).filter(({ verb }) => verb !== "patch")).toEqual([]);
});
