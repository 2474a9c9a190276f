// Parts of federation that are the same for worlds that differ elsewhere: who asks again and again may keep them.
import type { Cluster } from "../inventory/cluster.ts";

/**
 * Gives what was made earlier under this name out of the same things, where somebody keeps it; else makes it. Of the clusters only the
 * objects of those kinds have to be the same that were looked at when it was made; what is made must take them as they are handed to it.
 */
export type KeepPart = <T, C extends readonly Cluster[] | []>(
  name: string,
  of: readonly unknown[],
  clusters: C,
  make: (...clusters: C) => T,
) => T;

export const keepNothing: KeepPart = (_name, _of, clusters, make) => make(...clusters);
