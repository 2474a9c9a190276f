// Federated meshes as the product itself sees them: clients of both clusters, and the plan that it makes of what it reads.
import { openCluster } from "../../src/kube/live/open-cluster.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { type ClusterId, clusterId } from "../../src/core/ids.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import { kinds } from "../../src/inventory/kinds/registry.ts";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import { until } from "../../src/observe/until.ts";
import type { World as Observed } from "../../src/observe/world.ts";
import { examine, makePlan } from "../../src/pipeline.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { fillSlots, slotValue } from "../../src/target/fill-slots.ts";
import { readCluster } from "../ossm2/read-cluster.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";

export interface LiveWorld extends Observed {
  readonly plan: Plan;
  readonly clients: ReadonlyMap<ClusterId, ClusterClient>;
}

/** Clients of the lab's clusters, and the plan; `close` them. */
export async function liveWorld(clusters: readonly LabCluster[]): Promise<LiveWorld> {
  const opened = await Promise.all(
    clusters.map(async ({ name, kubeconfig }) => {
      const { client } = await openCluster(
        { id: clusterId(name), context: null, kubeconfigs: [kubeconfig] },
        { env: {}, cwd: "/" },
      );
      return [client.id, client] as const;
    }),
  );
  const clients = new Map(opened);
  return { clients, plan: await planNow(clients) };
}

export async function planNow(clients: ReadonlyMap<ClusterId, ClusterClient>): Promise<Plan> {
  const inputs = await Promise.all(
    [...clients.values()].map(async (client) => readCluster(client, Object.keys(kinds))),
  );
  return asInLab(makePlan(examine(inputs, defaultConfig), defaultConfig));
}

/** istiod of the lab has no revision, so its objects do not carry the control plane's name as OSSM 2's do. */
function asInLab(plan: Plan): Plan {
  const text = JSON.stringify(plan)
    .replaceAll('"istiod-basic"', '"istiod"')
    .replaceAll('"istio-basic"', '"istio"')
    .replaceAll('"istio.io/rev":"basic"', '"istio.io/rev":"default"');
  return JSON.parse(text) as Plan;
}

const stepMs = 120_000;

/** Carries out the changes of one phase in their order, each until its own condition holds; waits are left to the caller. */
export async function carryOut(world: LiveWorld, phase: string): Promise<void> {
  for (const step of stepsIn(world.plan, phase)) {
    if (step.action.do !== "apply" && step.action.do !== "patch") continue;
    await change(world, step);
    const verdict = await until(step.done, world, { timeoutMs: stepMs });
    if (verdict.is !== "done") throw new Error(`${step.id}: ${JSON.stringify(verdict.seen)}`);
  }
}

export function stepsIn(plan: Plan, phase: string): readonly Step[] {
  return plan.phases.find(({ id }) => id === phase)?.steps ?? [];
}

async function change(world: LiveWorld, { action }: Step): Promise<void> {
  if (action.do === "patch") {
    const client = world.clients.get(action.ref.cluster);
    await client?.patch(action.ref, action.ops);
  } else if (action.do === "apply") {
    const client = world.clients.get(action.ref.cluster);
    const template = world.plan.objects[action.object] ?? {};
    const whole = action.set.reduce((body: Json, each) => withValueAt(body, each.pointer, each.value), template);
    await client?.apply(action.ref, fillSlots(whole as JsonObject, await slots(world)));
  }
}

async function slots({ plan, clients }: LiveWorld): Promise<ReadonlyMap<string, Json>> {
  const found = new Map<string, Json>();
  for (const slot of plan.slots) {
    if (slot.type === "node-addresses") continue;
    const object = await clients.get(slot.from.cluster)?.get(slot.from);
    const value = slotValue(slot, { object: () => object?.body, nodes: () => [] });
    if (value !== null) found.set(slot.id, value);
  }
  return found;
}
