// What one mesh takes of what a peer offers: for each offered host, which rule decides and under which host it is known here.
import type { ImportedServiceSet } from "../../inventory/kinds/imported-service-set.ts";
import { isSetOfPeer } from "./export-decision.ts";
import type { VoidedRule } from "./export-rules.ts";
import {
  type GeneratedResources,
  generatedResourceName,
  type RefusedPart,
  refusedPart,
} from "./generated-resources.ts";
import {
  compileImportRules,
  type ImportRules,
  type ImportRuleVoid,
  type ImportSuffixes,
  importSuffixes,
} from "./import-rules.ts";
import { effectiveLocality, type Locality } from "./locality.ts";
import type { MappedName } from "./name-mapping.ts";
import { peerRejection } from "./peer-validity.ts";

export type NotImported =
  | { readonly why: "no-rule" }
  | { readonly why: "peer-rejected" }
  | { readonly why: "invalid-name"; readonly refused: RefusedPart };

/** Anything that has the exported name; `OfferedHost` is the usual one. */
export interface Offer {
  readonly name: MappedName;
}

export interface ImportDecision<O extends Offer = Offer> {
  readonly offer: O;
  /** Place of the deciding rule in spec.importRules, or null. */
  readonly rule: number | null;
  /** The name that the deciding rule gives, whatever comes of it. */
  readonly ruleName: MappedName | null;
  readonly imported: boolean;
  /** The local name and host; null unless imported. */
  readonly local: MappedName | null;
  /** The host ends in the cluster's own suffix, wanted (importAsLocal) or not. */
  readonly asLocal: boolean;
  /** Where the federation service lives: the alias namespace as local, else the control plane's; null unless imported. */
  readonly homeNamespace: string | null;
  readonly failed: boolean;
  /** null where `imported`. */
  readonly notImported: NotImported | null;
  /** What istiod generates, or tries to; null without a rule. */
  readonly resources: GeneratedResources | null;
}

export interface ImportInput<O extends Offer = Offer> {
  readonly peerName: string;
  /** The control plane's namespace, where peer and set live. */
  readonly meshNamespace: string;
  readonly clusterDomain?: string;
  /** null: there is none, so nothing is imported. A set that is called or placed differently from the peer counts as none. */
  readonly set: Pick<ImportedServiceSet, "metadata" | "spec"> | null;
  readonly offers: readonly O[];
}

export interface ImportDecisions<O extends Offer = Offer> extends ImportSuffixes {
  /** istiod's text for a peer that it refuses, or null. */
  readonly peerRejected: string | null;
  readonly voided: readonly VoidedRule<ImportRuleVoid>[];
  /** Of all endpoints of this peer; null: none, or an invalid combination. */
  readonly locality: Locality | null;
  /** One per offer, in the order of the input. */
  readonly decisions: readonly ImportDecision<O>[];
}

interface PeerContext {
  readonly peerName: string;
  readonly meshNamespace: string;
  readonly localSuffix: string;
  readonly rejected: boolean;
  readonly rules: ImportRules;
}

function decide<O extends Offer>(offer: O, context: PeerContext): ImportDecision<O> {
  const match = context.rules.match(offer.name);
  const resources: GeneratedResources | null = match && {
    resourceName: generatedResourceName("fed-imp", context.peerName, offer.name),
    namespace: context.meshNamespace,
    host: match.name.hostname,
    destination: offer.name.hostname,
  };
  const none = {
    offer,
    rule: match?.rule ?? null,
    ruleName: match?.name ?? null,
    imported: false,
    local: null,
    asLocal: false,
    homeNamespace: null,
    failed: false,
    resources,
  };
  if (context.rejected) return { ...none, notImported: { why: "peer-rejected" } };
  if (match === null || resources === null) return { ...none, notImported: { why: "no-rule" } };
  const refused = refusedPart(resources);
  if (refused !== null) return { ...none, failed: true, notImported: { why: "invalid-name", refused } };
  // A comparison of text, not of labels: `mysvc.cluster.local` is local as well, and so is the suffix `cluster.local` in a
  // namespace called `svc` (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go, convertToLocalService).
  const asLocal = match.name.hostname.endsWith(context.localSuffix);
  const homeNamespace = asLocal ? match.name.namespace : context.meshNamespace;
  return { ...none, imported: true, local: match.name, asLocal, homeNamespace, notImported: null };
}

/** Decides every offered host for one peer. One host's decision does not depend on the others. */
export function decideImports<O extends Offer>(input: ImportInput<O>): ImportDecisions<O> {
  const { peerName, meshNamespace, clusterDomain, offers } = input;
  const set = input.set !== null && isSetOfPeer(input.set, peerName, meshNamespace) ? input.set : null;
  const suffixes = importSuffixes(peerName, clusterDomain);
  const rules = compileImportRules(set, suffixes);
  const peerRejected = peerRejection({ name: peerName, namespace: meshNamespace });
  const context: PeerContext = {
    peerName,
    meshNamespace,
    localSuffix: suffixes.localSuffix,
    rejected: peerRejected !== null,
    rules,
  };
  return {
    ...suffixes,
    peerRejected,
    voided: rules.voided,
    locality: effectiveLocality(set?.spec.locality ?? null),
    decisions: offers.map((offer) => decide(offer, context)),
  };
}
