// What an importing istiod holds in memory for one peer, and how it changes: at events of the other end, and at resyncs.
import { canonicalJson } from "../../src/core/json.ts";
import { decideImports, type ImportDecision } from "../../src/federation/rules/import-decision.ts";
import type { OfferedHost } from "../../src/federation/rules/offered-host.ts";
import type { ImportSet } from "./service-sets.ts";

export interface ImportMemory {
  readonly peer: string;
  /** The control plane's. */
  readonly namespace: string;
  /** The set whose rules count; null: none. */
  readonly set: ImportSet | null;
  /** Of the last set that was taken over. It stays when the set goes. */
  readonly generation: number;
  /** What became of every offer that was heard of, by exported host, when it was last looked at. */
  readonly taken: ReadonlyMap<string, ImportDecision<OfferedHost>>;
  /** How many full resyncs there were: each gives the services a new creation time and new addresses. */
  readonly round: number;
}

export function emptyImports(peer: string, namespace: string): ImportMemory {
  return { peer, namespace, set: null, generation: 0, taken: new Map(), round: 0 };
}

/**
 * Takes the set over, which changes no import yet. A set of the generation that was seen last is not looked at, also when the
 * rules were dropped since because the set was deleted (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go,
 * UpdateImportConfig; observed on two istiods of Maistra 2.5).
 */
export function withImportSet(memory: ImportMemory, set: ImportSet | null): ImportMemory {
  if (set === null) return memory.set === null ? memory : { ...memory, set: null };
  const generation = set.metadata.generation ?? 0;
  return generation === memory.generation ? memory : { ...memory, set, generation };
}

/** The other end tells what it offers now: what it takes back goes, what is new or changed is looked at; nothing else is. */
export function hear(memory: ImportMemory, offers: readonly OfferedHost[]): ImportMemory {
  const offered = new Set(offers.map(({ name }) => name.hostname));
  const isNews = (offer: OfferedHost): boolean => {
    const before = memory.taken.get(offer.name.hostname);
    return before === undefined || portsText(before.offer) !== portsText(offer);
  };
  const news = offers.filter(isNews);
  if (news.length === 0 && [...memory.taken.keys()].every((host) => offered.has(host))) return memory;
  const kept = [...memory.taken].filter(([host]) => offered.has(host));
  return { ...memory, taken: new Map([...kept, ...decide(memory, news)]) };
}

/** A full resync: every offer is looked at by the rules of now, and every service is made anew. */
export function resync(memory: ImportMemory, offers: readonly OfferedHost[]): ImportMemory {
  return { ...memory, taken: new Map(decide(memory, offers)), round: memory.round + 1 };
}

/** Rows of the set's status: an offer that no rule takes has an empty one, one that fails has none. */
export function importRows(memory: ImportMemory): readonly { exportedName: string; localService: LocalService }[] {
  return [...memory.taken.values()]
    .filter(({ failed }) => !failed)
    .map(({ offer, local }) => ({
      exportedName: offer.name.hostname,
      localService: {
        hostname: local?.hostname ?? "",
        name: local?.name ?? "",
        namespace: local?.namespace ?? "",
      },
    }));
}

type LocalService = { readonly hostname: string; readonly name: string; readonly namespace: string };

function decide(
  { peer, namespace, set }: ImportMemory,
  offers: readonly OfferedHost[],
): [string, ImportDecision<OfferedHost>][] {
  const { decisions } = decideImports({ peerName: peer, meshNamespace: namespace, set, offers });
  return decisions.map((decision) => [decision.offer.name.hostname, decision]);
}

function portsText({ ports }: OfferedHost): string {
  return canonicalJson(ports.map(({ name, number, protocol }) => [name, number, protocol]));
}
