// Many objects of an import as a plan that makes them, and as manifests for kubectl.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { always } from "../src/conditions/condition.ts";
import { type Hash, hashOf } from "../src/core/hash.ts";
import { type ClusterId, clusterId } from "../src/core/ids.ts";
import type { JsonObject } from "../src/core/json.ts";
import { madeBy } from "../src/core/version.ts";
import { managedByLabel, managedByUs } from "../src/inventory/ownership.ts";
import { makeStep, restore } from "../src/plan/make-step.ts";
import type { Plan, Step } from "../src/plan/plan.ts";
import { planJson } from "../src/present/folder/plan-json.ts";

const group = "networking.istio.io";

/** Half ServiceEntries, half their WorkloadEntries; `account` differs in every one of them. */
export function objectsIn(namespace: string, count: number, account = "shop"): JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `service-${Math.floor(index / 2)}`;
    const host = `${name}.shop.svc.cluster.local`;
    const metadata = { namespace, name, labels: { [managedByLabel]: managedByUs } };
    const labels = { "meshferry.dev/host": name };
    const names = [`spiffe://west.local/ns/shop/sa/${account}`];
    const ports = [
      { number: 8000, name: "http", protocol: "HTTP" },
      { number: 9000, name: "tcp", protocol: "TCP" },
    ];
    return index % 2 === 0
      ? {
          apiVersion: `${group}/v1beta1`,
          kind: "ServiceEntry",
          metadata,
          spec: {
            hosts: [host],
            exportTo: ["client"],
            location: "MESH_INTERNAL",
            resolution: "STATIC",
            ports,
            workloadSelector: { labels },
            subjectAltNames: names,
          },
        }
      : {
          apiVersion: `${group}/v1beta1`,
          kind: "WorkloadEntry",
          metadata,
          spec: { network: "west", labels, ports: { http: 15443, tcp: 15443 }, serviceAccount: account },
        };
  });
}

/** A plan folder whose one phase applies them. */
export function planFolderOf(folder: string, cluster: string, objects: readonly JsonObject[]): string {
  const id = clusterId(cluster);
  const bodies: Record<Hash, JsonObject> = {};
  const steps = objects.map((body): Step => stepFor(id, body, bodies));
  const plan: Plan = {
    apiVersion: "meshferry/plan.v1",
    madeBy,
    strategy: "shift",
    trust: "peers",
    rehearsed: true,
    basis: [],
    slots: [],
    objects: bodies,
    routes: [],
    waves: [],
    meshes: [],
    probes: [],
    phases: [{ id: "import", gate: always, steps, verify: [], reversible: true }],
    findings: [],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "plan.json"), [...planJson(plan)].join(""));
  return folder;
}

function stepFor(cluster: ClusterId, body: JsonObject, bodies: Record<Hash, JsonObject>): Step {
  const { kind, metadata } = body as { kind: string; metadata: { namespace: string; name: string } };
  const ref = { cluster, group, kind, namespace: metadata.namespace, name: metadata.name };
  const object = hashOf(body);
  bodies[object] = body;
  return makeStep({
    phase: "import",
    title: `apply ${kind} ${metadata.name}`,
    rule: "export.own-namespace",
    action: { do: "apply", ref, object, set: [] },
    expect: "any",
    done: { kind: "present", ref },
    undo: restore,
  });
}

/** A file for each object, in as many folders. */
export function manifestFolders(folder: string, objects: readonly JsonObject[], folders: number): string[] {
  const made = Array.from({ length: folders }, (_, index) => join(folder, String(index)));
  for (const each of made) mkdirSync(each, { recursive: true });
  for (const [index, object] of objects.entries())
    writeFileSync(join(made[index % folders] ?? folder, `${index}.json`), JSON.stringify(object));
  return made;
}
