// Makes image archives with umoci and skopeo, each once: no container engine is needed.
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";
import { exists } from "./exists.ts";

/** Makes the archive in a folder beside it, and lets it appear whole. */
export async function once(
  path: string,
  say: Say,
  what: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  if (await exists(path)) {
    say(`lab: ${what}: in the cache`);
    return;
  }
  await timed(say, what, async () => {
    const folder = await mkdtemp(`${path}.new-`);
    try {
      await make(folder);
      await rename(join(folder, "image.tar"), path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** The tree `root` as an image of its own. */
export async function pack(folder: string, root: string, name: string, config: readonly string[]): Promise<void> {
  const image = `${join(folder, "layout")}:image`;
  await runCommand("umoci", ["init", "--layout", join(folder, "layout")]);
  await runCommand("umoci", ["new", "--image", image]);
  await finish(folder, root, name, config);
}

/** The tree `root` on top of the image in the archive `base`, whose layers containerd keeps once for all images that have them. */
export async function packOn(
  base: string,
  folder: string,
  root: string,
  name: string,
  config: readonly string[],
): Promise<void> {
  await runCommand("skopeo", ["copy", "--quiet", `docker-archive:${base}`, `oci:${join(folder, "layout")}:image`]);
  await finish(folder, root, name, config);
}

async function finish(folder: string, root: string, name: string, config: readonly string[]): Promise<void> {
  const image = `${join(folder, "layout")}:image`;
  await runCommand("umoci", ["insert", "--image", image, root, "/"]);
  await runCommand("umoci", ["config", "--image", image, ...config]);
  const archive = `docker-archive:${join(folder, "image.tar")}:${name}`;
  await runCommand("skopeo", ["copy", "--quiet", `oci:${image}`, archive]);
}
