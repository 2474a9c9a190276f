// containerd's folder with all images of the lab unpacked in it, made once and linked into every node: importing takes longer
// than starting a cluster.
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Built } from "../build/run-build.ts";
import { cacheKey } from "../build/cache-key.ts";
import { unfinished } from "../build/clear-unfinished.ts";
import { exists } from "../build/exists.ts";
import { withLock } from "../machine/lock.ts";
import { timed } from "../machine/progress.ts";
import { runCommand, tryCommand } from "../machine/run-command.ts";
import { containerdProgram, containerdRoot, importArchive, startContainerd } from "../node/containerd.ts";
import { endInside } from "../node/namespaces.ts";
import type { NodePart } from "./node-part.ts";
import type { Site } from "./site.ts";

/** What containerd 1.6 keeps of images: blobs, snapshots, and its database of both. */
const kept = [
  "io.containerd.content.v1.content",
  "io.containerd.snapshotter.v1.overlayfs",
  "io.containerd.metadata.v1.bolt",
];
/** The only files that are written again; all others appear once and are at most deleted. */
const databases = ["io.containerd.metadata.v1.bolt/meta.db", "io.containerd.snapshotter.v1.overlayfs/metadata.db"];

/** Every archive that pods of the lab may run from. */
export function archivesOf({ images, istio }: Pick<Built, "images" | "istio">): readonly string[] {
  return [...Object.values(images), ...Object.values(istio).flatMap(({ proxy, pilot }) => [proxy, pilot])];
}

/** The template's folder in the cache; it is made on the node, which holds nothing yet, where it is missing. */
export async function imageTemplate(site: Site, node: NodePart): Promise<string> {
  const archives = archivesOf(site.built);
  const version = await runCommand(containerdProgram, ["--version"], { timeoutMs: 10_000 });
  const folder = join(site.cache, "containerd");
  await mkdir(folder, { recursive: true });
  const target = join(folder, cacheKey("containerd", "1", [version, ...archives.map((path) => basename(path))]));
  const wait = () => site.say("lab: another lab unpacks the images; waiting for it");
  await withLock(join(site.cache, "containerd.lock"), wait, async () => {
    if (await exists(target)) return;
    for (const name of (await readdir(folder)).filter((each) => each.startsWith(unfinished)))
      await rm(join(folder, name), { recursive: true, force: true });
    await timed(site.say, `${archives.length} images unpacked`, async () => {
      const { podRange } = node.addresses;
      await startContainerd(node.namespaces, { folder: node.folder, podRange, signal: site.signal });
      for (const archive of archives) await importArchive(node.namespaces, archive);
      await endInside(node.namespaces, containerdProgram, "SIGTERM");
      const whole = await mkdtemp(join(folder, unfinished));
      const root = containerdRoot(node.folder);
      await runCommand("mv", [...kept.map((name) => join(root, name)), whole]);
      await rm(root, { recursive: true, force: true });
      await runCommand("mv", ["--no-target-directory", whole, target]);
    });
  });
  return target;
}

/** Gives a node its own, before its containerd starts: hard links where the file system is the same, copies where it is not. */
export async function linkTemplate(template: string, node: NodePart): Promise<void> {
  const root = containerdRoot(node.folder);
  const copy = (...flags: readonly string[]) => ["--archive", ...flags, "--no-target-directory", template, root];
  const linked = await tryCommand("cp", copy("--link"));
  if (linked.status !== 0) {
    await rm(root, { recursive: true, force: true });
    await runCommand("cp", copy());
    return;
  }
  for (const name of databases) {
    await rm(join(root, name));
    await runCommand("cp", ["--archive", join(template, name), join(root, name)]);
  }
}
