// Packs the images that run in the lab: no registry of images is needed.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { labFolder } from "../machine/places.ts";
import type { Say } from "../machine/progress.ts";
import { cacheKey } from "./cache-key.ts";
import { once, pack, packOn } from "./pack-image.ts";

/** The pause image is the node's first process; nothing else is in it. */
export const pauseImage = "lab.local/pause:1";
/** Python and curl on Debian: servers and clients of the tests. */
export const appImage = "lab.local/app:1";

const suite = "bookworm";
const packages = ["python3", "curl", "ca-certificates", "openssl", "iptables"];

/** Servers of the sample apps; their files are below lab/mesh/apps. */
export const httpImage = "lab.local/http:1";
export const tcpImage = "lab.local/tcp:1";

/** Archives that containerd imports. */
export interface Images {
  readonly pause: string;
  readonly app: string;
  readonly http: string;
  readonly tcp: string;
}

/** Makes what the cache lacks. */
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
  const http = await packServer(cache, app, "http-server.py", httpImage, say);
  const tcp = await packServer(cache, app, "tcp-server.py", tcpImage, say);
  return { pause, app, http, tcp };
}

/** The app image with one program that runs of itself. */
async function packServer(cache: string, app: string, file: string, name: string, say: Say): Promise<string> {
  const source = join(labFolder, "mesh", "apps", file);
  const key = cacheKey(file.replace(".py", ""), "1", [await readFile(source), basename(app)]);
  const path = join(cache, "images", `${key}.tar`);
  await once(path, say, `image ${name}`, async (folder) => {
    const root = join(folder, "root");
    await mkdir(join(root, "app"), { recursive: true });
    await copyFile(source, join(root, "app", file));
    const entrypoint = ["--config.entrypoint", "python3", "--config.entrypoint", `/app/${file}`];
    await packOn(app, folder, root, name, [...entrypoint, "--clear", "config.cmd"]);
  });
  return path;
}
