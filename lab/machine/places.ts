// Where the lab keeps things: what can be built again, and what belongs to the clusters that run now.
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

export interface Places {
  /** Binaries and images; survives everything. */
  readonly cache: string;
  /** The running clusters; `down` deletes it. */
  readonly state: string;
  /** Short and own to this state folder: names of links and cgroups. */
  readonly tag: string;
}

/** The lab's own folders; two labs side by side need two of each. */
export function placesFrom(env: NodeJS.ProcessEnv): Places {
  const cache = env["MESHFERRY_LAB_CACHE"] ?? join(homedir(), ".cache", "meshferry-lab");
  const state = env["MESHFERRY_LAB_STATE"] ?? join(homedir(), ".local", "state", "meshferry-lab");
  return { cache, state, tag: createHash("sha256").update(state).digest("hex").slice(0, 6) };
}

export const kubeconfigOf = (places: Places): string => join(places.state, "kubeconfig");

/** The folder of the lab's own sources. */
export const labFolder: string = join(import.meta.dirname, "..");
