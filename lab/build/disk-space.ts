// Says before a long build, not in the middle of it, that the disk is too small.
import { mkdir, statfs } from "node:fs/promises";
import type { Say } from "../machine/progress.ts";
import { LabTrouble } from "../machine/trouble.ts";

/** Go's caches, the binaries, images and one running lab. */
export const neededBytes = 15e9;

export async function checkDiskSpace(cache: string, say: Say): Promise<void> {
  await mkdir(cache, { recursive: true });
  const { bavail, bsize } = await statfs(cache);
  say(enoughSpace(cache, bavail * bsize));
}

/** What there is to say about the free space, or the trouble with it. */
export function enoughSpace(folder: string, freeBytes: number): string {
  const gb = (bytes: number) => (bytes / 1e9).toFixed(0);
  if (freeBytes < neededBytes)
    throw new LabTrouble(
      `${gb(freeBytes)} GB free in ${folder}, ${gb(neededBytes)} GB needed`,
      "compiling Kubernetes and Istio fills Go's caches",
      "free some, or name a folder on another disk in MESHFERRY_LAB_CACHE",
    );
  return `lab: ${gb(freeBytes)} GB free, ${gb(neededBytes)} GB needed`;
}
