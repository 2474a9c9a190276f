// The live clusters as facts are looked for in them, and what may be done there to see more.
import type { PlanIndex } from "../conditions/planned.ts";
import type { Planned } from "../conditions/planned.ts";
import type { ClusterId } from "../core/ids.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";

export interface ProbeSettings {
  /** What short-lived pods run; null: the image of the client's own sidecar, which its node has already. */
  readonly image: string | null;
  /** Whether short-lived pods may be made where a client's own pod cannot ask, or where fresh proxies are asked for. */
  readonly pods: boolean;
}

export const usualProbes: ProbeSettings = { image: null, pods: true };

export interface World {
  readonly plan: Planned;
  readonly clients: ReadonlyMap<ClusterId, ClusterClient>;
  readonly probes?: ProbeSettings;
}

export interface IndexedWorld extends Omit<World, "plan"> {
  readonly plan: PlanIndex;
  readonly probes: ProbeSettings;
}
