// The importer's half of an answer: what it makes of the exporter's offers.
import { sortedBy } from "../../src/core/order.ts";
import { type HeldResources, heldResources } from "../../src/federation/rules/generated-resources.ts";
import {
  type HeldImport,
  heldImports,
  type ImportedEndpoint,
  importedEndpoints,
} from "../../src/federation/rules/held-imports.ts";
import { decideImports, type ImportDecision } from "../../src/federation/rules/import-decision.ts";
import type { Locality } from "../../src/federation/rules/locality.ts";
import { conflictsOf, type NameConflict } from "../../src/federation/rules/name-conflicts.ts";
import type { MappedName } from "../../src/federation/rules/name-mapping.ts";
import type { OfferedHost } from "../../src/federation/rules/offered-host.ts";
import { type AnswerPort, answerPorts, type StatusRow, unlessEmpty } from "./answer-exporter.ts";
import type { VectorCase } from "./vector-case.ts";

/** The egress gateway that every case's importer has. */
const EGRESS_ADDRESSES = ["10.0.0.1"];
const EGRESS_ACCOUNT = "federation-egress-service-account";
const LOCAL_NETWORK = "";

export interface ServiceAnswer {
  readonly name: string;
  readonly namespace: string;
  readonly hostname: string;
  readonly exportTo: readonly string[];
  readonly resolution: "ClientSide";
  readonly ports: readonly AnswerPort[];
  readonly serviceAccounts: readonly string[];
  readonly endpoints?: readonly ImportedEndpoint[];
}

export interface ImporterRow {
  readonly exportedHostname: string;
  readonly imported: boolean;
  readonly local: MappedName | null;
  readonly ruleName: MappedName | null;
  readonly failed?: true;
  readonly importAsLocal: boolean;
  readonly resourceName?: string;
  readonly gatewayHosts?: readonly string[];
  readonly routeHost?: string | null;
  readonly service?: ServiceAnswer;
  readonly portsAmbiguous?: true;
}

export interface ImporterAnswer {
  readonly peerRejected?: string;
  readonly services: readonly ImporterRow[];
  readonly statusImportedServices: readonly StatusRow[];
  readonly locality: Partial<Locality> | null;
  readonly defaultSuffix: string;
  readonly localSuffix: string;
  readonly nameConflicts?: readonly NameConflict[];
}

type ImporterMesh = VectorCase["importerMesh"];

interface RowContext {
  readonly mesh: ImporterMesh;
  readonly locality: Locality | null;
  readonly resources: ReadonlyMap<string, HeldResources>;
  readonly registry: ReadonlyMap<string, HeldImport>;
}

function serviceAnswer(held: HeldImport, { mesh, locality }: RowContext): ServiceAnswer {
  const source = {
    peerName: mesh.peerName,
    network: LOCAL_NETWORK,
    egressAddresses: EGRESS_ADDRESSES,
    locality,
  };
  return {
    name: held.name,
    namespace: held.namespace,
    hostname: held.hostname,
    exportTo: held.role === "dialled" ? ["*"] : ["."],
    resolution: "ClientSide",
    ports: answerPorts(held.ports),
    serviceAccounts: [`spiffe://cluster.local/ns/${mesh.namespace}/sa/${EGRESS_ACCOUNT}`],
    ...unlessEmpty("endpoints", importedEndpoints(held, source)),
  };
}

function rowOf(decision: ImportDecision<OfferedHost>, context: RowContext): ImporterRow {
  const { offer, imported, local, ruleName, failed, asLocal, resources } = decision;
  const generated = resources === null ? undefined : context.resources.get(resources.resourceName);
  const held = local === null ? undefined : context.registry.get(local.hostname);
  return {
    exportedHostname: offer.name.hostname,
    imported,
    local,
    ruleName,
    ...(failed ? { failed } : {}),
    importAsLocal: asLocal,
    ...(imported && resources !== null && generated ? { resourceName: resources.resourceName, ...generated } : {}),
    ...(held === undefined ? {} : { service: serviceAnswer(held, context) }),
    ...(offer.portsAmbiguous ? { portsAmbiguous: true as const } : {}),
  };
}

function statusRows(decisions: readonly ImportDecision<OfferedHost>[]): readonly StatusRow[] {
  const rows = decisions
    .filter(({ failed }) => !failed)
    .map(({ local, offer }) => ({
      localService: local ?? { name: "", namespace: "", hostname: "" },
      exportedName: offer.name.hostname,
    }));
  return sortedBy(rows, ({ exportedName }) => exportedName);
}

function localityAnswer(locality: Locality | null): Partial<Locality> | null {
  return locality && Object.fromEntries(Object.entries(locality).filter(([, value]) => value !== ""));
}

/** The importer's answer to what is offered. A refused peer never asks, so that it sees nothing. */
export function answerImporter(mesh: ImporterMesh, offers: readonly OfferedHost[]): ImporterAnswer {
  const result = decideImports({
    peerName: mesh.peerName,
    meshNamespace: mesh.namespace,
    clusterDomain: mesh.clusterDomain,
    set: mesh.importedServiceSet,
    offers,
  });
  const { peerRejected, locality, defaultSuffix, localSuffix } = result;
  const decisions = peerRejected === null ? result.decisions : [];
  const context: RowContext = {
    mesh,
    locality,
    resources: heldResources(decisions.flatMap(({ resources }) => (resources === null ? [] : [resources]))),
    registry: heldImports({ peerName: mesh.peerName, meshNamespace: mesh.namespace, decisions }),
  };
  const mappings = decisions.flatMap(({ local, offer }) =>
    local === null ? [] : [{ source: offer.name.hostname, target: local.hostname }],
  );
  return {
    ...(peerRejected === null ? {} : { peerRejected }),
    services: decisions.map((decision) => rowOf(decision, context)),
    statusImportedServices: statusRows(decisions),
    locality: localityAnswer(locality),
    defaultSuffix,
    localSuffix,
    ...unlessEmpty("nameConflicts", conflictsOf(mappings)),
  };
}
