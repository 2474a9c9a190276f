// The exporter's half of an answer.
import { sortedBy, sortedUnique } from "../../src/core/order.ts";
import { decideExports, type ExportDecision } from "../../src/federation/rules/export-decision.ts";
import { type HeldResources, heldResources } from "../../src/federation/rules/generated-resources.ts";
import { conflictsOf, type NameConflict } from "../../src/federation/rules/name-conflicts.ts";
import type { MappedName } from "../../src/federation/rules/name-mapping.ts";
import { type OfferedHost, offeredHosts } from "../../src/federation/rules/offered-host.ts";
import {
  federatedInRegistry,
  type RegistryPort,
  type RegistryService,
  serviceEntryInRegistry,
  serviceInRegistry,
} from "../../src/federation/rules/registry-service.ts";
import type { CaseService, VectorCase } from "./vector-case.ts";

export interface AnswerPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

export interface ExporterRow {
  readonly kind: string;
  readonly local: MappedName;
  readonly exported: boolean;
  readonly exportedOnEvent: boolean;
  readonly exportedName: MappedName | null;
  readonly ruleName: MappedName | null;
  readonly failed?: true;
  readonly ports?: readonly AnswerPort[];
  readonly resourceName?: string;
  readonly gatewayHosts?: readonly string[];
  readonly routeHost?: string | null;
}

export interface StatusRow {
  readonly localService: MappedName;
  readonly exportedName: string;
}

export interface ExporterAnswer {
  readonly peerRejected?: string;
  readonly services: readonly ExporterRow[];
  readonly statusExportedServices: readonly StatusRow[];
  readonly authorizationPolicyNotHosts: readonly string[];
  readonly nameConflicts?: readonly NameConflict[];
  readonly resourceConflicts?: readonly NameConflict[];
}

type ExporterMesh = VectorCase["exporterMesh"];

export function answerPorts(ports: readonly RegistryPort[]): readonly AnswerPort[] {
  return ports.map(({ name, number, protocol }) => ({ name, port: number, protocol }));
}

/** A field that the oracle leaves out when it is empty. */
export function unlessEmpty<K extends string, V>(key: K, values: readonly V[]): { [P in K]?: readonly V[] } {
  return values.length === 0 ? {} : ({ [key]: values } as { [P in K]?: readonly V[] });
}

function registryServices(of: CaseService, clusterDomain: string): readonly RegistryService[] {
  if (of.kind === "Service") return [serviceInRegistry(of.view, { clusterDomain })];
  if (of.kind === "ServiceEntry") return serviceEntryInRegistry(of.view);
  const ports = of.view.ports.map(({ name, port }) => ({ name, number: port, protocol: "HTTP" }));
  return [federatedInRegistry({ ...of.view, ports })];
}

/** The registry's order: Kubernetes Services by host, then the others as they came. */
function registryOf(mesh: ExporterMesh): readonly RegistryService[] {
  const all = mesh.services.flatMap((service) => registryServices(service, mesh.clusterDomain));
  const kubernetes = new Map(
    all.filter(({ source }) => source === "Service").map((service) => [service.hostname, service]),
  );
  return [
    ...sortedBy(kubernetes.values(), ({ hostname }) => hostname),
    ...all.filter(({ source }) => source !== "Service"),
  ];
}

function localName({ name, namespace, hostname }: RegistryService): MappedName {
  return { name, namespace, hostname };
}

function rowOf(decision: ExportDecision, held: ReadonlyMap<string, HeldResources>): ExporterRow {
  const { service, exported, exportedOnEvent, exportedName, ruleName, failed, resources } = decision;
  const row: ExporterRow = {
    kind: service.source,
    local: localName(service),
    exported,
    exportedOnEvent,
    exportedName,
    ruleName,
    ...(failed ? { failed } : {}),
    ...(exportedName === null ? {} : unlessEmpty("ports", answerPorts(service.ports))),
  };
  const generated = resources === null ? undefined : held.get(resources.resourceName);
  if (!exported || resources === null || generated === undefined) return row;
  return { ...row, resourceName: resources.resourceName, ...generated };
}

/** Hosts enter the policy before their Gateway is tried, so that refused exports stand in it too. */
function policyHosts(mesh: ExporterMesh, decisions: readonly ExportDecision[]): readonly string[] {
  if (mesh.clientID === "") return [];
  const tried = decisions.filter(({ exported, notExported }) => exported || notExported?.why === "invalid-name");
  return sortedUnique(tried.flatMap(({ ruleName }) => (ruleName === null ? [] : [ruleName.hostname])));
}

/** The exporter's answer, and what it offers to the importer. */
export function answerExporter(mesh: ExporterMesh): {
  readonly answer: ExporterAnswer;
  readonly offers: readonly OfferedHost[];
} {
  const { decisions, peerRejected } = decideExports({
    peerName: mesh.peerName,
    meshNamespace: mesh.namespace,
    ingressName: mesh.ingressName,
    clusterDomain: mesh.clusterDomain,
    set: mesh.exportedServiceSet,
    services: registryOf(mesh),
  });
  const exported = decisions.filter((decision) => decision.exported);
  const made = decisions.filter(({ notExported }) => notExported === null || notExported.why === "invalid-name");
  const held = heldResources(made.flatMap(({ resources }) => (resources === null ? [] : [resources])));
  const status = exported.map(({ service, ruleName }) => ({
    localService: localName(service),
    exportedName: ruleName?.hostname ?? "",
  }));
  const answer: ExporterAnswer = {
    ...(peerRejected === null ? {} : { peerRejected }),
    services: decisions.map((decision) => rowOf(decision, held)),
    statusExportedServices: sortedBy(
      status,
      ({ exportedName }) => exportedName,
      ({ localService }) => localService.hostname,
    ),
    authorizationPolicyNotHosts: policyHosts(mesh, decisions),
    ...unlessEmpty(
      "nameConflicts",
      conflictsOf(
        exported.map(({ service, ruleName }) => ({ source: service.hostname, target: ruleName?.hostname ?? "" })),
      ),
    ),
    ...unlessEmpty(
      "resourceConflicts",
      conflictsOf(
        exported.map(({ service, resources }) => ({ source: service.hostname, target: resources?.resourceName ?? "" })),
      ),
    ),
  };
  return { answer, offers: offeredHosts(decisions) };
}
