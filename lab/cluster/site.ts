// What every part of a start is given: where things are, what has been built, whom to tell, when to stop.
import { join } from "node:path";
import type { Built } from "../build/run-build.ts";
import type { Say } from "../machine/progress.ts";
import { LabTrouble } from "../machine/trouble.ts";
import type { NamespaceOptions } from "../node/namespaces.ts";

export interface Site {
  /** The lab's state folder. */
  readonly state: string;
  readonly cache: string;
  readonly built: Built;
  readonly say: Say;
  readonly signal: AbortSignal;
}

export function binary({ built }: Pick<Site, "built">, name: string): string {
  const path = built.binaries[name];
  if (path !== undefined) return path;
  throw new LabTrouble(`no binary ${name}`, "the build does not make it", "npm run lab -- build");
}

/** The folder of a cluster, or of another part with namespaces of its own. */
export function folderOf({ state }: Pick<Site, "state">, name: string): string {
  return join(state, name);
}

export function namespaceOptions(site: Site, name: string): NamespaceOptions {
  return {
    state: site.state,
    nodeInit: binary(site, "node-init"),
    logs: join(folderOf(site, name), "log"),
    signal: site.signal,
  };
}
