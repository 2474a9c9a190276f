// What one mesh offers over one peer: for each service of its registry, which rule decides and what comes of it.
import type { ExportedServiceSet } from "../../inventory/kinds/exported-service-set.ts";
import { compileExportRules, type ExportRules, type ExportRuleVoid, type VoidedRule } from "./export-rules.ts";
import {
  type GeneratedResources,
  generatedResourceName,
  type RefusedPart,
  refusedPart,
} from "./generated-resources.ts";
import type { MappedName } from "./name-mapping.ts";
import { peerRejection } from "./peer-validity.ts";
import { isVisibleIn, type RegistryService, serviceHostname } from "./registry-service.ts";

/** Why a service is not exported by a full resync. */
export type NotExported =
  | { readonly why: "already-imported" | "mesh-external" | "no-rule" | "hidden-by-export-to" }
  | { readonly why: "peer-rejected" }
  | { readonly why: "invalid-name"; readonly refused: RefusedPart };

export interface ExportDecision<S extends RegistryService = RegistryService> {
  readonly service: S;
  /** Place of the deciding rule in spec.exportRules, or null. */
  readonly rule: number | null;
  /** The name that the deciding rule gives, whatever comes of it. */
  readonly ruleName: MappedName | null;
  /** After a full resync. */
  readonly exported: boolean;
  /** After the service was created or changed while the peer is connected; stays so until istiod restarts. */
  readonly exportedOnEvent: boolean;
  /** The name under which it is offered in either case, or null. */
  readonly exportedName: MappedName | null;
  /** A rule takes it, but istiod refuses what it would generate for it: silently not exported. */
  readonly failed: boolean;
  /** null where `exported`. */
  readonly notExported: NotExported | null;
  /** What istiod generates, or tries to; null without a rule. */
  readonly resources: GeneratedResources | null;
}

export interface ExportInput<S extends RegistryService = RegistryService> {
  readonly peerName: string;
  /** The control plane's namespace, where peer and set live. */
  readonly meshNamespace: string;
  /** The peer's spec.gateways.ingress.name. */
  readonly ingressName: string;
  readonly clusterDomain?: string;
  /** null: there is none, so nothing is exported. A set that is called or placed differently from the peer counts as none. */
  readonly set: Pick<ExportedServiceSet, "metadata" | "spec"> | null;
  /** The registry, in its order; the order only decides who wins between generated resources of one name. */
  readonly services: readonly S[];
}

export interface ExportDecisions<S extends RegistryService = RegistryService> {
  /** istiod's text for a peer that it refuses, or null. */
  readonly peerRejected: string | null;
  readonly voided: readonly VoidedRule<ExportRuleVoid>[];
  /** One per service, in the order of the input. */
  readonly decisions: readonly ExportDecision<S>[];
}

/** Whether a set belongs to a peer: same name, same namespace (Maistra 2.5, pkg/servicemesh/federation/discovery/controller.go). */
export function isSetOfPeer(
  set: { readonly metadata: { readonly name: string; readonly namespace: string } },
  peerName: string,
  meshNamespace: string,
): boolean {
  return set.metadata.name === peerName && set.metadata.namespace === meshNamespace;
}

interface PeerContext {
  readonly peerName: string;
  readonly meshNamespace: string;
  readonly ingressHost: string;
  readonly rejected: boolean;
  readonly rules: ExportRules;
}

function notExportedBecause(
  service: RegistryService,
  context: PeerContext,
  refused: RefusedPart | null,
): NotExported | null {
  if (context.rejected) return { why: "peer-rejected" };
  // A full resync looks at the name's validity last, after exportTo (Maistra 2.5, pkg/servicemesh/federation/server/server.go).
  if (!isVisibleIn(context.meshNamespace, service)) return { why: "hidden-by-export-to" };
  return refused === null ? null : { why: "invalid-name", refused };
}

function undecided<S extends RegistryService>(service: S, notExported: NotExported): ExportDecision<S> {
  return {
    service,
    rule: null,
    ruleName: null,
    exported: false,
    exportedOnEvent: false,
    exportedName: null,
    failed: false,
    notExported,
    resources: null,
  };
}

function decide<S extends RegistryService>(service: S, context: PeerContext): ExportDecision<S> {
  // Imported and mesh-external services never reach the rules (Maistra 2.5, pkg/servicemesh/federation/common/exports.go).
  if (service.source === "Federated") return undecided(service, { why: "already-imported" });
  if (service.meshExternal) return undecided(service, { why: "mesh-external" });
  const match = context.rules.match(service);
  if (match === null) return undecided(service, { why: context.rejected ? "peer-rejected" : "no-rule" });
  const resources: GeneratedResources = {
    resourceName: generatedResourceName("fed-exp", context.peerName, service),
    namespace: context.meshNamespace,
    host: match.name.hostname,
    destination: service.hostname,
  };
  const refused = refusedPart(resources);
  const notExported = notExportedBecause(service, context, refused);
  const exported = notExported === null;
  // Events do not ask for exportTo, and never concern the ingress service itself (same file as above, serviceUpdated).
  const exportedOnEvent = !context.rejected && refused === null && service.hostname !== context.ingressHost;
  return {
    service,
    rule: match.rule,
    ruleName: match.name,
    exported,
    exportedOnEvent,
    exportedName: exported || exportedOnEvent ? match.name : null,
    failed: !context.rejected && refused !== null,
    notExported,
    resources,
  };
}

/** Decides every service of a mesh's registry for one peer. One service's decision does not depend on the others. */
export function decideExports<S extends RegistryService>(input: ExportInput<S>): ExportDecisions<S> {
  const { peerName, meshNamespace, ingressName, clusterDomain, services } = input;
  const set = input.set !== null && isSetOfPeer(input.set, peerName, meshNamespace) ? input.set : null;
  const rules = compileExportRules(set, peerName);
  const peerRejected = peerRejection({ name: peerName, namespace: meshNamespace });
  const context: PeerContext = {
    peerName,
    meshNamespace,
    ingressHost: serviceHostname(ingressName, meshNamespace, clusterDomain),
    rejected: peerRejected !== null,
    rules,
  };
  return { peerRejected, voided: rules.voided, decisions: services.map((service) => decide(service, context)) };
}
