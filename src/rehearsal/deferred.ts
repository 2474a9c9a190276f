// What a step changes that nobody goes by yet: an istiod takes it up when it starts anew, or when federation syncs again.
import type { MeshId } from "../core/ids.ts";
import type { Dependents } from "./affected.ts";
import { changesOf } from "./controllers/controller.ts";
import { differences } from "./derived-differences.ts";
import { passTime } from "./pass-time.ts";
import { restartedIstiod } from "./restart.ts";
import type { World } from "./world.ts";

/** Import sets count at the next resync (pass-time.ts), and what a CA's Secret holds after a restart (restart.ts). */
const takenUpLater = ["ImportedServiceSet.federation.maistra.io", "Secret"];

/** The pairs that fare differently once that is taken up. `after` has come out of `before`. */
export function deferredBy(
  before: World,
  after: World,
  { byHost, byCluster }: Pick<Dependents, "byHost" | "byCluster">,
): ReadonlySet<number> {
  if (before.derived === after.derived) return new Set();
  const clusters = new Set(
    takenUpLater.flatMap((kind) => changesOf(before, after, kind).map(({ cluster }) => cluster)),
  );
  if (clusters.size === 0) return new Set();
  const concerned = after.derived().inventory.meshes.filter(({ cluster }) => clusters.has(cluster));
  const worlds = [passTime(after), ...concerned.map((mesh) => restartedIstiod(after, mesh))];
  const hosts = worlds.flatMap((world) => [...differences(after.derived(), world.derived()).hosts]);
  const rootOf = (world: World, mesh: MeshId): string | undefined => world.meshes.get(mesh)?.bundle?.pem;
  const reissued = concerned.filter(({ id }) => worlds.some((world) => rootOf(world, id) !== rootOf(after, id)));
  return new Set([
    ...hosts.flatMap((host) => byHost.get(host) ?? []),
    ...reissued.flatMap(({ cluster }) => [...(byCluster.get(cluster) ?? [])]),
  ]);
}
