// Lets those in whom a policy let in through federation's gateway, now that they come under their own names.
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import type { RouteId } from "../core/ids.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import type { ExportedService } from "../federation/federation.ts";
import { type Mesh, refIn } from "../inventory/mesh.ts";
import type { SelectedPolicy } from "../policies/policies-of.ts";
import { type Caller, type Rule, takenBy } from "../policies/match-source.ts";
import type { DesiredObject } from "./desired-object.ts";
import { fitted, ourLabels } from "./names.ts";

export interface AllowQuestion {
  readonly exported: ExportedService;
  readonly exporter: Mesh;
  /** The meshes that the service is exported to and whose clients are moved. */
  readonly importers: readonly Mesh[];
  readonly policies: readonly SelectedPolicy[];
  readonly today: Caller;
  readonly afterwards: readonly Caller[];
  readonly routes: readonly RouteId[];
}

/**
 * An ALLOW policy beside those that name the federation ingress gateway: the same operations and conditions, for everybody
 * of the importing trust domains. null where nobody needs it, or where it would let in more than federation did: an
 * importer that shares the exporter's trust domain, or policies that select some of the service's pods only (an ALLOW
 * policy closes pods that had none).
 */
export function allowPolicy(question: AllowQuestion): DesiredObject | null {
  const { exported, exporter, importers, policies, today, afterwards, routes } = question;
  const domains = sortedUnique(importers.map(({ trustDomain }) => trustDomain));
  if (domains.length === 0 || domains.includes(exporter.trustDomain)) return null;
  const own = [exporter.trustDomain, ...exporter.trustDomainAliases];
  const allowing = policies.filter(({ policy }) => ["", "ALLOW"].includes(policy.view.spec.action));
  if (allowing.some(({ everyPod }) => !everyPod)) return null;
  const rules = allowing.flatMap(({ policy }) =>
    policy.view.spec.rules.filter((rule) => takenBy(rule, today, own).takes === "requests"),
  );
  const needed = rules.filter((rule) => afterwards.some((caller) => takenBy(rule, caller, own).takes === "no"));
  if (needed.length === 0) return null;
  const { service, selector } = exported;
  const name = fitted(`meshferry-allow-${service.name}`, 63);
  const made = new Map(
    needed.map((rule) => {
      // Of several sources, those that federation's gateway is one of.
      const from = rule.from.filter((each) => takenBy({ from: [each], to: [], when: [] }, today, own).takes !== "no");
      const replaced = forDomains({ ...rule, from }, domains);
      return [canonicalJson(replaced), replaced];
    }),
  );
  return {
    ref: refIn(service.cluster, "security.istio.io", "AuthorizationPolicy", service.namespace, name),
    role: "policy",
    routes: sortedUnique(routes),
    template: {
      apiVersion: "security.istio.io/v1beta1",
      kind: "AuthorizationPolicy",
      metadata: { name, namespace: service.namespace, labels: ourLabels },
      spec: {
        action: "ALLOW",
        selector: { matchLabels: selector },
        rules: sortedBy(made, ([key]) => key).map(([, rule]) => rule),
      },
    },
  };
}

/** The rule with its callers replaced; what it asks of a request, its token included, stays. */
function forDomains(rule: Rule, domains: readonly string[]): JsonObject {
  const principals = domains.map((domain) => `${domain}/*`);
  const tokens = rule.from
    .map(({ source: { requestPrincipals, notRequestPrincipals } }) =>
      filled({ requestPrincipals, notRequestPrincipals }),
    )
    .filter((token) => Object.keys(token).length > 0);
  const from = tokens.length > 0 ? tokens : [{}];
  const when = rule.when.filter(({ key }) => !/^(?:source|remote)\./u.test(key));
  return {
    from: from.map((token) => ({ source: { principals, ...token } })),
    ...(rule.to.length > 0 ? { to: rule.to.map(({ operation }) => ({ operation: filled(operation) })) } : {}),
    ...(when.length > 0 ? { when: when.map(({ key, ...lists }) => ({ key, ...filled(lists) })) } : {}),
  };
}

/** The fields that hold anything. */
function filled(lists: Readonly<Record<string, readonly string[]>>): JsonObject {
  const entries = Object.entries(lists).filter(([, values]) => values.length > 0);
  return Object.fromEntries(
    sortedBy(entries, ([field]) => field).map(([field, values]): [string, Json] => [field, values]),
  );
}
