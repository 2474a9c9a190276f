// inventory → links, exports, imports: what federation does today, as far as the objects show it.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { MeshId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { exportsNotImported } from "../findings/codes/federation-oddities.ts";
import { peerRejected } from "../findings/codes/federation.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { deadSets } from "./dead-sets.ts";
import { describeExport, type ExportingEnd, type ExportsOfEnd, exportsOfEnd } from "./exports-of-end.ts";
import type { ExportedService, Federation, ImportedService, Link, PeerEnd, UnimportedService } from "./federation.ts";
import type { StatedRunner } from "./find-runners.ts";
import { type ImportsOfEnd, importsOfEnd } from "./imports-of-end.ts";
import type { Side } from "./link-facts.ts";
import { keepNothing, type KeepPart } from "./keep-part.ts";
import { type HeldService, heldServices, sourcesOfMesh } from "./mesh-registry.ts";
import { pairPeers, type StatedPair } from "./pair-peers.ts";
import type { PodIndex } from "./pod-index.ts";
import { importedAsRecorded, offerOf, recordedImports } from "./recorded-imports.ts";

export interface FederationOptions {
  readonly pairs: readonly StatedPair[];
  readonly runners: readonly StatedRunner[];
}

/**
 * Works out what is federated, in both directions of every link. `keep`: who asks again and again about worlds that differ in one
 * cluster gets the other links' services as they were made the first time.
 */
export function federate(
  inventory: Inventory,
  podsOf: (mesh: Mesh) => PodIndex,
  options: FederationOptions,
  keep: KeepPart = keepNothing,
): Federation {
  const pairing = pairPeers(inventory, options.pairs, keep);
  const findings: Finding[] = [...pairing.findings, ...deadSets(inventory)];
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const stated = new Map(options.runners.map((runner) => [runner.service, runner]));
  const registries = new Map<MeshId, readonly HeldService[]>();
  const registryOf = (mesh: Mesh): readonly HeldService[] => {
    const known = registries.get(mesh.id);
    if (known) return known;
    const sources = keep(`sources ${mesh.id}`, [mesh], [clusterOf(inventory, mesh)], (cluster) =>
      sourcesOfMesh(cluster, mesh),
    );
    const held = keep(`registry ${mesh.id}`, [mesh, ...sources], [], () => heldServices(sources, mesh));
    registries.set(mesh.id, held);
    return held;
  };
  const ends: EndParts[] = [];
  for (const link of pairing.value.links) {
    // A peer that istiod refused takes part in nothing, on either end.
    findings.push(...rejections(link));
    if (link.rejected !== null) continue;
    for (const [from, to] of directions(link)) {
      const near = sideOf(inventory, meshes, from);
      const far = sideOf(inventory, meshes, to);
      const name = `${link.id} from ${from.mesh}`;
      const registry = registryOf(near.mesh);
      const pods = podsOf(near.mesh);
      const offered = keep(`exports ${name}`, [near.mesh, to.mesh, registry, pods], [near.cluster], (cluster) =>
        exportsOfEnd({ link: link.id, near: { ...near, cluster }, importer: to.mesh, registry, pods, stated }),
      );
      const taken = keep(`imports ${name}`, [far.mesh, from.mesh, offered.offers], [far.cluster], (cluster) =>
        importsOfEnd({ link: link.id, near: { ...far, cluster }, exporter: from.mesh, offers: offered.offers }),
      );
      ends.push({ offered, taken });
      findings.push(...offered.findings, ...taken.findings);
    }
  }
  const recorded = recordedParts(inventory, ends, { held: servicesByPlace(registryOf), podsOf, stated });
  const { links, unpaired } = pairing.value;
  const of = [
    ...links,
    ...ends.flatMap(({ offered, taken }) => [offered, taken]),
    ...recorded.exports,
    ...recorded.imports,
    ...recorded.offers,
  ];
  const { untaken, ...whole } = keep("federation", of, [], () => joined(links, ends, recorded));
  return { links, unpaired, ...whole, findings: [...findings, ...untaken] };
}

/** What both ends of a link in one direction make of it. */
interface EndParts {
  readonly offered: ExportsOfEnd;
  readonly taken: ImportsOfEnd;
}

interface RecordedParts {
  readonly exports: readonly ExportedService[];
  readonly imports: readonly ImportedService[];
  /** offerOf of each record. */
  readonly offers: readonly string[];
}

interface RecordSources extends Pick<ExportingEnd, "stated"> {
  /** A Service that a mesh holds, by "NAMESPACE/NAME". */
  readonly held: (mesh: Mesh, place: string) => HeldService | undefined;
  readonly podsOf: (mesh: Mesh) => PodIndex;
}

/** What only records of ours still tell of. */
function recordedParts(
  inventory: Inventory,
  ends: readonly EndParts[],
  { held, podsOf, stated }: RecordSources,
): RecordedParts {
  const recorded = recordedImports(inventory);
  if (recorded.length === 0) return { exports: [], imports: [], offers: [] };
  const exports: ExportedService[] = [];
  const imports: ImportedService[] = [];
  const offered = new Set(ends.flatMap((each) => each.offered.exports.map(offerOf)));
  const taken = new Set(ends.flatMap((each) => each.taken.imports.map(offerOf)));
  for (const each of recorded) {
    const service = held(each.exporter, each.record.service);
    // What is no longer there is not carried any further.
    if (!service) continue;
    const { importer, exporter, record } = each;
    const end = { link: record.link, importer: importer.id, near: { mesh: exporter }, pods: podsOf(exporter), stated };
    if (!offered.has(offerOf(record))) exports.push(describeExport(service, end, record.exportedHost));
    if (!taken.has(offerOf(record))) imports.push(importedAsRecorded(each));
  }
  return { exports, imports, offers: recorded.map(({ record }) => offerOf(record)) };
}

type Joined = Pick<Federation, "exports" | "imports" | "unimported"> & { readonly untaken: readonly Finding[] };

/** All links' services in one order. */
function joined(links: readonly Link[], ends: readonly EndParts[], recorded: RecordedParts): Joined {
  const exports = [...ends.flatMap(({ offered }) => offered.exports), ...recorded.exports];
  const known = new Set(recorded.offers);
  const isUnknown = (each: UnimportedService): boolean => !known.has(offerOf(each));
  const exportKey = (each: ExportedService): string => `${each.link}|${each.exporter}|${each.exportedHost}`;
  return {
    exports: sortedBy(exports, exportKey, ({ service }) => refKey(service)),
    imports: sortedBy(
      [...ends.flatMap(({ taken }) => taken.imports), ...recorded.imports],
      ({ importer }) => importer,
      ({ host }) => host,
      ({ exportedHost }) => exportedHost,
    ),
    unimported: sortedBy(
      ends.flatMap(({ taken }) => taken.unimported).filter(isUnknown),
      ({ importer }) => importer,
      ({ exportedHost }) => exportedHost,
    ),
    untaken: untakenExports(exports, ends.flatMap(({ taken }) => taken.untaken).filter(isUnknown), links),
  };
}

/** One finding for what a link's importer leaves; parts of the mesh itself are not meant to be taken. */
function untakenExports(
  exports: readonly ExportedService[],
  untaken: readonly UnimportedService[],
  links: readonly Link[],
): Finding[] {
  const infrastructure = new Set(exports.filter((each) => each.infrastructure).map(offerOf));
  const left = untaken.filter((each) => !infrastructure.has(offerOf(each)));
  return [...groupBy(left, ({ link, importer }) => `${link}|${importer}`).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const hosts = sortedUnique<string>(group.map(({ exportedHost }) => exportedHost));
    return [
      exportsNotImported.at(links.find(({ id }) => id === first.link)?.ends.map(({ peer }) => peer) ?? [], {
        link: first.link,
        importer: first.importer,
        count: hosts.length === 1 ? "1 service" : `${hosts.length} services`,
        hosts: fewNames(hosts),
      }),
    ];
  });
}

/** The Services that a mesh holds, by "NAMESPACE/NAME". */
function servicesByPlace(
  registryOf: (mesh: Mesh) => readonly HeldService[],
): (mesh: Mesh, place: string) => HeldService | undefined {
  const made = new Map<MeshId, ReadonlyMap<string, HeldService>>();
  return (mesh, place) => {
    const services =
      made.get(mesh.id) ??
      new Map(
        registryOf(mesh)
          .filter(({ kubernetes }) => kubernetes)
          .map((service) => [`${service.namespace}/${service.name}`, service]),
      );
    made.set(mesh.id, services);
    return services.get(place);
  };
}

function directions({ ends: [one, other] }: Link): readonly (readonly [PeerEnd, PeerEnd])[] {
  return [
    [one, other],
    [other, one],
  ];
}

function rejections(link: Link): Finding[] {
  if (link.rejected === null) return [];
  return [
    peerRejected.at(
      link.ends.map(({ peer }) => peer),
      { peer: link.id, reason: firstError(link.rejected) },
    ),
  ];
}

/** istiod counts its errors before it lists them; the list repeats itself. */
function firstError(rejected: string): string {
  const listed = rejected.split("\n").find((line) => line.trim().startsWith("* "));
  return (listed ?? rejected).trim().replace(/^\* /u, "");
}

function sideOf(inventory: Inventory, meshes: ReadonlyMap<MeshId, Mesh>, end: PeerEnd): Side {
  const mesh = meshes.get(end.mesh);
  const peer = mesh?.peers.find(({ ref }) => refKey(ref) === refKey(end.peer));
  if (!mesh || !peer) throw new Error(`a link names a peer that the inventory lacks: ${refKey(end.peer)}`);
  return { cluster: clusterOf(inventory, mesh), mesh, peer };
}
