// Worlds in which pairs fare as in one that was looked at already, seen without looking at the pairs.
import { equalJson, isJsonObject, type JsonObject } from "../core/json.ts";
import { kindKey, type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Step } from "../plan/plan.ts";
import { visibility } from "./known-services.ts";
import { passTime } from "./pass-time.ts";
import { objectAt, type World } from "./world.ts";

/** Kinds that no modelled controller acts on. */
const plainKinds: ReadonlySet<string> = new Set([
  "AuthorizationPolicy.security.istio.io",
  "DestinationRule.networking.istio.io",
  "ServiceEntry.networking.istio.io",
  "WorkloadEntry.networking.istio.io",
]);

const services: ReadonlySet<string> = new Set(["Service", "ServiceEntry.networking.istio.io"]);

/**
 * Whether the undo of a step surely leads back to `before`: it has written one object that nothing else has followed from, and puts it
 * back as it was.
 */
export function leadsBack(before: World, after: World, { action, undo }: Pick<Step, "action" | "undo">): boolean {
  return (
    action.do === "apply" &&
    undo.how === "restore" &&
    undo.also.length === 0 &&
    plainKinds.has(kindKey(action.ref)) &&
    after.derived === before.derived &&
    after.meshes === before.meshes &&
    after.proxies === before.proxies
  );
}

/**
 * Whether `back`, which came out of `before`, has come back to it: every object and every memory is what it was. A generation that counts
 * on does not matter to requests; federation goes by that of import sets (world.ts, HeldSet).
 */
export function isBackAt(before: World, back: World): boolean {
  if (back.meshes !== before.meshes || back.proxies.groups !== before.proxies.groups) return false;
  for (let at = back.trail; at !== before.trail; at = at.earlier) {
    if (at === null) return false;
    const key = refKey(at.ref);
    if (!isAsBefore(objectAt(before, at.ref), objectAt(back, at.ref))) return false;
    // What was deleted and made again is younger than it was, which only services are asked for (known-services.ts).
    if (services.has(kindKey(at.ref)) && back.made.get(key) !== before.made.get(key)) return false;
    if (back.proxies.groupOf.get(key) !== before.proxies.groupOf.get(key)) return false;
  }
  return true;
}

function isAsBefore(before: KubeObject | undefined, back: KubeObject | undefined): boolean {
  if (before === back) return true;
  if (!before || !back || before.ref.kind === "ImportedServiceSet") return false;
  return equalJson(withoutGeneration(before.body), withoutGeneration(back.body));
}

function withoutGeneration({ metadata, ...body }: JsonObject): JsonObject {
  if (!isJsonObject(metadata)) return body;
  const { generation: _, ...rest } = metadata;
  return { ...body, metadata: rest };
}

/**
 * Of these hosts those that may fare differently some time after `world`; null: any may. Where time only makes federation's services
 * anew, what differs is who is the older of two services of one host.
 */
export function hostsMovedByTime(world: World, hosts: Iterable<string>): ReadonlySet<string> | null {
  const { derived, meshes, proxies } = world;
  const isAsItWas = world.readings.keep("some time later", [derived, meshes, proxies.groups], () => {
    const later = passTime(world);
    const isFree = [...meshes].every(([id, { frozen }]) => frozen === (later.meshes.get(id)?.frozen ?? null));
    return isFree && later.derived === derived && later.proxies === proxies;
  });
  return isAsItWas ? new Set([...hosts].filter((host) => isOvertaken(world, host))) : null;
}

/**
 * Whether another service of the host is as young as some mesh's imports of it, or younger: after a resync it comes before them. One that
 * is shown to named namespaces alone does so at any age (known-services.ts, serviceFor).
 */
function isOvertaken(world: World, host: string): boolean {
  const derived = world.derived();
  return derived.inventory.meshes.some((mesh) => {
    if (!derived.importsOf(mesh.id).has(host)) return false;
    const imported = world.meshes.get(mesh.id)?.importsMade ?? 0;
    const entries = world.clusters.get(mesh.cluster)?.entriesByHost.get(host) ?? [];
    const service = kubernetesService(mesh, host);
    return [...entries.filter(isShownToAll).map(({ ref }) => ref), ...(service ? [service] : [])].some(
      (ref) => (world.made.get(refKey(ref)) ?? 0) >= imported,
    );
  });
}

function isShownToAll({ ref, view }: Typed<"ServiceEntry.networking.istio.io">): boolean {
  return visibility(view.spec.exportTo, ref.namespace ?? "") === null;
}

/** The Service of this host, if there is one; what was there at the start is older than any import. */
function kubernetesService({ cluster, clusterDomain }: Mesh, host: string): ObjectRef | null {
  const suffix = `.svc.${clusterDomain}`;
  if (!host.endsWith(suffix)) return null;
  const [name = "", namespace = ""] = host.slice(0, -suffix.length).split(".");
  return { cluster, group: "", kind: "Service", namespace, name };
}
