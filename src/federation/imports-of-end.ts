// What one end of a link takes of the other's offers, and under which hosts.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import { host, type LinkId, type MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { importFails, importStatusDiffers, ruleVoid } from "../findings/codes/federation.ts";
import { localityDropped, suffixCountsAsLocal } from "../findings/codes/federation-oddities.ts";
import { findTyped, type Typed } from "../inventory/cluster.ts";
import type { ImportedService, StatusAgreement, UnimportedService } from "./federation.ts";
import type { Side } from "./link-facts.ts";
import { watchedNamespaces } from "./mesh-registry.ts";
import { generatedClashes } from "./generated-clashes.ts";
import { decideImports, type ImportDecision, type ImportDecisions } from "./rules/import-decision.ts";
import { type Locality, localityLabel } from "./rules/locality.ts";
import type { OfferedHost } from "./rules/offered-host.ts";

export interface ImportingEnd {
  readonly link: LinkId;
  readonly near: Side;
  readonly exporter: MeshId;
  readonly offers: readonly OfferedHost[];
}

export interface ImportsOfEnd {
  readonly imports: readonly ImportedService[];
  readonly unimported: readonly UnimportedService[];
  /** Of these, what no rule takes; the others are taken under an invalid name. */
  readonly untaken: readonly UnimportedService[];
  readonly findings: readonly Finding[];
}

/** The imports of the end, one per offered host that a rule takes. */
export function importsOfEnd(end: ImportingEnd): ImportsOfEnd {
  const { cluster, mesh, peer } = end.near;
  const findings: Finding[] = [];
  const set = findTyped(cluster, "ImportedServiceSet.federation.maistra.io", mesh.namespace, peer.ref.name);
  const decided = decideImports({
    peerName: peer.ref.name,
    meshNamespace: mesh.namespace,
    clusterDomain: mesh.clusterDomain,
    set: set?.view ?? null,
    offers: end.offers,
  });
  const setName = `ImportedServiceSet ${cluster.id}/${mesh.namespace}/${peer.ref.name}`;
  if (set) {
    for (const { index, void: reason } of decided.voided) {
      findings.push(ruleVoid.at([set.ref], { set: setName, rule: index + 1, reason: voidText(reason) }));
    }
  }
  const reported = set ? reportedImports(set) : null;
  const watched = watchedNamespaces(cluster, mesh);
  const locality = decided.locality === null ? null : localityLabel(decided.locality);
  const imports: ImportedService[] = [];
  const unimported: UnimportedService[] = [];
  const untaken: UnimportedService[] = [];
  for (const decision of decided.decisions) {
    const exportedHost = decision.offer.name.hostname;
    if (decision.imported && decision.local) {
      imports.push({
        link: end.link,
        importer: mesh.id,
        exporter: end.exporter,
        exportedHost: host(exportedHost),
        host: host(decision.local.hostname),
        asLocal: decision.asLocal,
        homeNamespace: decision.homeNamespace ?? mesh.namespace,
        joins: joinedService(decision, end.near, watched),
        locality,
        status: statusOf(reported, exportedHost, decision.local.hostname),
      });
      continue;
    }
    const left = { link: end.link, importer: mesh.id, exportedHost: host(exportedHost) };
    unimported.push(left);
    if (!decision.failed) untaken.push(left);
    if (decision.failed && set) {
      findings.push(importFails.at([set.ref], { exported: exportedHost, name: decision.ruleName?.hostname ?? "" }));
    }
  }
  if (set) findings.push(...oddities(set, decided, setName));
  if (set) findings.push(...statusDifferences(decided.decisions, reported, set, setName));
  return { imports, unimported, untaken, findings };
}

/** What the set does otherwise than it seems to. */
function oddities(
  set: Typed<"ImportedServiceSet.federation.maistra.io">,
  { decisions, locality, localSuffix }: ImportDecisions<OfferedHost>,
  setName: string,
): Finding[] {
  const given = set.view.spec.locality;
  const imported = decisions.filter((decision) => decision.imported);
  const local = imported.filter(
    ({ asLocal, rule }) => asLocal && !(rule !== null && set.view.spec.importRules[rule]?.importAsLocal),
  );
  const hosts = sortedUnique(local.flatMap((decision) => decision.local?.hostname ?? []));
  return [
    ...(given !== null && locality === null
      ? [localityDropped.at([set.ref], { set: setName, given: localityText(given) })]
      : []),
    ...(hosts.length > 0
      ? [suffixCountsAsLocal.at([set.ref], { set: setName, hosts: fewNames(hosts), suffix: localSuffix })]
      : []),
    ...generatedClashes(imported, set.ref, setName),
  ];
}

function localityText({ region, zone, subzone }: Locality): string {
  const parts = [region && `region ${region}`, zone && `zone ${zone}`, subzone && `subzone ${subzone}`];
  return parts.filter((part) => part !== "").join(", ");
}

/** The local Service whose host the import has: endpoints of both answer there. */
function joinedService(
  decision: ImportDecision<OfferedHost>,
  { cluster, mesh }: Side,
  watched: (namespace: string) => boolean,
): ObjectRef | null {
  // A Service of a namespace that istiod does not watch is none for it, and takes no endpoints.
  if (!decision.asLocal || !decision.local || !watched(decision.local.namespace)) return null;
  const { name, namespace, hostname } = decision.local;
  if (hostname !== `${name}.${namespace}.svc.${mesh.clusterDomain}`) return null;
  return findTyped(cluster, "Service", namespace, name)?.ref ?? null;
}

/** By exported host; "" for a row without a local service, which istiod writes for what no rule takes. */
function reportedImports(set: Typed<"ImportedServiceSet.federation.maistra.io">): ReadonlyMap<string, string> | null {
  if (set.view.status === null) return null;
  return new Map(
    set.view.status.importedServices.map(({ exportedName, localService }) => [exportedName, localService.hostname]),
  );
}

function statusOf(reported: ReadonlyMap<string, string> | null, exported: string, expected: string): StatusAgreement {
  if (reported === null) return "no-status";
  return (reported.get(exported) ?? "") === expected ? "agrees" : "differs";
}

function statusDifferences(
  decisions: readonly ImportDecision<OfferedHost>[],
  reported: ReadonlyMap<string, string> | null,
  set: Typed<"ImportedServiceSet.federation.maistra.io">,
  setName: string,
): Finding[] {
  if (reported === null) return [];
  const computed = new Map(decisions.map(({ offer, local }) => [offer.name.hostname, local?.hostname ?? ""]));
  const text = (hostname: string | undefined): string => (hostname ? `imported as ${hostname}` : "not imported");
  return [...new Set([...computed.keys(), ...reported.keys()])]
    .filter((exported) => (computed.get(exported) ?? "") !== (reported.get(exported) ?? ""))
    .map((exported) =>
      importStatusDiffers.at([set.ref], {
        set: setName,
        exported,
        computed: computed.has(exported) ? text(computed.get(exported)) : "not offered",
        reported: text(reported.get(exported)),
      }),
    );
}

function voidText(reason: { readonly why: string; readonly type?: string; readonly suffix?: string }): string {
  switch (reason.why) {
    case "unknown-type":
      return `its type ${JSON.stringify(reason.type)} is unknown`;
    case "missing-name-selector":
      return "it has no nameSelector";
    case "local-without-fixed-namespace":
      return "importAsLocal needs a fixed alias.namespace";
    case "suffix-is-the-clusters":
      return `the suffix ${reason.suffix} is the cluster's own`;
    default:
      return reason.why;
  }
}
