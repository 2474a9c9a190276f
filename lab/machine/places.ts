// Where the lab keeps what it built.
import { homedir } from "node:os";
import { join } from "node:path";

export interface Places {
  /** Binaries and images; each can be built again. */
  readonly cache: string;
}

export function placesFrom(env: NodeJS.ProcessEnv): Places {
  return { cache: env["MESHFERRY_LAB_CACHE"] ?? join(homedir(), ".cache", "meshferry-lab") };
}

/** The folder of the lab's own sources. */
export const labFolder: string = join(import.meta.dirname, "..");
