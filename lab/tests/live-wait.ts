// Waiting for the conditions of a plan without a mesh: objects, fields and rollouts, looked at twice a second.
import type { Condition } from "../../src/conditions/condition.ts";
import type { ClusterId } from "../../src/core/ids.ts";
import { type ObjectRef, refText } from "../../src/core/object-ref.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { waitedInVain } from "../../src/findings/codes/run.ts";
import { ApiFailure } from "../../src/kube/live/api-failure.ts";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import { systemClock } from "../../src/run/clock.ts";
import type { Until, Waited } from "../../src/run/run-world.ts";

export function waitIn(clients: ReadonlyMap<ClusterId, ClusterClient>): Until {
  return async (condition, { timeoutMs, signal, onVerdict }) => {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const missing = await unmet(condition, clients);
      if (missing === null) return { is: "done" };
      const verdict: Waited = { is: "pending", seen: waitedInVain.at([], { limit: "", seen: missing }) };
      onVerdict(verdict);
      if (signal.aborted || performance.now() > end) return verdict;
      await systemClock.sleep(500, signal);
    }
  };
}

async function unmet(condition: Condition, clients: ReadonlyMap<ClusterId, ClusterClient>): Promise<string | null> {
  const look = async (ref: ObjectRef) => {
    try {
      return (await clients.get(ref.cluster)?.get(ref)) ?? null;
    } catch (error) {
      if (error instanceof ApiFailure) return null;
      throw error;
    }
  };
  switch (condition.kind) {
    case "all":
      for (const each of condition.of) {
        const missing = await unmet(each, clients);
        if (missing !== null) return missing;
      }
      return null;
    case "present":
      return (await look(condition.ref)) === null ? `${refText(condition.ref)} is absent` : null;
    case "absent":
      return (await look(condition.ref)) === null ? null : `${refText(condition.ref)} is there`;
    case "rolled-out": {
      const body = (await look(condition.ref))?.body;
      const [seen, wanted] = [valueAt(body, "/status/observedGeneration"), valueAt(body, "/metadata/generation")];
      const ready = [valueAt(body, "/status/updatedReplicas"), valueAt(body, "/status/availableReplicas")];
      const replicas = [valueAt(body, "/spec/replicas"), valueAt(body, "/status/replicas")];
      const done = seen === wanted && ready.every((each) => each === replicas[0]) && replicas[0] === replicas[1];
      return done ? null : `${refText(condition.ref)} rolls out`;
    }
    default:
      throw new Error(`no plan of these tests waits for ${condition.kind}`);
  }
}
