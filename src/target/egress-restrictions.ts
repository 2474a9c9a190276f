// Which policies of a cluster stand between a pod and an address outside, and what they come to together.
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import { matchesSelector } from "../inventory/label-match.ts";
import {
  type AdminAction,
  adminOutcomes,
  firewallOutcomes,
  networkPoliciesAdmit,
  type OutsideDestination,
  restrictsEgress,
  soleVerdict,
  type Verdict,
} from "../policies/egress-verdict.ts";

export type Restriction = "network" | "admin" | "firewall";

/** A policy, and how many rules for egress it has. */
export interface Restricting {
  readonly ref: ObjectRef;
  readonly rules: number;
}

/** What closes the way, or may close it, and by which policies. */
export interface Judgement {
  readonly restriction: Restriction;
  readonly verdict: Exclude<Verdict, "open">;
  readonly by: readonly Restricting[];
}

type Labels = Readonly<Record<string, string>>;
type AdminPolicy =
  | Typed<"AdminNetworkPolicy.policy.networking.k8s.io">
  | Typed<"BaselineAdminNetworkPolicy.policy.networking.k8s.io">;

/** A question for every pod of the cluster, by its namespace and labels: nothing where the way is open. */
export function restrictionsOf(
  cluster: Cluster,
): (namespace: string, labels: Labels, to: OutsideDestination) => Judgement[] {
  const network = groupBy(
    cluster.typed["NetworkPolicy.networking.k8s.io"].filter(({ view }) => restrictsEgress(view.spec)),
    ({ ref }) => ref.namespace ?? "",
  );
  const firewalls = groupBy(
    [...cluster.typed["EgressFirewall.k8s.ovn.org"], ...cluster.typed["EgressNetworkPolicy.network.openshift.io"]],
    ({ ref }) => ref.namespace ?? "",
  );
  const admin = cluster.typed["AdminNetworkPolicy.policy.networking.k8s.io"];
  const baseline = cluster.typed["BaselineAdminNetworkPolicy.policy.networking.k8s.io"];
  const everywhere = admin.length + baseline.length > 0;
  return (namespace, labels, to) => {
    // As in most clusters; the question is put for every client.
    if (!everywhere && !network.has(namespace) && !firewalls.has(namespace)) return [];
    const selects = selectorOf(cluster, namespace, labels);
    const layers = {
      admin: sortedBy(
        admin.filter(selects),
        ({ view }) => String(view.spec.priority ?? 0).padStart(6, "0"),
        ({ ref }) => refKey(ref),
      ),
      network: (network.get(namespace) ?? []).filter(({ view }) => matchesSelector(view.spec.podSelector, labels)),
      baseline: baseline.filter(selects),
    };
    const ofFirewalls = (firewalls.get(namespace) ?? []).flatMap((firewall) =>
      judged("firewall", soleVerdict(firewallOutcomes(firewall.view.spec, to)), [firewall]),
    );
    // All have to let a connection pass: an egress firewall is no part of the layers of policies.
    return [...layersJudge(layers, to), ...ofFirewalls];
  };
}

interface Layers {
  readonly admin: readonly AdminPolicy[];
  readonly network: readonly Typed<"NetworkPolicy.networking.k8s.io">[];
  readonly baseline: readonly AdminPolicy[];
}

/**
 * AdminNetworkPolicies first; what they pass on is NetworkPolicies' where any selects the pod, else the baseline's
 * (network-policy-api v1alpha1; OpenShift documentation, network policy APIs).
 */
function layersJudge({ admin, network, baseline }: Layers, to: OutsideDestination): Judgement[] {
  const first = adminOutcomes(
    admin.map(({ view }) => view.spec),
    to,
  );
  const later = network.length > 0 ? ofNetwork() : ofBaseline();
  if (!first.has("pass")) return judged("admin", soleVerdict(verdictsOf(first, "open")), admin);
  if (first.size === 1) return later;
  const verdict = soleVerdict(verdictsOf(first, later[0]?.verdict ?? "open"));
  return judged("admin", verdict, admin);

  function ofNetwork(): Judgement[] {
    const specs = network.map(({ view }) => view.spec);
    return judged("network", networkPoliciesAdmit(specs, to), network);
  }

  function ofBaseline(): Judgement[] {
    const outcomes = adminOutcomes(
      baseline.map(({ view }) => view.spec),
      to,
    );
    return judged("admin", soleVerdict(verdictsOf(outcomes, "open")), baseline);
  }
}

function verdictsOf(outcomes: ReadonlySet<AdminAction>, passed: Verdict): ReadonlySet<Verdict> {
  return new Set([...outcomes].map((each) => (each === "allow" ? "open" : each === "deny" ? "closed" : passed)));
}

function judged(
  restriction: Restriction,
  verdict: Verdict,
  by: readonly { readonly ref: ObjectRef; readonly view: { readonly spec: { readonly egress: readonly unknown[] } } }[],
): Judgement[] {
  if (verdict === "open") return [];
  return [{ restriction, verdict, by: by.map(({ ref, view }) => ({ ref, rules: view.spec.egress.length })) }];
}

/** Whether an administrator's policy has the pod as its subject. */
function selectorOf(cluster: Cluster, namespace: string, labels: Labels): (policy: AdminPolicy) => boolean {
  const found = findTyped(cluster, "Namespace", null, namespace);
  const ofNamespace = { ...found?.view.metadata.labels, "kubernetes.io/metadata.name": namespace };
  return ({ view }) => {
    const { namespaces, pods } = view.spec.subject;
    if (namespaces) return matchesSelector(namespaces, ofNamespace);
    return (
      pods !== null && matchesSelector(pods.namespaceSelector, ofNamespace) && matchesSelector(pods.podSelector, labels)
    );
  };
}
