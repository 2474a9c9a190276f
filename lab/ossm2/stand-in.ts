// The OSSM 2 stand-in: one loop over all meshes of a lab that turns what is asked for into plain Istio resources, as the real
// operator and istiod would, and at the times at which they would.
import { sortedBy } from "../../src/core/order.ts";
import type { Manifest } from "../api/live-object.ts";
import { ClusterStore } from "./cluster-store.ts";
import { exportObjects } from "./export-objects.ts";
import { exportRows } from "./export-memory.ts";
import { importObjects, type ImportPlace } from "./import-objects.ts";
import { importRows } from "./import-memory.ts";
import { keepStatus, keyOf, type Log, ObjectKeeper } from "./keep-objects.ts";
import { isStandIn, operatorOwner, standInOwner } from "./marks.ts";
import {
  advanceExports,
  advanceImports,
  type MeshMemory,
  nextMoment,
  offersOver,
  type PeerMemory,
  type Timing,
} from "./mesh-memory.ts";
import { type End, identityOf, otherEnd, type PeerView } from "./meshes.ts";
import { operate } from "./operator.ts";
import type { PushGate } from "./push-gate.ts";
import { textAt } from "./read-fields.ts";
import { ofService } from "./registry.ts";
import { gatewayAddresses, gatewayLabels, ingressAddresses, type MeshSight, sightOf } from "./sight.ts";
import { peerStatus } from "./statuses.ts";

export interface StandInOptions {
  readonly clusters: readonly { readonly name: string; readonly kubeconfig: string }[];
  readonly timing: Timing;
  readonly log: Log;
  /** By cluster: what keeps its istiod from pushing. Without one a resync that blocks is only logged. */
  readonly gates?: ReadonlyMap<string, PushGate>;
  readonly chance?: () => number;
}

export interface StandIn {
  /** What it made stays; istiods push again. */
  readonly stop: () => Promise<void>;
}

interface MeshNow extends MeshSight {
  readonly key: string;
  readonly memory: MeshMemory | null;
}

interface FarEnd extends End {
  readonly now: MeshNow;
}

/** Starts the loop; it goes on until stopped. A turn that fails is logged and tried again. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const loop = new Loop(options);
  await loop.open();
  return { stop: () => loop.close() };
}

const settleMs = 50;
const retryMs = 1000;

class Loop {
  readonly #options: StandInOptions;
  readonly #memories = new Map<string, MeshMemory | null>();
  readonly #changed = new Map<string, Set<string>>();
  readonly #shut = new Map<string, boolean>();
  /** Of other meshes' ingress gateways, by the uid of the peer: an end that is gone is not forgotten. */
  readonly #identities = new Map<string, string>();
  #clusters: { readonly store: ClusterStore; readonly memory: ObjectKeeper; readonly operator: ObjectKeeper }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #due = Number.POSITIVE_INFINITY;
  #turning: Promise<void> | null = null;
  #stopped = false;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { log } = this.#options;
    const stores = await Promise.all(
      this.#options.clusters.map(({ name, kubeconfig }) =>
        ClusterStore.open(
          name,
          kubeconfig,
          (store, object, type) => {
            const isService = object.kind === "Service" || object.kind === "ServiceEntry";
            if (isService && type !== "DELETED" && !isStandIn(object)) this.#touch(store.name, object);
            this.#wake(settleMs);
          },
          (error) => log("watch failed", { cluster: name, error: String(error) }),
        ),
      ),
    );
    this.#clusters = stores.map((store) => {
      const logOf: Log = (event, facts) => log(event, { cluster: store.name, ...facts });
      return {
        store,
        memory: new ObjectKeeper(store, standInOwner, logOf),
        operator: new ObjectKeeper(store, operatorOwner, logOf),
      };
    });
    this.#wake(0);
  }

  async close(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#turning;
    // Nobody would open them.
    await Promise.all(
      [...(this.#options.gates?.values() ?? [])].map(async (gate) => gate.setShut(false).catch(() => {})),
    );
    await Promise.all(this.#clusters.map(({ store }) => store.close()));
  }

  #touch(cluster: string, object: Parameters<typeof ofService>[0]): void {
    const hosts = this.#changed.get(cluster) ?? new Set<string>();
    if (object.kind === "Service") hosts.add(ofService(object).hostname);
    this.#changed.set(cluster, hosts);
  }

  #wake(inMs: number): void {
    const due = Date.now() + inMs;
    if (this.#stopped || due >= this.#due) return;
    this.#due = due;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), inMs);
  }

  async #run(): Promise<void> {
    if (this.#turning) {
      this.#due = Number.POSITIVE_INFINITY;
      return this.#turning.then(() => this.#wake(0));
    }
    this.#due = Number.POSITIVE_INFINITY;
    this.#turning = this.#turn()
      .catch((error: unknown) => {
        this.#options.log("turn failed", {
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        this.#wake(retryMs);
      })
      .finally(() => {
        this.#turning = null;
      });
    return this.#turning;
  }

  async #turn(): Promise<void> {
    const now = Date.now();
    const meshes = this.#look(now);
    const { log } = this.#options;
    for (const mesh of meshes) {
      const cluster = this.#clusters.find(({ store }) => store === mesh.store);
      if (cluster) await operate(mesh, mesh.memory?.roots ?? new Map(), cluster.operator, this.#gateOf(mesh), now, log);
    }
    const ends = endsOf(meshes);
    const wanted = new Map(this.#clusters.map(({ store }) => [store.name, [] as Manifest[]]));
    for (const mesh of meshes) wanted.get(mesh.store.name)?.push(...objectsOf(mesh, ends, this.#identities));
    // What a gateway serves comes before what is sent to it, and goes after it.
    await Promise.all(this.#clusters.map(({ store, memory }) => memory.write(wanted.get(store.name) ?? [], rankOf)));
    await Promise.all(
      this.#clusters.map(async ({ store, memory, operator }) => {
        if (memory.refusedForNow || operator.refusedForNow) this.#wake(retryMs);
        if (meshes.some((mesh) => mesh.store === store && mesh.memory === null)) return;
        // Imports that a resync makes anew would be gone until istiod checks objects again.
        if (memory.refusedForNow) return;
        const keys = new Set((wanted.get(store.name) ?? []).map(keyOf));
        const left = (["ServiceEntry", "VirtualService", "Gateway", "AuthorizationPolicy"] as const)
          .flatMap((kind) => store.all(kind))
          .filter((object) => isStandIn(object) && !keys.has(keyOf(object)));
        await memory.remove(left.filter((object) => rankOf(object) > 0));
        await memory.remove(left.filter((object) => rankOf(object) === 0));
      }),
    );
    for (const mesh of meshes) {
      await this.#report(mesh, ends);
      await this.#keepGate(mesh);
    }
    const next = Math.min(...meshes.map(({ memory }) => (memory ? nextMoment(memory) : Number.POSITIVE_INFINITY)));
    if (Number.isFinite(next)) this.#wake(Math.max(0, next - Date.now()));
  }

  /** Looks at every mesh and lets its memory go on: first what each exports, then what each hears of the others. */
  #look(now: number): MeshNow[] {
    const { timing, chance = Math.random, log } = this.#options;
    const sights = this.#clusters.flatMap(({ store }) => {
      const changed = this.#changed.get(store.name) ?? new Set();
      this.#changed.set(store.name, new Set());
      return sortedBy(store.all("ServiceMeshControlPlane"), ({ metadata }) => metadata.name).map((object) => {
        const key = `${store.name}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
        const before = this.#memories.get(key) ?? null;
        const sight = sightOf(store, object, before?.run ?? null, changed);
        return { ...sight, key, memory: advanceExports(before, sight, now, timing, chance) };
      });
    });
    const ends = endsOf(sights);
    const meshes = sights.map((sight): MeshNow => {
      const { memory } = sight;
      if (memory === null) return sight;
      const offersFor = (peer: PeerView) => {
        const far = reachable(sight, peer, ends);
        return far?.now.memory ? offersOver(far.now.memory, far.peer.name) : null;
      };
      return { ...sight, memory: advanceImports(memory, sight, offersFor, now, timing) };
    });
    for (const key of this.#memories.keys()) if (!meshes.some((mesh) => mesh.key === key)) this.#memories.delete(key);
    for (const { key, memory, goesOnFrom } of meshes) {
      const before = this.#memories.get(key) ?? null;
      for (const [peer, { imports }] of memory?.peers ?? [])
        if (imports.round !== before?.peers.get(peer)?.imports.round) log("resynced", { mesh: key, peer });
      if (memory?.stuck && !before?.stuck) log("peer worker stuck", { mesh: key, ...memory.stuck });
      if (memory?.blocked && !before?.blocked) log("resync blocks", { mesh: key, ...memory.blocked });
      if (!memory?.blocked && before?.blocked) log("resync no longer blocks", { mesh: key });
      if (memory && memory.run !== before?.run) {
        const goesOn = before !== null && goesOnFrom === before.run;
        log(goesOn ? "istiod goes on" : "istiod began anew", { mesh: key, run: memory.run });
      }
      this.#memories.set(key, memory);
    }
    return meshes;
  }

  /** An istiod that is blocked or stuck writes no status of a peer any more. */
  async #report(mesh: MeshNow, ends: readonly FarEnd[]): Promise<void> {
    const { store, memory, istiod } = mesh;
    const { namespace } = mesh.mesh;
    if (memory === null || istiod === null || memory.blocked !== null) return;
    const log: Log = (event, facts) => this.#options.log(event, { cluster: store.name, ...facts });
    for (const [name, peer] of memory.peers) {
      const object = store.get("ServiceMeshPeer", namespace, name);
      if (object && memory.stuck === null) {
        const far = reachable(mesh, peer.view, ends);
        const there = far?.now.memory?.peers.get(far.peer.name);
        const source = textAt(far?.now.istiod ?? {}, "/status/podIP");
        const remote = there && source !== "" ? { source, connection: there.connection } : null;
        const status = peerStatus({ pod: istiod.metadata.name, watch: peer.connection, remote });
        await keepStatus(store, object, status, log);
      }
      const exported = store.get("ExportedServiceSet", namespace, name);
      if (exported) await keepStatus(store, exported, { exportedServices: exportRows(peer.exports) }, log);
      const imported = store.get("ImportedServiceSet", namespace, name);
      if (imported) await keepStatus(store, imported, { importedServices: importRows(peer.imports) }, log);
    }
  }

  #gateOf({ store }: MeshNow): PushGate | null {
    return this.#options.gates?.get(store.name) ?? null;
  }

  async #keepGate(mesh: MeshNow): Promise<void> {
    const isShut = (mesh.memory?.blocked ?? null) !== null;
    if (this.#shut.get(mesh.key) === isShut) return;
    await this.#gateOf(mesh)?.setShut(isShut);
    this.#shut.set(mesh.key, isShut);
  }
}

function endsOf(meshes: readonly MeshNow[]): FarEnd[] {
  return meshes.flatMap((now) =>
    [...(now.memory?.peers.values() ?? [])].map(({ view }) => ({
      now,
      mesh: now.mesh,
      peer: view,
      addresses: now.run === null ? [] : ingressAddresses(now.store, view.namespace, view.ingress),
    })),
  );
}

/** The other end of the peer, when this mesh's egress gateway can reach it. */
function reachable(near: MeshNow, peer: PeerView, ends: readonly FarEnd[]): FarEnd | undefined {
  if (gatewayAddresses(near.store, peer.namespace, peer.egress).length === 0) return undefined;
  return otherEnd(near.mesh, peer, ends);
}

function objectsOf(near: MeshNow, ends: readonly FarEnd[], identities: Map<string, string>): Manifest[] {
  const { memory, store } = near;
  if (memory === null) return [];
  const place = {
    namespaces: new Set(store.all("Namespace").map(({ metadata }) => metadata.name)),
    serviceAddresses: new Map(
      store.all("Service").map((service) => [ofService(service).hostname, textAt(service, "/spec/clusterIP")]),
    ),
  };
  return sortedBy(memory.peers, ([name]) => name).flatMap(([, peer], index) => {
    const far = otherEnd(near.mesh, peer.view, ends);
    if (far) identities.set(peer.view.uid, `spiffe://${identityOf(far.mesh, far.peer.ingress)}`);
    const half = memory.stuck?.peer === peer.view.name ? memory.stuck.halfRemoved : null;
    return [
      ...exportObjects(peer.view, peer.exports.active, half),
      ...importObjects(peer.imports, importPlace(near, peer, index, identities, place)),
    ];
  });
}

function importPlace(
  near: MeshNow,
  { view }: PeerMemory,
  peerIndex: number,
  identities: ReadonlyMap<string, string>,
  place: Pick<ImportPlace, "namespaces" | "serviceAddresses">,
): ImportPlace {
  return {
    ...place,
    peer: view,
    peerIndex,
    network: near.mesh.network,
    egressAddresses: gatewayAddresses(near.store, view.namespace, view.egress),
    egressLabels: gatewayLabels(near.store, view.namespace, view.egress),
    egressIdentity: `spiffe://${identityOf(near.mesh, view.egress)}`,
    farIngressIdentity: identities.get(view.uid) ?? null,
  };
}

/** 0: what a gateway needs; 1: what sends clients to it. */
function rankOf(object: Manifest): number {
  return object.kind === "ServiceEntry" && !textAt(object, "/metadata/name").endsWith(".remote") ? 1 : 0;
}
