// Clients that nobody knows yet: federation shows its hosts to every namespace, also to those that come to have clients later.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { Host, MeshId } from "../core/ids.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { laterClients } from "../findings/codes/rehearsal.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { isForEverybody } from "../plan/wave-name.ts";
import { textsAt } from "./changed-hosts.ts";
import { changesOf } from "./controllers/controller.ts";
import { serviceFor, visibility } from "./known-services.ts";
import { type Look, lookAt } from "./ways.ts";
import type { World } from "./world.ts";

/** No namespace has this name, so nothing names it. */
const later = { namespace: "(later)", labels: {} };

/** The meshes whose hosts the plan carries over for everybody: one whose last wave is "*". */
function meantForAll({ waves }: Plan, world: World): readonly Mesh[] {
  const ids = new Set<MeshId>(waves.filter(isForEverybody).map(({ importer }) => importer));
  return ids.size === 0 ? [] : world.derived().inventory.meshes.filter(({ id }) => ids.has(id));
}

/** Hosts that federation carries no more after a step, and that a namespace to come does not find otherwise. */
export function leftBehind(
  plan: Plan,
  before: World,
  look: Look,
  step: Step,
  hosts: ReadonlySet<string>,
): readonly Finding[] {
  const { world } = look;
  if (before.derived === world.derived || hosts.size === 0) return [];
  return meantForAll(plan, world).flatMap((mesh) => {
    const [was, is] = [before.derived().importsOf(mesh.id), world.derived().importsOf(mesh.id)];
    const gone = [...hosts].filter((host) => was.has(host) && !is.has(host));
    if (gone.length === 0) return [];
    const carried = new Set<string>(
      plan.routes.flatMap(({ importer, host, carry }) => (importer === mesh.id && carry.mode !== "none" ? [host] : [])),
    );
    const [earlier, now] = [lookAt(before).told(mesh), look.told(mesh)];
    const lost = gone.filter(
      (host) =>
        carried.has(host) &&
        serviceFor(earlier, later, host as Host) !== undefined &&
        serviceFor(now, later, host as Host) === undefined,
    );
    if (lost.length === 0) return [];
    return [laterClients.at([], { step: step.title, mesh: mesh.id, hosts: fewNames(sortedUnique(lost)) })];
  });
}

/**
 * Hosts that a step shows to everybody while federation carries them. Who uses them in a namespace that the plan does not know is
 * moved by it, at once or with the next resync (docs/facts.md, shift.public-entry-flips): what they have under way stays on federation.
 */
export function widelyShown(
  plan: Plan,
  before: World,
  after: World,
): readonly { readonly mesh: MeshId; readonly host: Host }[] {
  if (before.trail === after.trail) return [];
  return changesOf(before, after, "ServiceEntry.networking.istio.io").flatMap((change) => {
    if (!isForAll(change.after) || isForAll(change.before)) return [];
    const hosts = textsAt(change.after?.body ?? null, "/spec/hosts");
    return meantForAll(plan, after)
      .filter(({ cluster }) => cluster === change.cluster)
      .flatMap(({ id }) =>
        hosts
          .filter((host) => after.derived().importsOf(id).has(host))
          .map((host) => ({ mesh: id, host: host as Host })),
      );
  });
}

function isForAll(entry: KubeObject | null): boolean {
  if (entry === null) return false;
  return visibility(textsAt(entry.body, "/spec/exportTo"), "") === null;
}
