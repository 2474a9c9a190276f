// A plan for a cluster without a mesh, with every kind of action and object that a migration has, and its run as the product does it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { all, type Condition } from "../../src/conditions/condition.ts";
import { type Hash, hashOf } from "../../src/core/hash.ts";
import { type ClusterId, slotId } from "../../src/core/ids.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { madeBy } from "../../src/core/version.ts";
import { managedByLabel, managedByUs } from "../../src/inventory/ownership.ts";
import { expected } from "../../src/plan/expected.ts";
import { makeStep, restore } from "../../src/plan/make-step.ts";
import type { Phase, Plan, Step } from "../../src/plan/plan.ts";
import type { KubeApi } from "../api/kube-api.ts";

const rule = "export.own-namespace";
const image = "lab.local/app:1";

export interface World {
  readonly cluster: ClusterId;
  /** Of the users' objects, which are there before. */
  readonly theirs: string;
  /** Made by the plan. */
  readonly ours: string;
  /** Of the Service that the plan makes: given, so that it is the same when the Service is made again. */
  readonly nodePort: number;
}

const federation = "federation.maistra.io";
const networking = "networking.istio.io";

export const refs = ({ cluster, theirs, ours }: World) => {
  const ref = (kind: string, namespace: string | null, name: string, group = ""): ObjectRef => ({
    cluster,
    group,
    kind,
    namespace,
    name,
  });
  return {
    namespace: ref("Namespace", null, ours),
    entry: ref("ServiceEntry", ours, "meshferry-shop", networking),
    endpoint: ref("WorkloadEntry", ours, "meshferry-shop", networking),
    policy: ref("NetworkPolicy", ours, "meshferry-open", "networking.k8s.io"),
    nodePort: ref("Service", ours, "meshferry-gateway"),
    remote: ref("Gateway", ours, "meshferry-far", "gateway.networking.k8s.io"),
    plane: ref("ServiceMeshControlPlane", theirs, "basic", "maistra.io"),
    secret: ref("Secret", theirs, "cacerts"),
    app: ref("Deployment", theirs, "app", "apps"),
    exports: ref("ExportedServiceSet", theirs, "west", federation),
    imports: ref("ImportedServiceSet", theirs, "west", federation),
    peers: ["west", "north"].map((name) => ref("ServiceMeshPeer", theirs, name, federation)),
  };
};

/** What is there before: of the users, and of nobody else. */
export async function makeTheirs(api: KubeApi, world: World): Promise<void> {
  const { theirs } = world;
  const named = (apiVersion: string, kind: string, name: string, rest: JsonObject) => ({
    apiVersion,
    kind,
    metadata: { namespace: theirs, name },
    ...rest,
  });
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: theirs } });
  await api.create(named("maistra.io/v2", "ServiceMeshControlPlane", "basic", { spec: { version: "v2.6" } }));
  await api.create(named("v1", "Secret", "cacerts", { data: { "root-cert.pem": base64("old") } }));
  const container = { name: "app", image, command: ["sleep", "100000"] };
  await api.create(
    named("apps/v1", "Deployment", "app", {
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "app" } },
        template: {
          // Where an annotation comes and goes, an empty map would be left.
          metadata: { labels: { app: "app" }, annotations: { "example.test/kept": "yes" } },
          spec: { terminationGracePeriodSeconds: 1, containers: [container] },
        },
      },
    }),
  );
  const selector = { type: "NameSelector", nameSelector: { namespace: "a", name: "httpbin" } };
  await api.create(named(`${federation}/v1`, "ExportedServiceSet", "west", { spec: { exportRules: [selector] } }));
  await api.create(named(`${federation}/v1`, "ImportedServiceSet", "west", { spec: { importRules: [selector] } }));
  for (const name of ["west", "north"])
    await api.create(
      named(`${federation}/v1`, "ServiceMeshPeer", name, { spec: { remote: { addresses: ["192.0.2.1"] } } }),
    );
}

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

/** The plan for `theirs` as `makeTheirs` leaves them. */
export function livePlan(world: World): Plan {
  const at = refs(world);
  const objects: Record<Hash, JsonObject> = {};
  const apply = (phase: Phase["id"], ref: ObjectRef, apiVersion: string, rest: JsonObject, parts: Parts = {}): Step => {
    const { namespace, name, kind } = ref;
    const labels = { [managedByLabel]: managedByUs };
    const body = {
      apiVersion,
      kind,
      metadata: { name, ...(namespace === null ? {} : { namespace }), labels },
      ...rest,
    };
    objects[hashOf(body)] = body;
    return makeStep({
      phase,
      title: `apply ${ref.kind} ${ref.name}`,
      rule,
      action: { do: "apply", ref, object: hashOf(body), set: parts.set ?? [] },
      expect: "absent",
      done: all({ kind: "present", ref }),
      undo: restore,
      ...parts,
    });
  };
  const nodes = slotId("nodes");
  const port = slotId("port");
  const home = apply("export", at.namespace, "v1", {});
  const after = [home.id];
  const gateway = apply(
    "export",
    at.nodePort,
    "v1",
    {
      spec: {
        type: "NodePort",
        selector: { app: "gateway" },
        ports: [{ name: "tls", port: 15443, nodePort: world.nodePort }],
      },
    },
    { after },
  );
  const policy = apply(
    "export",
    at.policy,
    "networking.k8s.io/v1",
    { spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 15443 }] }] } },
    { after },
  );
  const patch = (
    phase: Phase["id"],
    ref: ObjectRef,
    path: string,
    before: Json,
    afterwards: Json,
    parts: Parts,
  ): Step =>
    makeStep({
      phase,
      title: `patch ${ref.kind}`,
      rule,
      action: { do: "patch", ref, ops: replaced(path, before, afterwards) },
      undo: { how: "actions", actions: [{ do: "patch", ref, ops: replaced(path, afterwards, before) }] },
      ...parts,
    });
  const secret = patch("trust", at.secret, "/data/root-cert.pem", base64("old"), base64("old and other"), {
    expect: "guarded",
  });
  const restarted = makeStep({
    phase: "trust",
    title: "restart the app",
    rule,
    action: { do: "restart", workload: at.app },
    after: [secret.id],
    done: { kind: "rolled-out", ref: at.app },
  });
  const network: Step = {
    ...patch("network", at.plane, "/spec/version", "v2.6", "v2.6", {}),
    action: {
      do: "patch",
      ref: at.plane,
      ops: [{ op: "add", path: "/spec/techPreview", value: { meshConfig: { trustDomainAliases: ["west.local"] } } }],
    },
    expect: expected({ spec: { version: "v2.6" } }, "/spec"),
    undo: {
      how: "actions",
      actions: [
        {
          do: "patch",
          ref: at.plane,
          ops: [
            { op: "test", path: "/spec/techPreview", value: { meshConfig: { trustDomainAliases: ["west.local"] } } },
            { op: "remove", path: "/spec/techPreview" },
          ],
        },
      ],
    },
  };
  const remote = apply("import", at.remote, "gateway.networking.k8s.io/v1beta1", {
    spec: {
      gatewayClassName: "istio-remote",
      addresses: { $slot: nodes },
      listeners: [{ name: "cross-network", port: 15443, protocol: "TLS", tls: { mode: "Passthrough" } }],
    },
  });
  const endpoint = apply("import", at.endpoint, `${networking}/v1beta1`, {
    spec: { network: "other", ports: { tls: { $slot: port } }, labels: { "meshferry.dev/host": "shop" } },
  });
  const entrySpec = {
    hosts: ["shop.far.svc.cluster.local"],
    exportTo: ["canary"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    workloadSelector: { labels: { "meshferry.dev/host": "shop" } },
    subjectAltNames: ["spiffe://far/ns/shop/sa/shop"],
  };
  const entry = apply("import", at.entry, `${networking}/v1beta1`, { spec: entrySpec }, { after: [endpoint.id] });
  const wider = apply(
    "shift",
    at.entry,
    `${networking}/v1beta1`,
    { spec: entrySpec },
    {
      about: "wave-2",
      expect: "ours",
      set: [{ pointer: "/spec/exportTo", value: ["canary", "shop"] }],
    },
  );
  const gone = (phase: Phase["id"], ref: ObjectRef, parts: Parts = {}): Step =>
    makeStep({
      phase,
      title: `delete ${ref.kind}`,
      rule,
      action: { do: "delete", ref },
      done: { kind: "absent", ref },
      undo: restore,
      ...parts,
    });
  const together = makeStep({
    phase: "retire-peers",
    title: "delete both peers",
    rule,
    action: { do: "delete-together", refs: at.peers, withinMs: 30_000 },
    done: all(...at.peers.map((ref): Condition => ({ kind: "absent", ref }))),
    undo: restore,
  });
  const phase = (id: Phase["id"], ...steps: Step[]): Phase => ({
    id,
    gate: all(),
    steps,
    verify: [],
    reversible: true,
  });
  return {
    apiVersion: "meshferry/plan.v1",
    madeBy,
    strategy: "shift",
    trust: "combined-root",
    rehearsed: false,
    basis: [],
    slots: [
      { id: nodes, type: "node-addresses", cluster: world.cluster, among: [] },
      { id: port, type: "node-port", from: at.nodePort, pointer: "/spec/ports", port: 15443 },
    ],
    objects,
    routes: [],
    waves: [],
    meshes: [],
    probes: [],
    phases: [
      phase("trust", secret, restarted),
      phase("network", network),
      phase("export", home, gateway, policy),
      phase("import", remote, endpoint, entry),
      phase("shift", wider),
      phase("retire-exports", gone("retire-exports", at.exports)),
      phase(
        "retire-imports",
        gone("retire-imports", at.imports, { undo: { how: "restore", also: wakeUp(at.imports) } }),
      ),
      phase("retire-peers", together),
    ],
    findings: [],
  };
}

type Parts = Partial<Parameters<typeof makeStep>[0]> & {
  readonly set?: readonly { readonly pointer: string; readonly value: Json }[];
};

function replaced(path: string, before: Json, after: Json) {
  return [
    { op: "test", path, value: before },
    { op: "replace", path, value: after },
  ] as const;
}

function wakeUp(ref: ObjectRef) {
  const rule2 = { type: "NameSelector", nameSelector: { namespace: "meshferry-none", name: "meshferry-none" } };
  return [
    { do: "patch", ref, ops: [{ op: "add", path: "/spec/importRules/-", value: rule2 }] },
    {
      do: "patch",
      ref,
      ops: [
        { op: "test", path: "/spec/importRules/1", value: rule2 },
        { op: "remove", path: "/spec/importRules/1" },
      ],
    },
  ] as const;
}

/** A folder that goes with the test. */
export function planFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-run-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export function specOf(body: Json | undefined): Json {
  return valueAt(body, "/spec") ?? null;
}
