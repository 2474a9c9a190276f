// What a rule of an AuthorizationPolicy asks of a source whose identity is known, and what is left to the request.
import { canonicalJson } from "../core/json.ts";
import { sortedUnique } from "../core/order.ts";
import type { AuthorizationPolicy } from "../inventory/kinds/authorization-policy.ts";

export type Rule = AuthorizationPolicy["spec"]["rules"][number];
type Source = Rule["from"][number]["source"];
type Condition = Rule["when"][number];

/** Who calls: "DOMAIN/ns/NAMESPACE/sa/ACCOUNT". Its address is not known beforehand. */
export interface Caller {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly account: string;
}

/**
 * How a rule takes a caller: not at all; for the requests that `rest` describes ("" for every request); or it cannot be
 * said without the caller's address.
 */
export type Taken =
  | { readonly takes: "no" }
  | { readonly takes: "requests"; readonly rest: string }
  | { readonly takes: "unknown"; readonly because: string };

export function principalOf({ trustDomain, namespace, account }: Caller): string {
  return `${trustDomain}/ns/${namespace}/sa/${account}`;
}

/**
 * `domains`: the trust domain of the policy's mesh and its aliases, which count as one in principals of five parts.
 */
export function takenBy(rule: Rule, caller: Caller, domains: readonly string[]): Taken {
  const from = fromTakes(rule.from, caller, domains);
  if (from.takes === "no") return from;
  const rest: string[] = from.takes === "requests" && from.rest !== "" ? [from.rest] : [];
  let unknown = from.takes === "unknown" ? from.because : null;
  for (const condition of rule.when) {
    const taken = whenTakes(condition, caller, domains);
    if (taken.takes === "no") return taken;
    if (taken.takes === "unknown") unknown ??= taken.because;
    else if (taken.rest !== "") rest.push(taken.rest);
  }
  if (unknown !== null) return { takes: "unknown", because: unknown };
  if (rule.to.length > 0) rest.push(`to ${canonicalJson(rule.to)}`);
  return { takes: "requests", rest: sortedUnique(rest).join(" and ") };
}

function fromTakes(from: Rule["from"], caller: Caller, domains: readonly string[]): Taken {
  if (from.length === 0) return { takes: "requests", rest: "" };
  const taken = from.map(({ source }) => sourceTakes(source, caller, domains)).filter(({ takes }) => takes !== "no");
  // Any source is enough: one that takes every request makes the others, known or not, superfluous.
  if (taken.some((each) => each.takes === "requests" && each.rest === "")) return { takes: "requests", rest: "" };
  const unknown = taken.find((each) => each.takes === "unknown");
  if (unknown) return unknown;
  const rests = sortedUnique(taken.flatMap((each) => (each.takes === "requests" ? [each.rest] : [])));
  return rests.length === 0 ? { takes: "no" } : { takes: "requests", rest: rests.join(" or ") };
}

/** All fields of a source have to fit (Istio 1.20, pilot/pkg/security/authz/model). */
function sourceTakes(source: Source, caller: Caller, domains: readonly string[]): Taken {
  const principal = (patterns: readonly string[]) => patterns.some((each) => principalFits(each, caller, domains));
  const namespace = (patterns: readonly string[]) => patterns.some((each) => namespaceFits(each, caller));
  if (source.principals.length > 0 && !principal(source.principals)) return { takes: "no" };
  if (principal(source.notPrincipals)) return { takes: "no" };
  if (source.namespaces.length > 0 && !namespace(source.namespaces)) return { takes: "no" };
  if (namespace(source.notNamespaces)) return { takes: "no" };
  const addresses = [...source.ipBlocks, ...source.notIpBlocks, ...source.remoteIpBlocks, ...source.notRemoteIpBlocks];
  if (addresses.length > 0) return { takes: "unknown", because: `addresses ${addresses.join(", ")}` };
  const { requestPrincipals, notRequestPrincipals } = source;
  if (requestPrincipals.length + notRequestPrincipals.length === 0) return { takes: "requests", rest: "" };
  return { takes: "requests", rest: `token ${canonicalJson({ notRequestPrincipals, requestPrincipals })}` };
}

function whenTakes({ key, values, notValues }: Condition, caller: Caller, domains: readonly string[]): Taken {
  const decide = (fits: (pattern: string) => boolean): Taken =>
    (values.length > 0 && !values.some(fits)) || notValues.some(fits)
      ? { takes: "no" }
      : { takes: "requests", rest: "" };
  switch (key) {
    case "source.principal":
      return decide((pattern) => principalFits(pattern, caller, domains));
    case "source.namespace":
      return decide((pattern) => namespaceFits(pattern, caller));
    case "source.ip":
    case "remote.ip":
    // The gateway asked for the exporter's own host, clients ask for theirs (Maistra 2.5, pkg/servicemesh/federation/server/routing.go).
    case "connection.sni":
    // Written by the proxies themselves, from who calls and whence.
    case "request.headers[x-forwarded-client-cert]":
    case "request.headers[x-forwarded-for]":
      return { takes: "unknown", because: `${key} ${[...values, ...notValues].join(", ")}` };
    default:
      return { takes: "requests", rest: `when ${canonicalJson({ key, notValues, values })}` };
  }
}

function principalFits(pattern: string, caller: Caller, domains: readonly string[]): boolean {
  const text = principalOf(caller);
  return isFiveParts(pattern)
    ? expanded(pattern, domains).some((each) => textFits(each, text))
    : textFits(pattern, text);
}

/** Whether it has four slashes, counted without making parts: a rehearsal asks this millions of times. */
function isFiveParts(pattern: string): boolean {
  let slashes = 0;
  for (let at = pattern.indexOf("/"); at >= 0; at = pattern.indexOf("/", at + 1)) slashes += 1;
  return slashes === 4;
}

/**
 * A principal of five parts whose first is one of the domains, or "cluster.local" whatever the mesh's own domain is, stands
 * for the same in every domain; `*` in its parts does not matter, unless the first is nothing else. All others, "west/*" among
 * them, stay as they are (Istio 1.20, pilot/pkg/security/trustdomain/bundle.go).
 */
function expanded(pattern: string, domains: readonly string[]): readonly string[] {
  const [domain = "", ...parts] = pattern.split("/");
  if (domain === "*") return [pattern];
  const fits = domains.some((each) => textFits(domain, each) || textFits(each, domain));
  if (!fits && domain !== "cluster.local") return [pattern];
  return domains.map((each) =>
    domain.startsWith("*") && each.endsWith(domain.slice(1)) ? pattern : [each, ...parts].join("/"),
  );
}

/** Exact, prefix, suffix or presence (Istio 1.20, AuthorizationPolicy reference: a `*` at one end, or alone). */
function textFits(pattern: string, text: string): boolean {
  if (pattern === "*") return text !== "";
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
  return pattern === text;
}

/**
 * A namespace is looked for in the whole identity, as "/ns/NAMESPACE/" with every `*` for any text (a regular expression in Istio
 * 1.20, pilot/pkg/security/authz/model/generator.go): the trust domain plays no part, `*` may stand anywhere, and what stands
 * after it may lie behind the namespace ("*sa" fits every identity).
 */
function namespaceFits(pattern: string, caller: Caller): boolean {
  const [first = "", ...rest] = `/ns/${pattern}/`.split("*");
  const text = principalOf(caller);
  let at = text.indexOf(first);
  if (at < 0) return false;
  at += first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
