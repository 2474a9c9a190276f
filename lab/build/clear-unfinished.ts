// Deletes what killed builds left half made in the cache. Only the holder of the build's lock may call it.
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { tryCommand } from "../machine/run-command.ts";

/** Every unfinished thing has this in its name until it is renamed. */
export const unfinished = ".new-";

export async function clearUnfinished(cache: string): Promise<void> {
  for (const part of ["bin", "images", "istio"]) {
    const folder = join(cache, part);
    await mkdir(folder, { recursive: true });
    for (const name of (await readdir(folder)).filter((each) => each.includes(unfinished))) {
      // A killed debootstrap leaves these mounted; deleting would go into them.
      for (const mount of ["proc", "sys"]) await tryCommand("umount", [join(folder, name, "root", mount)]);
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
