// What every phase is made from: the stations' results, and what is derived from them once for all phases.
import type { Hash } from "../core/hash.ts";
import type { ClusterId, LinkId, MeshId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { TrustOrder } from "../core/trust-order.ts";
import type { Federation } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { CarriedRoute } from "../target/carried-routes.ts";
import type { Target } from "../target/generate-target.ts";
import type { DesiredObject } from "../target/desired-object.ts";
import type { SlotSource } from "../target/fill-slots.ts";
import type { ObjectLookup } from "./compare-existing.ts";
import type { Wave } from "./plan.ts";

export interface PlanOptions {
  readonly trust: TrustOrder;
  /** Restart proxies that would otherwise get new roots only with their next certificate. */
  readonly restartProxies: boolean;
  readonly waves: { readonly canary: string | null; readonly order: readonly string[]; readonly atMost: number };
  /** What an entry's exportTo becomes once every client is moved: everybody, as federation's own hosts, or those moved. */
  readonly exportTo: "all" | "keep";
  readonly drainTimeoutMs: number;
}

export interface PlanContext {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly carried: readonly CarriedRoute[];
  readonly target: Target;
  readonly options: PlanOptions;
  /** The target's objects of one cluster, in their order. */
  readonly desiredIn: (cluster: ClusterId) => readonly DesiredObject[];
  readonly lookup: ObjectLookup;
  readonly slotSource: SlotSource;
  readonly podsOf: (mesh: Mesh) => PodIndex;
  /** Meshes that export or import a carried route, in the order of their ids. */
  readonly exporters: readonly Mesh[];
  readonly importers: readonly Mesh[];
  readonly participants: readonly Mesh[];
  /** The meshes that a mesh shares carried routes with, in the order of their ids. */
  readonly partnersOf: (mesh: Mesh) => readonly Mesh[];
  readonly waves: readonly Wave[];
  readonly probes: readonly ProbeGroup[];
  /** The hash under which an object's template stands in the plan. */
  readonly hashOfObject: (desired: DesiredObject) => Hash;
  /** SHA-256 of a value's canonical JSON. */
  readonly hashOf: (value: Json) => Hash;
  /** Links of which every import is carried: their sets can go. */
  readonly retirableLinks: ReadonlySet<LinkId>;
  /** Meshes that are joined by links and whose peers can all go, together; each group sorted. null: trust keeps all peers. */
  readonly retirableGroups: readonly (readonly Mesh[])[] | null;
}

/** The probe group that holds every client of an importer. */
export function everyClient(importer: MeshId): string {
  return `${importer}#all`;
}

/** The probe group of an importer's hosts that join a local Service; there is none where none does. */
export function joiningClients(importer: MeshId): string {
  return `${importer}#joined`;
}

/** Every probe group that holds all clients of an importer. */
export function probesOf({ importers, probes }: PlanContext, of: readonly Mesh[] = importers): string[] {
  const groups = new Set(probes.map(({ id }) => id));
  return of.flatMap(({ id }) => [everyClient(id), joiningClients(id)]).filter((id) => groups.has(id));
}

/** Both ends' peers of every link that touches a mesh. */
export function peersAround(context: PlanContext, mesh: Mesh): ObjectRef[] {
  return context.federation.links
    .filter(({ ends, rejected }) => rejected === null && ends.some((end) => end.mesh === mesh.id))
    .flatMap(({ ends }) => ends.map(({ peer }) => peer));
}
