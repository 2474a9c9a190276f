// What an exporting istiod holds in memory for one peer: every service that it exports at the moment, and what it so offers.
import { decideExports, type ExportDecision } from "../../src/federation/rules/export-decision.ts";
import { type OfferedHost, offeredHosts } from "../../src/federation/rules/offered-host.ts";
import type { RegistryService } from "../../src/federation/rules/registry-service.ts";
import type { ExportSet } from "./service-sets.ts";

export interface ExportMemory {
  readonly peer: string;
  readonly namespace: string;
  /** The peer's federation ingress gateway. */
  readonly ingress: string;
  /** Hosts of services that changed while the peer was connected: their exportTo is not asked (spec of the export rules). */
  readonly touched: ReadonlySet<string>;
  readonly active: readonly ExportDecision[];
  /** When exports were last taken back; null: never. */
  readonly takenBackAt: number | null;
}

export function emptyExports(peer: string, namespace: string, ingress: string): ExportMemory {
  return { peer, namespace, ingress, touched: new Set(), active: [], takenBackAt: null };
}

/** A changed set or registry acts at once (observed on two istiods of Maistra 2.5: under a second, and back in about one). */
export function withExports(
  memory: ExportMemory,
  set: ExportSet | null,
  services: readonly RegistryService[],
  changed: ReadonlySet<string>,
  now: number,
): ExportMemory {
  const { peer, namespace, ingress } = memory;
  const touched = changed.size === 0 ? memory.touched : new Set([...memory.touched, ...changed]);
  const { decisions } = decideExports({
    peerName: peer,
    meshNamespace: namespace,
    ingressName: ingress,
    set,
    services,
  });
  const active = decisions
    .filter(({ exported, exportedOnEvent, service }) => exported || (exportedOnEvent && touched.has(service.hostname)))
    .map((decision) => ({ ...decision, exported: true }));
  const stillThere = new Set(active.map(({ service }) => service.hostname));
  const takesBack = memory.active.some(({ service }) => !stillThere.has(service.hostname));
  return { ...memory, touched, active, takenBackAt: takesBack ? now : memory.takenBackAt };
}

export function offersOf({ active }: ExportMemory): readonly OfferedHost[] {
  return offeredHosts(active);
}

/** Rows of the set's status. */
export function exportRows({ active }: ExportMemory) {
  return active.map(({ service, exportedName, ruleName }) => ({
    exportedName: (exportedName ?? ruleName ?? service).hostname,
    localService: { hostname: service.hostname, name: service.name, namespace: service.namespace },
  }));
}
