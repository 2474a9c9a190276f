// Every client that passes the policies of an exported service today passes them afterwards, and nobody else does.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { authorizationPolicy } from "../../../inventory/kinds/authorization-policy.ts";
import { type AccessChange, accessOf, compareAccess } from "../../../policies/decide-access.ts";
import { type Caller, principalOf } from "../../../policies/match-source.ts";
import { policiesBehind, type SelectedPolicy } from "../../../policies/policies-of.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { importerClients } from "../../../target/importer-clients.ts";
import { callersAfterwards, callerToday, policyDomains } from "../../../target/service-callers.ts";
import {
  allowPolicyAdded,
  authorizerAsked,
  policyAdmits,
  policyDenies,
  policyUndecided,
} from "../../codes/policies.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  const callers = callersOf(input, carried);
  const pairs = groupBy(carried, ({ exported, importer }) => `${refKey(exported.service)}|${importer.mesh.id}`);
  return [...pairs.values()].flatMap((group) => {
    const [first] = group;
    return first ? ofPair(input, carried, callers, first) : [];
  });
};

/** What is to be said of one service and the clients of one importer. */
function ofPair(
  input: CheckInput,
  carried: readonly CarriedRoute[],
  callers: (mesh: Mesh) => readonly Caller[],
  route: CarriedRoute,
): Finding[] {
  const { exported, importer } = route;
  const exporter = route.exporter.mesh;
  const today = callerToday(exported, exporter, input.federation.links);
  const cluster = clusterOf(input.inventory, exporter);
  const theirs = policiesBehind(cluster, exporter, input.podsOf(exporter), exported.service);
  if (!today || theirs.length === 0) return [];
  const partners = carried
    .filter((each) => each.exporter.mesh.id === exporter.id || each.importer.mesh.id === exporter.id)
    .flatMap((each) => [each.exporter.mesh, each.importer.mesh]);
  const specs = theirs.map(({ policy }) => policy.view.spec);
  const ours = ownPolicies(input, exported.service);
  const before = accessOf(specs, today, policyDomains(exporter, []));
  const domains = policyDomains(exporter, partners);
  const changes = callers(importer.mesh).map((caller) => ({
    caller,
    change: compareAccess(before, accessOf([...specs, ...ours], caller, domains)),
  }));
  const findings = differences(route, theirs, changes);
  return ours.some(({ action }) => action === "ALLOW") ? [...findings, added(route, theirs, ours)] : findings;
}

/** Worked out once for each importer: many services may be asked about. */
function callersOf({ inventory, podsOf }: CheckInput, carried: readonly CarriedRoute[]): (mesh: Mesh) => Caller[] {
  const groups = groupBy(carried, ({ importer }) => importer.mesh.id);
  const made = new Map<string, Caller[]>();
  return (mesh) => {
    const callers =
      made.get(mesh.id) ?? callersAfterwards(importerClients(inventory, groups.get(mesh.id) ?? [], podsOf));
    made.set(mesh.id, callers);
    return callers;
  };
}

/** The policies of ours for a service, those that keep others out among them. */
function ownPolicies({ target }: CheckInput, service: CarriedRoute["exported"]["service"]) {
  return target.objects
    .filter(
      ({ role, ref }) => role === "policy" && ref.cluster === service.cluster && ref.namespace === service.namespace,
    )
    .filter(({ ref }) => [`meshferry-${service.name}`, `meshferry-allow-${service.name}`].includes(ref.name))
    .map(({ template }) => authorizationPolicy.parse(template).spec);
}

interface Change {
  readonly caller: Caller;
  readonly change: AccessChange;
}

function differences(route: CarriedRoute, policies: readonly SelectedPolicy[], changes: readonly Change[]): Finding[] {
  const { exported, importer } = route;
  const subjects = [exported.service, ...policies.map(({ policy }) => policy.ref)];
  const facts = {
    service: refText(exported.service),
    importer: importer.mesh.id,
    policies: fewNames(policies.map(({ policy }) => `${policy.ref.namespace}/${policy.ref.name}`)),
    domain: importer.mesh.trustDomain,
  };
  const findings: Finding[] = [];
  const undecided = sortedUnique(changes.flatMap(({ change }) => change.unknown));
  if (undecided.length > 0) return [policyUndecided.at(subjects, { ...facts, reasons: undecided.join("; ") })];
  for (const [code, of] of [
    [policyDenies, "lost"],
    [policyAdmits, "gained"],
  ] as const) {
    const hit = changes.filter(({ change }) => change[of].length > 0);
    if (hit.length === 0) continue;
    const clients = fewNames(hit.map(({ caller }) => principalOf(caller)));
    const requests = sortedUnique(hit.flatMap(({ change }) => change[of])).map((each) => each || "every one");
    findings.push(code.at(subjects, { ...facts, clients, requests: requests.join("; ") }));
  }
  if (changes.some(({ change }) => change.askedAnew)) findings.push(authorizerAsked.at(subjects, facts));
  return findings;
}

function added(
  route: CarriedRoute,
  policies: readonly SelectedPolicy[],
  ours: ReturnType<typeof ownPolicies>,
): Finding {
  const domains = ours
    .filter(({ action }) => action === "ALLOW")
    .flatMap(({ rules }) => rules.flatMap(({ from }) => from.flatMap(({ source }) => source.principals)));
  return allowPolicyAdded.at([route.exported.service], {
    service: refText(route.exported.service),
    domains: sortedUnique(domains).join(", "),
    policies: fewNames(policies.map(({ policy }) => `${policy.ref.namespace}/${policy.ref.name}`)),
  });
}

export const authorization: Check = {
  fact: "Who passes the policies of an exported service today passes them afterwards, and nobody else does",
  codes: [allowPolicyAdded, authorizerAsked, policyAdmits, policyDenies, policyUndecided],
  reads: [
    "AuthorizationPolicy.security.istio.io",
    "Gateway.networking.istio.io",
    "Service",
    "VirtualService.networking.istio.io",
  ],
  run,
};
