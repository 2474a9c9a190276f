// What `inspect` shows, as data: the same values feed the JSON output and every drawing. Knows no output format.
import type { Coverage } from "../../core/cluster.ts";
import type { Finding } from "../../core/finding.ts";
import { type ObjectRef, refKey } from "../../core/object-ref.ts";
import { sortedBy } from "../../core/order.ts";
import type {
  ExportedService,
  Federation,
  ImportedService,
  Link,
  LinkFact,
  PeerEnd,
  Port,
  Runner,
  StatusAgreement,
  UnimportedService,
} from "../../federation/federation.ts";
import type { Inventory, Mesh } from "../../inventory/mesh.ts";
import type { Carry, Route } from "../../routes/route.ts";
import { type TrustView, trustViews } from "./trust-view.ts";
import { countSeverities, type FindingView, findingView, findingViews, type SeverityCounts } from "./finding-view.ts";

/** What the view is made from: the pipeline's examination. */
export interface Examined {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly routes: readonly Route[];
  readonly findings: readonly Finding[];
}

export interface ClusterView {
  readonly name: string;
  readonly objects: number;
  /** By kind ("Service", "Gateway.networking.istio.io"). A kind that is not named was not supplied. */
  readonly coverage: Readonly<Record<string, Coverage>>;
}

export interface MeshView {
  readonly id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly mode: Mesh["mode"];
  readonly clusterDomain: string;
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly network: string | null;
  /** Hashes of the root certificates; null: not known. */
  readonly roots: readonly string[] | null;
  readonly memberNamespaces: readonly string[];
  /** "NAMESPACE/NAME" of each ServiceMeshPeer. */
  readonly peers: readonly string[];
}

export interface LinkView {
  readonly id: string;
  readonly meshes: readonly [string, string];
  readonly peers: readonly [ObjectRef, ObjectRef];
  /** Whether all facts agree; null: some could not be checked, and none disagrees. */
  readonly agrees: boolean | null;
  readonly rejected: string | null;
  readonly facts: readonly LinkFact[];
}

export interface PortView {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
  /** null: not known. */
  readonly targetPort: number | null;
}

export interface ExportView {
  readonly link: string;
  readonly exporter: string;
  readonly importer: string;
  readonly service: ObjectRef;
  readonly localHost: string;
  readonly exportedHost: string;
  readonly rule: number;
  readonly ports: readonly PortView[];
  readonly headless: boolean;
  readonly infrastructure: boolean;
  /** null: not known. */
  readonly runners: readonly Runner[] | null;
  readonly status: StatusAgreement;
}

export type CarryView =
  | { readonly mode: "passthrough" }
  | { readonly mode: "join-local"; readonly service: ObjectRef }
  | { readonly mode: "none"; readonly why: FindingView };

export interface ImportView {
  readonly link: string;
  readonly importer: string;
  readonly exporter: string;
  readonly host: string;
  readonly exportedHost: string;
  /** The exporter's service; null: the exporter does not offer it according to its rules. */
  readonly service: ObjectRef | null;
  readonly asLocal: boolean;
  readonly homeNamespace: string;
  readonly joins: ObjectRef | null;
  readonly locality: string | null;
  readonly ports: readonly PortView[];
  readonly runners: readonly Runner[] | null;
  readonly clientNamespaces: readonly string[];
  /** How the plan carries it; null: it makes no route. */
  readonly carry: CarryView | null;
  readonly status: StatusAgreement;
}

export interface InspectView {
  readonly apiVersion: "meshferry/inspect.v1";
  readonly clusters: readonly ClusterView[];
  readonly meshes: readonly MeshView[];
  readonly trust: readonly TrustView[];
  readonly links: readonly LinkView[];
  readonly unpaired: readonly PeerEnd[];
  readonly exports: readonly ExportView[];
  readonly imports: readonly ImportView[];
  readonly unimported: readonly UnimportedService[];
  readonly counts: SeverityCounts;
  readonly findings: readonly FindingView[];
}

/** The view of an examination; its order does not depend on the order of the input. */
export function inspectView(examined: Examined): InspectView {
  const { inventory, federation, findings } = examined;
  const exported = new Map(federation.exports.map((each) => [offerKey(each), each]));
  const routes = new Map(examined.routes.map((route) => [`${route.importer}|${route.host}`, route]));
  return {
    apiVersion: "meshferry/inspect.v1",
    clusters: inventory.clusters.map(({ id, objects, coverage }) => ({ name: id, objects: objects.size, coverage })),
    meshes: inventory.meshes.map(meshView),
    trust: trustViews(inventory, federation),
    links: sortedBy(federation.links, ({ id }) => id).map(linkView),
    unpaired: sortedBy(federation.unpaired, ({ peer }) => refKey(peer)),
    exports: sortedBy(
      federation.exports,
      ({ link }) => link,
      ({ importer }) => importer,
      exportedHost,
    ).map(exportView),
    imports: sortedBy(
      federation.imports,
      ({ importer }) => importer,
      ({ exporter }) => exporter,
      ({ host }) => host,
      exportedHost,
    ).map((imported) =>
      importView(imported, exported.get(offerKey(imported)), routes.get(`${imported.importer}|${imported.host}`)),
    ),
    unimported: sortedBy(
      federation.unimported,
      ({ link }) => link,
      ({ importer }) => importer,
      exportedHost,
    ),
    counts: countSeverities(findings),
    findings: findingViews(findings),
  };
}

const exportedHost = (of: { readonly exportedHost: string }): string => of.exportedHost;

function offerKey(of: { readonly link: string; readonly importer: string; readonly exportedHost: string }): string {
  return `${of.link}|${of.importer}|${of.exportedHost}`;
}

function meshView(mesh: Mesh): MeshView {
  const { id, cluster, namespace, name, version, mode, clusterDomain, trustDomain, trustDomainAliases, network } = mesh;
  return {
    ...{ id, cluster, namespace, name, version, mode, clusterDomain, trustDomain, trustDomainAliases, network },
    roots: mesh.roots.known ? mesh.roots.value.certificates : null,
    memberNamespaces: mesh.memberNamespaces,
    peers: mesh.peers.map(({ ref }) => `${ref.namespace ?? ""}/${ref.name}`),
  };
}

function linkView({ id, ends, facts, rejected }: Link): LinkView {
  const agrees = facts.some((fact) => fact.agrees === false)
    ? false
    : facts.some((fact) => fact.agrees === null)
      ? null
      : true;
  return { id, meshes: [ends[0].mesh, ends[1].mesh], peers: [ends[0].peer, ends[1].peer], agrees, rejected, facts };
}

function exportView(exported: ExportedService): ExportView {
  const { link, exporter, importer, service, localHost, rule, headless, infrastructure, status } = exported;
  return {
    ...{ link, exporter, importer, service, localHost, exportedHost: exported.exportedHost, rule },
    ports: exported.ports.map(portView),
    ...{ headless, infrastructure },
    runners: exported.runners.known ? exported.runners.value : null,
    status,
  };
}

function importView(
  imported: ImportedService,
  offer: ExportedService | undefined,
  route: Route | undefined,
): ImportView {
  const { link, importer, exporter, host, asLocal, homeNamespace, joins, locality, status } = imported;
  return {
    ...{ link, importer, exporter, host, exportedHost: imported.exportedHost },
    service: offer?.service ?? null,
    ...{ asLocal, homeNamespace, joins, locality },
    ports: offer?.ports.map(portView) ?? [],
    runners: offer?.runners.known ? offer.runners.value : null,
    clientNamespaces: route?.clientNamespaces ?? [],
    carry: route ? carryView(route.carry) : null,
    status,
  };
}

function portView({ number, name, protocol, targetPort }: Port): PortView {
  return { number, name, protocol, targetPort: targetPort.known ? targetPort.value : null };
}

function carryView(carry: Carry): CarryView {
  return carry.mode === "none" ? { mode: "none", why: findingView(carry.why) } : carry;
}
