// Packs the images that run in the lab: no registry of images is needed.
import { copyFile, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";
import { cacheKey } from "./cache-key.ts";

/** The pause image is the node's first process; nothing else is in it. */
export const pauseImage = "lab.local/pause:1";
/** Python and curl on Debian: servers and clients of the tests. */
export const appImage = "lab.local/app:1";

const suite = "bookworm";
const packages = ["python3", "curl", "ca-certificates", "openssl", "iptables"];

export interface Images {
  readonly pause: string;
  readonly app: string;
}

/** Archives that containerd imports, made once. */
export async function packImages(cache: string, nodeInit: string, say: Say): Promise<Images> {
  const pause = join(cache, "images", `${cacheKey("pause", "1", [nodeInit])}.tar`);
  const app = join(cache, "images", `${cacheKey("app", "1", [suite, ...packages])}.tar`);
  await mkdir(join(cache, "images"), { recursive: true });
  await once(pause, say, "image pause", async (folder) => {
    const root = join(folder, "root");
    await mkdir(root);
    await copyFile(nodeInit, join(root, "pause"));
    await pack(folder, root, pauseImage, ["--config.entrypoint", "/pause"]);
  });
  await once(app, say, "image app (debootstrap)", async (folder) => {
    const root = join(folder, "root");
    await runCommand("debootstrap", ["--variant=minbase", `--include=${packages.join(",")}`, suite, root], {
      todo: "check that Debian's packages can be reached, then run it again",
    });
    for (const path of ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man"])
      await rm(join(root, path), { recursive: true, force: true });
    await pack(folder, root, appImage, ["--config.cmd", "/bin/bash"]);
  });
  return { pause, app };
}

/** Makes the archive in a folder beside it, and lets it appear whole. */
async function once(path: string, say: Say, what: string, make: (folder: string) => Promise<void>): Promise<void> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) {
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

async function pack(folder: string, root: string, name: string, config: readonly string[]): Promise<void> {
  const layout = join(folder, "layout");
  const image = `${layout}:image`;
  await runCommand("umoci", ["init", "--layout", layout]);
  await runCommand("umoci", ["new", "--image", image]);
  await runCommand("umoci", ["insert", "--image", image, root, "/"]);
  await runCommand("umoci", ["config", "--image", image, ...config]);
  await runCommand("skopeo", [
    "copy",
    "--quiet",
    `oci:${image}`,
    `docker-archive:${join(folder, "image.tar")}:${name}`,
  ]);
}
