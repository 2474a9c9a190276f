// What one mesh's istiod remembers of federation, and how it goes on over time: its peers, a worker that is stuck, a resync that
// blocks. Time and chance are inputs.
import type { OfferedHost } from "../../src/federation/rules/offered-host.ts";
import type { RegistryService } from "../../src/federation/rules/registry-service.ts";
import { emptyExports, type ExportMemory, offersOf, withExports } from "./export-memory.ts";
import { emptyImports, hear, type ImportMemory, resync, withImportSet } from "./import-memory.ts";
import type { PeerView } from "./meshes.ts";
import type { ExportSet, ImportSet } from "./service-sets.ts";

export interface Timing {
  /** Between full resyncs; the real one's is 60 s. */
  readonly resyncMs: number;
  /** How long a resync tries to reach an end that is gone, while nothing is pushed; the real one's is two minutes. */
  readonly blockMs: number;
  /** Between two such resyncs. */
  readonly gapMs: number;
  /** How long exports that were taken back are still being told to the other end. */
  readonly takeBackMs: number;
}

export const realTiming: Timing = { resyncMs: 60_000, blockMs: 120_000, gapMs: 1_000, takeBackMs: 2_000 };

/** The real times, so many times faster. What a person's hands do is not faster: takeBackMs stays. */
export function fasterTiming(times: number): Timing {
  const { resyncMs, blockMs, gapMs, takeBackMs } = realTiming;
  return { resyncMs: resyncMs / times, blockMs: blockMs / times, gapMs, takeBackMs };
}

export interface Connection {
  readonly connected: boolean;
  readonly lastConnected: number | null;
  readonly lastDisconnect: number | null;
  readonly lastEvent: number | null;
  readonly lastFullSync: number | null;
}

export interface PeerMemory {
  readonly view: PeerView;
  readonly exports: ExportMemory;
  readonly imports: ImportMemory;
  readonly nextResync: number;
  readonly connection: Connection;
}

/** The worker for peers waits for itself, until istiod restarts. */
export interface Stuck {
  readonly peer: string;
  /** The exporter's host of the export that was being taken back: half of it is gone. */
  readonly halfRemoved: string | null;
}

/** A resync that tries to reach an end that is gone; meanwhile nothing is pushed, and nothing else is done. */
export interface Blocked {
  readonly peer: string;
  readonly until: number;
}

export interface MeshMemory {
  /** The istiod that remembers this: a restart begins anew. */
  readonly run: string;
  readonly peers: ReadonlyMap<string, PeerMemory>;
  readonly stuck: Stuck | null;
  readonly blocked: Blocked | null;
  /**
   * Roots of other meshes by trust domain. A root stays until istiod restarts, whatever becomes of its peer: a deletion forgets
   * the domain first (Maistra 2.5, pkg/servicemesh/federation/discovery/controller.go, delete).
   */
  readonly roots: ReadonlyMap<string, string>;
}

/** What istiod sees of its own cluster. */
export interface Sight {
  /** Names the running istiod; null: none runs. */
  readonly run: string | null;
  /** The istiod that this one replaced only because the stand-in had to restart it: the real one would have run on. */
  readonly goesOnFrom: string | null;
  readonly peers: ReadonlyMap<string, PeerView>;
  readonly exportSets: ReadonlyMap<string, ExportSet>;
  readonly importSets: ReadonlyMap<string, ImportSet>;
  readonly registry: readonly RegistryService[];
  /** Hosts of services that were made or changed since the last look. */
  readonly changed: ReadonlySet<string>;
  /** Other meshes' roots, as the ConfigMaps of the peers hold them, by trust domain; not the mesh's own. */
  readonly roots: ReadonlyMap<string, string>;
}

export function newMemory(run: string): MeshMemory {
  return { run, peers: new Map(), stuck: null, blocked: null, roots: new Map() };
}

/** The half that needs nobody else: peers come and go, exports follow their sets. */
export function advanceExports(
  before: MeshMemory | null,
  sight: Sight,
  now: number,
  timing: Timing,
  chance: () => number,
): MeshMemory | null {
  // Proxies keep what they have while no istiod runs.
  if (sight.run === null) return before;
  const isSame = before !== null && (before.run === sight.run || before.run === sight.goesOnFrom);
  const memory = isSame ? { ...before, run: sight.run } : newMemory(sight.run);
  if (memory.blocked !== null && now < memory.blocked.until) return memory;
  const { peers, stuck } = withPeers(memory, sight, now, timing, chance);
  const exporting = new Map(
    [...peers].map(([name, peer]) => {
      if (stuck?.peer === name) return [name, peer];
      const set = sight.exportSets.get(name) ?? null;
      return [name, { ...peer, exports: withExports(peer.exports, set, sight.registry, sight.changed, now) }];
    }),
  );
  const roots = stuck === null ? new Map([...memory.roots, ...sight.roots]) : memory.roots;
  return { ...memory, peers: exporting, stuck, roots };
}

/**
 * The half that needs the other ends: null stands for one that is gone or cannot be reached. The first look at a peer, and every
 * interval after it, is a full resync; between them only what the other end tells counts.
 */
export function advanceImports(
  memory: MeshMemory,
  sight: Pick<Sight, "importSets">,
  offersFor: (peer: PeerView) => readonly OfferedHost[] | null,
  now: number,
  timing: Timing,
): MeshMemory {
  const peers = new Map<string, PeerMemory>();
  let blocked = memory.blocked;
  const blocking = blocked && memory.peers.get(blocked.peer);
  if (blocked !== null && (!blocking || offersFor(blocking.view) !== null)) blocked = null;
  if (blocked !== null && now < blocked.until) return memory;
  blocked = null;
  for (const [name, peer] of memory.peers) {
    const imports = withImportSet(peer.imports, sight.importSets.get(name) ?? null);
    const offers = offersFor(peer.view);
    const next = advancePeer({ ...peer, imports }, offers, now, timing);
    if (next === "blocks") blocked ??= { peer: name, until: now + timing.blockMs };
    const after = { ...disconnected({ ...peer, imports }, now), nextResync: now + timing.blockMs + timing.gapMs };
    peers.set(name, next === "blocks" ? after : next);
  }
  return { ...memory, peers, blocked };
}

function advancePeer(
  peer: PeerMemory,
  offers: readonly OfferedHost[] | null,
  now: number,
  timing: Timing,
): PeerMemory | "blocks" {
  const isDue = now >= peer.nextResync;
  if (offers === null) return isDue ? "blocks" : disconnected(peer, now);
  const connection = connected(peer.connection, now);
  const comesBack = connection !== peer.connection;
  if (isDue || comesBack) {
    const imports = resync(peer.imports, offers);
    return { ...peer, imports, nextResync: now + timing.resyncMs, connection: { ...connection, lastFullSync: now } };
  }
  const imports = hear(peer.imports, offers);
  return imports === peer.imports ? peer : { ...peer, imports, connection: { ...connection, lastEvent: now } };
}

function connected(connection: Connection, now: number): Connection {
  return connection.connected ? connection : { ...connection, connected: true, lastConnected: now };
}

function disconnected(peer: PeerMemory, now: number): PeerMemory {
  if (!peer.connection.connected) return peer;
  return { ...peer, connection: { ...peer.connection, connected: false, lastDisconnect: now } };
}

/**
 * A peer that goes while it still exports something, or while exports are still being taken back, leaves the worker waiting for
 * itself; one export, whichever, is then half gone, and no peer is looked at any more (observed on two istiods of Maistra 2.5).
 */
function withPeers(
  memory: MeshMemory,
  { peers: wanted }: Sight,
  now: number,
  timing: Timing,
  chance: () => number,
): Pick<MeshMemory, "peers" | "stuck"> {
  if (memory.stuck !== null) return memory;
  const peers = new Map(memory.peers);
  for (const [name, peer] of memory.peers) {
    if (wanted.get(name)?.uid === peer.view.uid) continue;
    const { active, takenBackAt } = peer.exports;
    const isTakingBack = takenBackAt !== null && now - takenBackAt < timing.takeBackMs;
    if (active.length > 0 || isTakingBack) {
      const chosen = active[Math.min(Math.floor(chance() * active.length), active.length - 1)];
      return { peers, stuck: { peer: name, halfRemoved: chosen?.service.hostname ?? null } };
    }
    peers.delete(name);
  }
  for (const [name, view] of wanted) {
    const known = peers.get(name);
    peers.set(name, known ? { ...known, view } : newPeer(view, now, now + timing.resyncMs));
  }
  return { peers, stuck: null };
}

function newPeer(view: PeerView, now: number, nextResync: number): PeerMemory {
  return {
    view,
    exports: emptyExports(view.name, view.namespace, view.ingress),
    // No two istiods number their rounds alike.
    imports: { ...emptyImports(view.name, view.namespace), round: Math.floor(now / 1000) },
    nextResync,
    connection: { connected: false, lastConnected: null, lastDisconnect: null, lastEvent: null, lastFullSync: null },
  };
}

/** What a mesh offers over a peer; null: it does not know the peer. */
export function offersOver(memory: MeshMemory, peer: string): readonly OfferedHost[] | null {
  const known = memory.peers.get(peer);
  return known ? offersOf(known.exports) : null;
}

/** When something happens next by itself. */
export function nextMoment({ peers, blocked }: MeshMemory): number {
  const ends = blocked === null ? [] : [blocked.until];
  return Math.min(...ends, ...[...peers.values()].map(({ nextResync }) => nextResync));
}
