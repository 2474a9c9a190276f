// What the model cannot know, or a run has not looked at yet: a plan has to have seen it before it goes on. It is kept beside the world.
import type { Condition } from "../conditions/condition.ts";
import { partsOf } from "../conditions/judge.ts";
import { partnersIn } from "../conditions/pairs.ts";
import type { PlanIndex } from "../conditions/planned.ts";
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import { equalRef, type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { Path, Reached } from "../dataplane/reached.ts";
import { pathNotSeen, peersUnproven, waveUnseen } from "../findings/codes/rehearsal.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { Dependents } from "./affected.ts";
import type { ClientClass, PairOfClass } from "./classes.ts";
import { changedKinds, changesOf } from "./controllers/controller.ts";
import type { World } from "./world.ts";

interface GonePeer {
  readonly ref: ObjectRef;
  /** The title of the step that took it away. */
  readonly by: string;
  readonly istiod: ObjectRef;
  /** Whether its istiod has been started anew since. */
  isFresh: boolean;
}

interface Untried {
  /** The step that moved them. */
  readonly by: Pick<Step, "id" | "title">;
  /** The namespaces of the clients that nobody has tried: a class may lie in several, and be tried from one. */
  readonly namespaces: ReadonlySet<string>;
}

/** Where the clients of a class are; the same for all pairs of it. */
interface Places {
  /** Sorted. */
  readonly namespaces: ReadonlySet<string>;
  /** "MESH|NUMBER" of the wave with which each namespace's clients move. */
  readonly waveOf: ReadonlyMap<string, string>;
  readonly waves: ReadonlySet<string>;
}

const nowhere: Places = { namespaces: new Set(), waveOf: new Map(), waves: new Set() };

/** What a run through a plan has seen so far, and what it still owes. */
export interface NotYetSeen {
  readonly plan: Plan;
  readonly index: PlanIndex;
  readonly pairs: readonly PairOfClass[];
  readonly dependents: Dependents;
  /** Where each pair's clients are. */
  readonly places: readonly Places[];
  /** "MESH|NAMESPACE|CLUSTER": the clients there can open connections to the east-west gateways of a cluster. */
  readonly opened: Set<string>;
  /** Pairs that go through a gateway of the plan. */
  readonly moved: Set<number>;
  /** Of these, those that nobody has tried since they do. */
  readonly untried: Map<number, Untried>;
  /** The same pairs by mesh and by the waves ("MESH|NUMBER") of their namespaces: most steps move more of the wave that was moved last. */
  readonly untriedIn: Map<string, Map<string, Set<number>>>;
  /** Peers that are gone, and no fresh client was seen to get through since; by refKey. */
  readonly peers: Map<string, GonePeer>;
}

export function nothingSeen(
  of: Pick<NotYetSeen, "plan" | "index" | "pairs" | "dependents">,
  table: readonly Reached[],
  start: readonly number[],
): NotYetSeen {
  const waves = new Map<string, string>();
  for (const { importer, namespaces, number } of of.plan.waves)
    for (const namespace of namespaces) {
      const place = `${importer}|${namespace}`;
      if (!waves.has(place)) waves.set(place, `${importer}|${number}`);
    }
  const seen: NotYetSeen = {
    ...of,
    places: of.pairs.map(({ of: its }) => its.kept("places", "", null, () => placesOfClass(its, waves))),
    opened: new Set(),
    moved: new Set(),
    untried: new Map(),
    untriedIn: new Map(),
    peers: new Map(),
  };
  // Clients that go this way before the first step are there already.
  for (const pair of of.pairs.keys())
    if (gatewaysOn(seen, pair, table[start[pair] ?? -1]).length > 0) seen.moved.add(pair);
  return seen;
}

function placesOfClass({ mesh, clients }: ClientClass, waves: ReadonlyMap<string, string>): Places {
  const namespaces = sortedUnique(clients.map(({ namespace }) => namespace));
  const waveOf = new Map(namespaces.map((name) => [name, waves.get(`${mesh}|${name}`) ?? `${mesh}|`]));
  return { namespaces: new Set(namespaces), waveOf, waves: new Set(waveOf.values()) };
}

/** A condition holds: what it looks at has been seen. */
export function haveSeen(seen: NotYetSeen, condition: Condition): void {
  const { index, opened, untried, peers, pairs } = seen;
  for (const part of partsOf(condition)) {
    if (part.kind !== "egress-open" && part.kind !== "reachable") continue;
    const group = index.probes.get(part.probes);
    if (!group) continue;
    const places = placesOf(seen, group);
    if (part.kind === "egress-open") {
      const clusters = partnersIn(group, index).map(({ exporter }) => exporter.istiod.cluster);
      for (const place of places) for (const cluster of clusters) opened.add(`${place}|${cluster}`);
      continue;
    }
    const hosts = new Set<string>(group.routes.flatMap((id) => index.routes.get(id)?.host ?? []));
    for (const [at, { by, namespaces }] of [...untried]) {
      const each = pairs[at];
      if (!each || !hosts.has(each.pair.host)) continue;
      const left = new Set([...namespaces].filter((namespace) => !places.has(`${each.pair.mesh}|${namespace}`)));
      if (left.size < namespaces.size) setUntried(seen, at, left.size === 0 ? null : { by, namespaces: left });
    }
    if (part.fresh) for (const [key, { isFresh }] of [...peers]) if (isFresh) peers.delete(key);
  }
}

/** "MESH|NAMESPACE" of each client. */
function placesOf({ dependents: { classOf } }: NotYetSeen, { clients }: ProbeGroup): ReadonlySet<string> {
  return new Set(
    clients.flatMap((client) => {
      const its = classOf.get(refKey(client));
      return its ? [`${its.mesh}|${client.namespace ?? ""}`] : [];
    }),
  );
}

/** The step has led to these outcomes: who goes through the plan's gateways now, and did not before. */
export function moves(
  seen: NotYetSeen,
  step: Pick<Step, "id" | "title">,
  outcomes: ReadonlyMap<number, number>,
  table: readonly Reached[],
): readonly Finding[] {
  const { pairs, moved, opened } = seen;
  const found: Finding[] = [];
  const unseen = new Map<string, { readonly gateway: ObjectRef; readonly clients: string[] }>();
  const fresh: number[] = [];
  for (const [at, outcome] of outcomes) {
    if (moved.has(at)) continue;
    const each = pairs[at];
    const gateways = gatewaysOn(seen, at, table[outcome]);
    if (!each || gateways.length === 0) continue;
    moved.add(at);
    fresh.push(at);
    for (const gateway of gateways) {
      const shut = [...namespacesOf(seen, at)].filter(
        (name) => !opened.has(`${each.pair.mesh}|${name}|${gateway.cluster}`),
      );
      if (shut.length === 0) continue;
      // Said once of each namespace and cluster.
      for (const name of shut) opened.add(`${each.pair.mesh}|${name}|${gateway.cluster}`);
      const known = unseen.get(refKey(gateway)) ?? { gateway, clients: [] };
      known.clients.push(...clientsText(each, new Set(shut)));
      unseen.set(refKey(gateway), known);
    }
  }
  for (const { gateway, clients } of unseen.values())
    found.push(
      pathNotSeen.at([gateway], {
        step: step.title,
        clients: fewNames(sortedUnique(clients)),
        gateway: refText(gateway),
      }),
    );
  const overtaken = overtakenBy(seen, step, fresh);
  const [first] = overtaken;
  if (first) {
    const clients = fewNames(
      sortedUnique(overtaken.flatMap(({ at, namespaces }) => clientsText(pairs[at], namespaces))),
    );
    found.push(waveUnseen.at([], { step: step.title, earlier: first.by.title, clients }));
    for (const { at } of overtaken) setUntried(seen, at, null);
  }
  for (const at of fresh) setUntried(seen, at, { by: step, namespaces: namespacesOf(seen, at) });
  return found;
}

/** Notes whom of a pair nobody has tried; null: there is nobody. */
function setUntried(seen: NotYetSeen, at: number, untried: Untried | null): void {
  const byWave = seen.untriedIn.get(meshOf(seen, at)) ?? new Map<string, Set<number>>();
  seen.untriedIn.set(meshOf(seen, at), byWave);
  for (const wave of wavesOf(seen, at, seen.untried.get(at))) byWave.get(wave)?.delete(at);
  if (untried === null) {
    seen.untried.delete(at);
    return;
  }
  seen.untried.set(at, untried);
  for (const wave of wavesOf(seen, at, untried)) {
    const known = byWave.get(wave) ?? new Set();
    byWave.set(wave, known.add(at));
  }
}

function wavesOf({ places }: NotYetSeen, at: number, untried: Untried | undefined): ReadonlySet<string> {
  const { namespaces, waveOf, waves } = places[at] ?? nowhere;
  if (untried?.namespaces === namespaces) return waves;
  return new Set([...(untried?.namespaces ?? [])].map((name) => waveOf.get(name) ?? ""));
}

/** Clients of earlier waves that nobody has tried when a step moves those of another. */
function overtakenBy(
  seen: NotYetSeen,
  step: Pick<Step, "id">,
  fresh: readonly number[],
): readonly (Untried & { readonly at: number })[] {
  const { untried, untriedIn, places } = seen;
  const waves = new Set(fresh.flatMap((at) => [...(places[at] ?? nowhere).waves]));
  const meshes = new Set(fresh.map((at) => meshOf(seen, at)));
  const earlier = [...meshes].flatMap((mesh) =>
    [...(untriedIn.get(mesh) ?? [])].flatMap(([wave, its]) => (waves.has(wave) ? [] : [...its])),
  );
  return [...new Set(earlier)].flatMap((at) => {
    const each = untried.get(at);
    if (!each || each.by.id === step.id) return [];
    const { waveOf } = places[at] ?? nowhere;
    const left = [...each.namespaces].filter((name) => !waves.has(waveOf.get(name) ?? ""));
    return [{ at, by: each.by, namespaces: new Set(left) }];
  });
}

function meshOf({ pairs }: NotYetSeen, at: number): string {
  return pairs[at]?.pair.mesh ?? "";
}

function namespacesOf({ places }: NotYetSeen, at: number): ReadonlySet<string> {
  return (places[at] ?? nowhere).namespaces;
}

function clientsText(each: PairOfClass | undefined, among: ReadonlySet<string>): readonly string[] {
  const clients = each?.pair.clients.filter(({ namespace }) => among.has(namespace)) ?? [];
  return clients.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount} of ${each?.pair.mesh ?? ""}`);
}

const throughGateways: ReadonlySet<Path | "mixed" | "none"> = new Set(["east-west", "mixed"]);

/** The plan's own gateways on a pair's ways. */
function gatewaysOn(
  { dependents, index }: NotYetSeen,
  pair: number,
  outcome: Reached | undefined,
): readonly ObjectRef[] {
  if (!outcome || !throughGateways.has(outcome.path)) return [];
  return [...(dependents.workloadsOf[pair] ?? [])].flatMap(([key, workload]) =>
    index.gateways.has(key) ? [workload] : [],
  );
}

const peerKind = "ServiceMeshPeer.federation.maistra.io";
/** What a peer needs to come back. */
const leftOfPeers: readonly string[] = ["ConfigMap", "ServiceMeshControlPlane.maistra.io"];

/**
 * Running proxies keep what they trusted because of a peer, and istiod what it was told (docs/facts.md, retire.fresh-proxies,
 * retire.last-peer-frees-roots): only a fresh client, with the istiods started anew, shows what is left without it. Before that nothing
 * else of federation may go.
 */
export function peersGone(seen: NotYetSeen, before: World, after: World, step: Step): readonly Finding[] {
  const { peers } = seen;
  const { action } = step;
  if (action.do === "restart")
    for (const peer of peers.values()) if (equalRef(peer.istiod, action.workload)) peer.isFresh = true;
  if (before.trail === after.trail) return [];
  const kinds = changedKinds(before, after);
  const found = leftOfPeers.some((kind) => kinds.has(kind)) ? goesOn(seen, before, after, step) : [];
  if (!kinds.has(peerKind)) return found;
  for (const change of changesOf(before, after, peerKind)) {
    const ref = change.before?.ref ?? change.after?.ref;
    if (!ref) continue;
    const mesh = before
      .derived()
      .inventory.meshes.find(({ peers: its }) => its.some((peer) => refKey(peer.ref) === refKey(ref)));
    if (change.after !== null) peers.delete(refKey(ref));
    else if (mesh) peers.set(refKey(ref), { ref, by: step.title, istiod: mesh.istiod, isFresh: false });
  }
  return found;
}

/** Something else of federation goes in a cluster whose peers' end nobody has proven. */
function goesOn({ peers }: NotYetSeen, before: World, after: World, step: Step): readonly Finding[] {
  if (peers.size === 0) return [];
  const clusters = new Set<ClusterId>(
    leftOfPeers.flatMap((kind) => changesOf(before, after, kind)).map(({ cluster }) => cluster),
  );
  const owed = [...peers].filter(([, { ref }]) => clusters.has(ref.cluster));
  // Said once of each.
  for (const [key] of owed) peers.delete(key);
  return owed.length === 0
    ? []
    : [
        unproven(
          owed.map(([, peer]) => peer),
          step.title,
        ),
      ];
}

/** At the end of a phase nothing is owed. */
export function owedAtEnd({ peers }: NotYetSeen, phase: string): readonly Finding[] {
  const owed = [...peers.values()];
  peers.clear();
  return owed.length === 0 ? [] : [unproven(owed, `The end of ${phase}`)];
}

function unproven(owed: readonly GonePeer[], step: string): Finding {
  const istiods = sortedUnique(owed.map(({ istiod }) => refText(istiod)));
  return peersUnproven.at(
    owed.map(({ ref }) => ref),
    {
      step,
      peers: fewNames(owed.map(({ ref }) => refText(ref))),
      earlier: owed[0]?.by ?? "",
      istiods: fewNames(istiods),
    },
  );
}
