// Whether a workload takes mTLS at a port, by all PeerAuthentications that speak of it.
import { groupBy } from "../core/order.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";

export type PeerAuthenticationObject = Typed<"PeerAuthentication.security.istio.io">;

type PolicyOf = (
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number,
) => PeerAuthenticationObject | null;

/** A question for the policy that switches mTLS off for a workload at a port; any of several that may count is answered. */
export function mtlsSwitchedOff(cluster: Cluster, root: string): PolicyOf {
  const decisive = decisivePolicies(cluster, root);
  return (...of) => decisive(...of).find(({ mode }) => mode === "DISABLE")?.policy ?? null;
}

/** The same for the policy that has it take nothing but mTLS; none where any that may count says otherwise. */
export function mtlsDemanded(cluster: Cluster, root: string): PolicyOf {
  const decisive = decisivePolicies(cluster, root);
  return (...of) => {
    const policies = decisive(...of);
    return policies.every(({ mode }) => mode === "STRICT") ? (policies[0]?.policy ?? null) : null;
  };
}

/**
 * One for a workload's labels decides before its namespace's, that before the root namespace's; what is not set, or UNSET, is
 * asked of the next. Settings of ports count only in a policy with a selector. Of several for one workload the oldest counts,
 * which is not known here: all of them are given (Istio 1.20, PeerAuthentication reference; pilot/pkg/model/authentication.go).
 */
function decisivePolicies(cluster: Cluster, root: string) {
  const byNamespace = groupBy(cluster.typed["PeerAuthentication.security.istio.io"], ({ ref }) => ref.namespace ?? "");
  const general = (namespace: string) =>
    (byNamespace.get(namespace) ?? []).filter(({ view }) => selectorOf(view).length === 0);
  return (namespace: string, labels: Readonly<Record<string, string>>, port: number) => {
    const own = (byNamespace.get(namespace) ?? []).filter(
      ({ view }) => selectorOf(view).length > 0 && matchesPairs(view.spec.selector?.matchLabels ?? {}, labels),
    );
    const layers = [
      own.map((policy) => ({ policy, mode: policy.view.spec.portLevelMtls[String(port)]?.mode ?? "" })),
      own.map(withMode),
      general(namespace).map(withMode),
      general(root).map(withMode),
    ];
    for (const layer of layers) {
      const set = layer.filter(({ mode }) => mode !== "" && mode !== "UNSET");
      if (set.length > 0) return set;
    }
    return [];
  };
}

function selectorOf(view: PeerAuthenticationObject["view"]): readonly string[] {
  return Object.keys(view.spec.selector?.matchLabels ?? {});
}

function withMode(policy: PeerAuthenticationObject) {
  return { policy, mode: policy.view.spec.mtls.mode };
}
