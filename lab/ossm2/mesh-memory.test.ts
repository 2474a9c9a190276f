// How an istiod of OSSM 2 goes on over time, with time and chance as inputs.
import { describe, expect, test } from "vitest";
import type { OfferedHost } from "../../src/federation/rules/offered-host.ts";
import type { RegistryService } from "../../src/federation/rules/registry-service.ts";
import { exportRows } from "./export-memory.ts";
import { importRows } from "./import-memory.ts";
import {
  advanceExports,
  advanceImports,
  type MeshMemory,
  nextMoment,
  offersOver,
  realTiming as timing,
  type Sight,
} from "./mesh-memory.ts";
import type { PeerView } from "./meshes.ts";
import type { ExportSet, ImportSet } from "./service-sets.ts";

const { resyncMs, blockMs, gapMs } = timing;
const peer: PeerView = {
  name: "west",
  namespace: "istio-system",
  uid: "uid-1",
  addresses: ["192.0.2.1"],
  servicePort: 15443,
  ingress: "ingress",
  egress: "egress",
  clientID: "west.local/ns/istio-system/sa/egress-service-account",
  trustDomain: "west.local",
  root: { configMap: "west-ca-root-cert", key: "root-cert.pem" },
};
const metadata = { name: "west", namespace: "istio-system", generation: 1, resourceVersion: "1" };
const unused = { labels: {}, annotations: {}, ownerReferences: [] };
const named = (namespace: string) => ({ type: "NameSelector", nameSelector: { namespace, name: "", alias: null } });
const exportSet: ExportSet = {
  metadata: { ...metadata, ...unused },
  spec: { exportRules: [{ ...named("a"), labelSelector: null }] },
};
const importSet = (generation: number): ImportSet => ({
  metadata: { ...metadata, ...unused, generation },
  spec: { domainSuffix: "", locality: null, importRules: [{ ...named(""), importAsLocal: false, domainSuffix: "" }] },
});
const service = (name: string, exportTo: readonly string[] = []): RegistryService => ({
  source: "Service",
  hostname: `${name}.a.svc.cluster.local`,
  name,
  namespace: "a",
  labels: {},
  ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  meshExternal: false,
  exportTo,
});
const offer = (name: string): OfferedHost => ({
  name: { name, namespace: "x", hostname: `${name}.x.svc.east-exports.local` },
  ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  portsAmbiguous: false,
  sources: [],
});
const sight = (over: Partial<Sight> = {}): Sight => ({
  run: "istiod-1",
  goesOnFrom: null,
  peers: new Map([["west", peer]]),
  exportSets: new Map([["west", exportSet]]),
  importSets: new Map([["west", importSet(1)]]),
  registry: [service("one"), service("two")],
  changed: new Set(),
  roots: new Map([["west.local", "PEM"]]),
  ...over,
});

type Offers = readonly OfferedHost[] | null;
const both = [offer("one"), offer("two")];

function turn(before: MeshMemory | null, at: number, over: Partial<Sight> = {}, offers: Offers = both): MeshMemory {
  const seen = sight(over);
  const memory = advanceExports(before, seen, at, timing, () => 0.9);
  if (memory === null) throw new Error("no istiod");
  return advanceImports(memory, seen, () => offers, at, timing);
}

const peerIn = (memory: MeshMemory) => {
  const found = memory.peers.get("west");
  if (!found) throw new Error("no peer");
  return found;
};
const imported = (memory: MeshMemory): string[] =>
  importRows(peerIn(memory).imports).map(
    ({ exportedName, localService }) => `${exportedName} ${localService.hostname}`,
  );
const exported = (memory: MeshMemory): string[] =>
  exportRows(peerIn(memory).exports).map(({ localService }) => localService.name);
const none = new Map<string, never>();
const [one, two] = ["one", "two"].map(
  (name) => `${name}.x.svc.east-exports.local ${name}.x.svc.west-imports.local`,
) as [string, string];

describe("exports", () => {
  test("follow their set at once, both ways", () => {
    const start = turn(null, 0);
    expect(exported(start)).toEqual(["one", "two"]);
    const gone = turn(start, 100, { exportSets: none });
    expect([exported(gone), offersOver(gone, "west")]).toEqual([[], []]);
    expect(exported(turn(gone, 200))).toEqual(["one", "two"]);
  });

  test("a hidden service is exported once it is touched, and stays so until istiod restarts", () => {
    const registry = [service("hidden", ["~"])];
    const start = turn(null, 0, { registry });
    expect(exported(start)).toEqual([]);
    const touched = turn(start, 1, { registry, changed: new Set(["hidden.a.svc.cluster.local"]) });
    expect(exported(turn(touched, 2 * resyncMs, { registry }))).toEqual(["hidden"]);
    expect(exported(turn(touched, 2 * resyncMs, { registry, run: "istiod-2" }))).toEqual([]);
  });
});

describe("imports", () => {
  test("hear at once what the other end takes back and offers", () => {
    const start = turn(null, 0);
    expect(imported(start)).toEqual([one, two]);
    const less = turn(start, 1000, {}, [offer("two")]);
    expect([imported(less), peerIn(less).imports.round]).toEqual([[two], peerIn(start).imports.round]);
    expect(imported(turn(less, 1001))).toEqual([two, one]);
  });

  test("follow their set at the next resync only", () => {
    const start = turn(null, 0);
    const deleted = turn(start, 1000, { importSets: none });
    expect(imported(turn(deleted, resyncMs - 1, { importSets: none }))).toEqual([one, two]);
    const rows = imported(turn(deleted, resyncMs, { importSets: none }));
    expect(rows).toEqual(["one.x.svc.east-exports.local ", "two.x.svc.east-exports.local "]);
  });

  test("a set made again with the generation that was seen last is not looked at; a changed one is, at a resync", () => {
    const gone = turn(turn(null, 0), resyncMs, { importSets: none });
    const again = turn(gone, 2 * resyncMs);
    expect(imported(again)).toEqual(["one.x.svc.east-exports.local ", "two.x.svc.east-exports.local "]);
    const changed = { importSets: new Map([["west", importSet(2)]]) };
    const heard = turn(again, 2 * resyncMs + 1, changed);
    expect(imported(heard)).toEqual(imported(again));
    expect(imported(turn(heard, 3 * resyncMs, changed))).toEqual([one, two]);
  });

  test("a restarted istiod has forgotten the generation", () => {
    const gone = turn(turn(null, 0), resyncMs, { importSets: none });
    expect(imported(turn(gone, resyncMs + 1, { run: "istiod-2" }))).toEqual([one, two]);
  });

  test("each resync is a round of its own", () => {
    const start = turn(null, 0);
    const { round } = peerIn(start).imports;
    expect(peerIn(turn(start, resyncMs - 1)).imports.round).toBe(round);
    expect(peerIn(turn(start, resyncMs)).imports.round).toBe(round + 1);
    expect(nextMoment(start)).toBe(resyncMs);
  });
});

describe("a peer that goes", () => {
  const gone = { peers: new Map<string, PeerView>() };

  test("while it exports: the worker is stuck, one export half gone, until istiod restarts", () => {
    const stuck = turn(turn(null, 0), 1000, gone);
    expect(stuck.stuck).toEqual({ peer: "west", halfRemoved: "two.a.svc.cluster.local" });
    const later = turn(stuck, 5000, { ...gone, exportSets: none });
    expect([exported(later), later.stuck]).toEqual([["one", "two"], stuck.stuck]);
    const again = turn(later, 6000, { peers: new Map([["west", { ...peer, uid: "uid-2" }]]) });
    expect([peerIn(again).view.uid, again.stuck]).toEqual(["uid-1", stuck.stuck]);
    const fresh = turn(later, 7000, { ...gone, run: "istiod-2" });
    expect([fresh.stuck, [...fresh.peers]]).toEqual([null, []]);
  });

  test("stays stuck over a restart that was the stand-in's own, and remembers generations over it", () => {
    const stuck = turn(turn(null, 0), 1000, gone);
    const next = { ...gone, run: "istiod-2", goesOnFrom: "istiod-1" };
    expect(turn(stuck, 2000, next)).toEqual({ ...stuck, run: "istiod-2" });
    // The one after it is somebody else's, though its pod says the same still.
    expect(turn(turn(stuck, 2000, next), 3000, { ...next, run: "istiod-3" }).stuck).toBeNull();
  });

  test("at the moment of its set: stuck as well", () => {
    const start = turn(null, 0);
    const noSet = turn(start, 1000, { exportSets: none });
    const { stuck } = turn(noSet, 1000 + timing.takeBackMs - 1, { ...gone, exportSets: none });
    expect(stuck).toEqual({ peer: "west", halfRemoved: null });
    // It stays so when nothing is taken back any more, and for every other peer.
    const other = new Map([["other", { ...peer, name: "other", uid: "uid-3" }]]);
    const later = turn(turn(noSet, 2000, { ...gone, exportSets: none }), 60_000, { peers: other, exportSets: none });
    expect([later.stuck, [...later.peers.keys()]]).toEqual([stuck, ["west"]]);
  });

  test("once its exports are taken back: no harm", () => {
    const noSet = turn(turn(null, 0), 1000, { exportSets: none });
    const after = turn(noSet, 1000 + timing.takeBackMs, { ...gone, exportSets: none });
    expect([after.stuck, [...after.peers]]).toEqual([null, []]);
  });

  test("its root stays until istiod restarts", () => {
    const noSet = turn(turn(null, 0), 1000, { exportSets: none });
    const bare = { ...gone, exportSets: none, roots: none };
    const after = turn(noSet, 1000 + timing.takeBackMs, bare);
    expect([...after.roots]).toEqual([["west.local", "PEM"]]);
    expect([...turn(after, 9000, { ...bare, run: "istiod-2" }).roots]).toEqual([]);
  });
});

describe("a peer whose other end is gone", () => {
  test("blocks at the next resync, for as long as it tries, and again after a gap", () => {
    const start = turn(null, 0);
    const lone = turn(start, 1000, {}, null);
    expect([lone.blocked, peerIn(lone).connection.connected, imported(lone)]).toEqual([null, false, [one, two]]);
    const blocked = turn(lone, resyncMs, {}, null);
    expect(blocked.blocked).toEqual({ peer: "west", until: resyncMs + blockMs });
    // Nothing is done meanwhile: neither its deletion, nor a changed set.
    const during = turn(blocked, resyncMs + 1, { peers: new Map(), exportSets: none }, null);
    expect(during).toEqual(blocked);
    const between = turn(blocked, resyncMs + blockMs, {}, null);
    expect([between.blocked, nextMoment(between)]).toEqual([null, resyncMs + blockMs + gapMs]);
    expect(turn(between, resyncMs + blockMs + gapMs, {}, null).blocked).not.toBe(null);
    const deleted = turn(blocked, resyncMs + blockMs, { peers: new Map(), exportSets: none }, null);
    expect(deleted.blocked).toBe(null);
  });

  test("and that goes itself before the next resync: no block", () => {
    const lone = turn(turn(null, 0, { exportSets: none }), 1000, { exportSets: none }, null);
    const after = turn(lone, 3000, { peers: new Map(), exportSets: none }, null);
    expect([after.blocked, [...after.peers]]).toEqual([null, []]);
  });

  test("and comes back: the resync succeeds at once", () => {
    const blocked = turn(turn(null, 0, {}, null), resyncMs, {}, null);
    const back = turn(blocked, resyncMs + 500);
    expect([back.blocked, imported(back), peerIn(back).connection.lastFullSync]).toEqual([
      null,
      [one, two],
      resyncMs + 500,
    ]);
  });
});

test("without an istiod nothing changes", () => {
  const start = turn(null, 0);
  expect(advanceExports(start, sight({ run: null, peers: new Map() }), 1, timing, () => 0)).toBe(start);
});
