// Where the lab keeps what it built, and where a running lab keeps its state.
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export interface Places {
  /** Binaries and images; each can be built again. */
  readonly cache: string;
  /** The running lab; one lab per folder. */
  readonly state: string;
}

/** Below it stand the labs that were given no other place, and the lock under which free address ranges are taken. */
export const labsFolder = "/run/meshferry-lab";

export function placesFrom(env: NodeJS.ProcessEnv): Places {
  return {
    cache: resolve(env["MESHFERRY_LAB_CACHE"] ?? join(homedir(), ".cache", "meshferry-lab")),
    state: resolve(env["MESHFERRY_LAB_STATE"] ?? join(labsFolder, "lab")),
  };
}

/** Names what a lab has on the machine outside of its state folder (a link, control groups): of another lab, another. */
export function labTag(state: string): string {
  return createHash("sha256").update(state).digest("hex").slice(0, 8);
}

/** The folder of the lab's own sources. */
export const labFolder: string = join(import.meta.dirname, "..");
