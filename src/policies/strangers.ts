// Callers of another trust domain that policies are asked about: somebody whom none names, and the accounts that some do name.
import type { AuthorizationPolicy } from "../inventory/kinds/authorization-policy.ts";
import type { Caller } from "./match-source.ts";

/** An account that nobody names: where a policy lets some accounts in and not others, it is not among them. */
const anybody = { namespace: "meshferry-anybody", account: "anybody" };

const fiveParts = /^[^/*]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/u;

/**
 * With trust domain aliases a policy for an account of one mesh admits the account of that name of another (docs/facts.md,
 * trust.domain-aliases): each account that is named is a caller of its own.
 */
export function strangersOf(trustDomain: string, policies: readonly AuthorizationPolicy["spec"][]): readonly Caller[] {
  const named = new Map<string, Caller>();
  for (const { action, rules } of policies) {
    if (action !== "ALLOW" && action !== "") continue;
    for (const { source } of rules.flatMap(({ from }) => from))
      for (const principal of source.principals) {
        const [, namespace, account] = fiveParts.exec(principal) ?? [];
        if (namespace && account) named.set(`${namespace}/${account}`, { trustDomain, namespace, account });
      }
  }
  return [{ trustDomain, ...anybody }, ...named.values()];
}
