// A plan by hand that holds every kind of action, condition and undo, with names that nobody would choose in good faith.
import { type Condition, all } from "../../src/conditions/condition.ts";
import { clusterId, host, meshId, routeId, slotId, stepId } from "../../src/core/ids.ts";
import { hashOf } from "../../src/core/hash.ts";
import type { Json } from "../../src/core/json.ts";
import { type KubeObject, kindKey, type ObjectRef } from "../../src/core/object-ref.ts";
import { takeInventory } from "../../src/inventory/take-inventory.ts";
import type { Inventory } from "../../src/inventory/mesh.ts";
import type { Action, Plan, Step } from "../../src/plan/plan.ts";

/** Ends a shell word, a Markdown fence, a line, a label and a path, and steers a terminal. */
export const hostile = "../../e\u001b[31mvil\n```\n\"; touch /tmp/pwned; $(id) `id` \u202e|<b>end]'#";

const east = clusterId("east");
const importer = meshId(east, "istio-system", "basic");
const probes = `${importer}#all`;

export function ref(kind: string, name: string, namespace: string | null = "apps", group = ""): ObjectRef {
  return { cluster: east, group, kind, namespace, name };
}

export const objects: readonly KubeObject[] = [
  object(ref("ConfigMap", "settings"), { data: { old: "1", gone: "2" }, list: ["a", "b"] }),
  object(ref("Secret", "cacerts"), { data: { "root-cert.pem": "SECRETSECRET" } }),
  object(ref("ServiceMeshPeer", hostile, "istio-system", "federation.maistra.io"), {
    spec: { name: hostile },
    status: { x: 1 },
  }),
];

function object(of: ObjectRef, body: Readonly<Record<string, Json>>): KubeObject {
  const metadata = { name: of.name, namespace: of.namespace, uid: "7", resourceVersion: "8", labels: { a: "b" } };
  const apiVersion = of.group === "" ? "v1" : `${of.group}/v1`;
  return {
    ref: of,
    apiVersion,
    origin: { file: "x.yaml", line: 1 },
    body: { apiVersion, kind: of.kind, metadata, ...body },
  };
}

export const inventory: Inventory = takeInventory([
  {
    id: east,
    objects,
    coverage: Object.fromEntries(objects.map((each) => [kindKey(each.ref), "listed" as const])),
    findings: [],
  },
]);

const slot = slotId("addresses:west");
const template = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: hostile, namespace: "apps" },
  data: { [hostile]: hostile, home: "${HOME}" },
};
const withSlot = {
  apiVersion: "v1",
  kind: "Gateway",
  metadata: { name: "remote", namespace: "apps" },
  spec: { addresses: { $slot: slot } },
};

function step(title: string, action: Action, more: Partial<Step> = {}): Step {
  const undo = { how: "restore", also: [] } as const;
  const why = { rule: "export.own-namespace", params: {} };
  return {
    id: stepId(title),
    title,
    action,
    after: [],
    expect: "absent",
    done: all(),
    timeoutMs: 60_000,
    undo,
    routes: [],
    why,
    ...more,
  };
}

const apply = (exportTo: Json): Action => ({
  do: "apply",
  ref: ref("ConfigMap", hostile),
  object: hashOf(template),
  set: [{ pointer: "/spec/exportTo", value: exportTo }],
});
const peer = ref("ServiceMeshPeer", hostile, "istio-system", "federation.maistra.io");
const curl = ref("Deployment", "curl", "apps", "apps");

export const everyCondition: readonly Condition[] = [
  { kind: "present", ref: peer },
  { kind: "absent", ref: peer },
  { kind: "rolled-out", ref: curl },
  { kind: "field", ref: peer, pointer: "/spec/a~1b", is: "equal", value: hostile },
  { kind: "field", ref: peer, pointer: "/status/list/0", is: "not-empty", value: null },
  { kind: "status", ref: peer, type: hostile, status: "True" },
  { kind: "mesh-config", ref: peer, pointer: "/trustDomainAliases", includes: [hostile] },
  { kind: "peer-synced", ref: peer },
  { kind: "imported", ref: peer, hosts: [host(hostile)] },
  { kind: "proxy-roots", workload: curl, include: [hashOf("a"), hashOf("b")] },
  { kind: "proxy-network", workload: curl, network: hostile },
  { kind: "gateway-exposes", gateway: curl, hosts: [host(hostile), host("b")] },
  { kind: "endpoints", probes, via: "east-west" },
  { kind: "reachable", probes, fresh: true },
  { kind: "egress-open", probes },
  { kind: "drained", workloads: [curl], forMs: 10_000 },
  { kind: "slot", slot },
];

const patch: Action = {
  do: "patch",
  ref: ref("ConfigMap", "settings"),
  ops: [
    { op: "test", path: "/data/old", value: "1" },
    { op: "replace", path: "/data/old", value: hostile },
    { op: "add", path: "/data/new", value: "3" },
    { op: "remove", path: "/data/gone" },
    { op: "add", path: "/list/-", value: "c" },
    { op: "add", path: "/spec", value: { deep: { [hostile]: true, a: [1] } } },
  ],
};

const secretPatch: Action = {
  do: "patch",
  ref: ref("Secret", "cacerts"),
  ops: [
    {
      op: "test",
      path: "/data/root-cert.pem",
      value: btoa("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    },
    {
      op: "replace",
      path: "/data/root-cert.pem",
      value: btoa(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n",
      ),
    },
    { op: "add", path: "/data/other", value: btoa("not a certificate") },
  ],
};

export const plan: Plan = {
  apiVersion: "meshferry/plan.v1",
  madeBy: "meshferry test",
  strategy: "shift",
  trust: "combined-root",
  rehearsed: false,
  basis: [],
  slots: [
    { id: slot, from: ref("Service", "gateway-istio"), pointer: "/status/loadBalancer/ingress", type: "addresses" },
  ],
  objects: { [hashOf(template)]: template, [hashOf(withSlot)]: withSlot },
  routes: [],
  meshes: [],
  waves: [{ importer, number: 1, namespaces: [hostile], probes }],
  probes: [
    {
      id: probes,
      clients: [curl, ref("Deployment", hostile, hostile, "apps")],
      routes: [routeId(importer, host(hostile))],
    },
  ],
  phases: [
    {
      id: "import",
      gate: all(...everyCondition),
      verify: [probes],
      reversible: true,
      steps: [
        step(`create ${hostile}`, apply(["client"]), { done: all(...everyCondition) }),
        step("with a slot", { do: "apply", ref: ref("Gateway", "remote"), object: hashOf(withSlot), set: [] }),
        step("grow", apply(["client", hostile]), { expect: "ours" }),
        step(
          "grow the one with a slot",
          {
            do: "apply",
            ref: ref("Gateway", "remote"),
            object: hashOf(withSlot),
            set: [{ pointer: "/spec/x", value: 1 }],
          },
          { expect: "ours" },
        ),
        step("patch theirs", patch, { expect: "guarded" }),
        step("patch the roots", secretPatch, { expect: "guarded" }),
      ],
    },
    {
      id: "retire-peers",
      gate: all(),
      verify: [],
      reversible: false,
      steps: [
        step("confirm", { do: "confirm", loses: [peer] }, { undo: { how: "none", needed: false } }),
        step(
          "delete",
          { do: "delete", ref: peer },
          { undo: { how: "restore", also: [{ do: "restart", workload: curl }] } },
        ),
        step("delete together", {
          do: "delete-together",
          refs: [peer, ref("ConfigMap", "settings")],
          withinMs: 30_000,
        }),
        step(
          "restart",
          { do: "restart", workload: curl },
          { undo: { how: "none", needed: true, reason: `because ${hostile}` } },
        ),
        step(
          "wait",
          { do: "wait" },
          {
            done: { kind: "rolled-out", ref: curl },
            undo: { how: "actions", actions: [patch, { do: "restart", workload: curl }] },
          },
        ),
      ],
    },
  ],
  findings: [
    { code: "MF052", severity: "warn", subjects: [peer, { file: hostile, line: 3 }], params: { peer: hostile } },
  ],
};
