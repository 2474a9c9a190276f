// What a workload does with a connection: mTLS or not, whose certificate, and whether its policies let the caller in.
import { principalOf, type Caller } from "../policies/match-source.ts";
import { accessOf } from "../policies/decide-access.ts";
import { strangersOf } from "../policies/strangers.ts";
import type { Reason } from "../dataplane/reached.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Slice } from "./cluster-state.ts";
import type { IstiodView } from "./known-services.ts";

type Policy = Typed<"AuthorizationPolicy.security.istio.io">;

/** Why the workload's policies refuse the caller at a port of the pod; null: they let it in, or at least some of its requests. */
export function refusedByPolicy(view: IstiodView, shape: PodShape, port: number, caller: Caller): Reason | null {
  const slice = view.state.slices.get("AuthorizationPolicy.security.istio.io");
  if (!slice) return null;
  const policies = policiesOf(view, shape);
  if (policies.length === 0) return null;
  const decided = slice.kept("decided", policies, view.mesh, () => new Map<string, Reason | null>());
  const asked = `${port} ${principalOf(caller)}`;
  const known = decided.get(asked);
  if (known !== undefined) return known;
  const domains = [view.mesh.trustDomain, ...view.mesh.trustDomainAliases];
  const reason = decide({ policies, domains, shape, port, caller });
  decided.set(asked, reason);
  return reason;
}

/** Callers of a trust domain that the workload's policies may tell apart. */
export function strangersAt(view: IstiodView, shape: PodShape, trustDomain: string): readonly Caller[] {
  const policies = policiesOf(view, shape);
  const make = (): readonly Caller[] =>
    strangersOf(
      trustDomain,
      policies.map((policy) => policy.view.spec),
    );
  const slice = view.state.slices.get("AuthorizationPolicy.security.istio.io");
  return slice ? slice.kept(`strangers of ${trustDomain}`, policies, null, make) : make();
}

function policiesOf(view: IstiodView, shape: PodShape): readonly Policy[] {
  const slice = view.state.slices.get("AuthorizationPolicy.security.istio.io");
  if (!slice) return [];
  return slice.kept("policies", view.readings.keyOfPod(view.mesh, shape), shape, () =>
    policiesAt(slice, view.mesh, shape),
  );
}

interface Asked {
  readonly policies: readonly Policy[];
  /** The trust domain of the workload's mesh, and its aliases. */
  readonly domains: readonly string[];
  readonly shape: PodShape;
  readonly port: number;
  readonly caller: Caller;
}

function decide({ policies, domains, shape, port, caller }: Asked): Reason | null {
  const access = accessOf(
    policies.map(({ view: { spec } }) => ({ ...spec, rules: spec.rules.flatMap((rule) => ruleAt(rule, port)) })),
    caller,
    domains,
  );
  const isDenied = access.denied.includes("");
  if (!isDenied && (access.allowed === null || access.allowed.length > 0 || access.unknown.length > 0)) return null;
  const [first] = policies.filter(({ view: { spec } }) => (spec.action === "DENY") === isDenied);
  return { code: "policy-denies", at: first?.ref ?? shape.workload, params: { caller: principalOf(caller) } };
}

type Rule = Policy["view"]["spec"]["rules"][number];

/** What is left of a rule at a port: nothing where none of its operations means the port, and no `to` where one means nothing else. */
function ruleAt(rule: Rule, port: number): readonly Rule[] {
  if (rule.to.length === 0) return [rule];
  const text = String(port);
  const to = rule.to.flatMap(({ operation }) => {
    const { ports, notPorts, ...rest } = operation;
    if ((ports.length > 0 && !ports.includes(text)) || notPorts.includes(text)) return [];
    return [{ operation: { ...rest, ports: [], notPorts: [] } }];
  });
  if (to.length === 0) return [];
  const isWhole = to.some(({ operation }) => Object.values(operation).every((values) => values.length === 0));
  return [{ ...rule, to: isWhole ? [] : to }];
}

/**
 * The policies that act on a workload: of its namespace and of the root namespace, ours too (Istio 1.20,
 * pilot/pkg/model/authorization.go). Those that name a Gateway, or only log, do not.
 */
function policiesAt(slice: Slice, mesh: Mesh, { namespace, labels }: PodShape): readonly Policy[] {
  const found = [
    ...(slice.namespaces.get(namespace) ?? []),
    ...(namespace === mesh.namespace ? [] : (slice.namespaces.get(mesh.namespace) ?? [])),
  ];
  // The slice is of this kind.
  return (found as unknown as readonly Policy[]).filter(
    ({ view: { spec, metadata } }) =>
      spec.targetRef === null &&
      !/^(?:1|t|T|true|TRUE|True)$/u.test(metadata.annotations["istio.io/dry-run"] ?? "") &&
      selects(spec.selector?.matchLabels ?? {}, labels),
  );
}

/** One without labels means every workload. */
function selects(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.keys(wanted).length === 0 || matchesPairs(wanted, labels);
}

/** Whether the sidecar takes the connections to a port, or leaves them to the program, by its annotations (Istio 1.20, resource annotations). */
export function captures({ annotations }: PodShape, port: number): boolean {
  const listed = (name: string): readonly string[] | null => {
    const value = annotations[`traffic.sidecar.istio.io/${name}`];
    return value === undefined ? null : value.split(",").map((each) => each.trim());
  };
  if (listed("excludeInboundPorts")?.includes(String(port))) return false;
  const included = listed("includeInboundPorts");
  return included === null || included.includes("*") || included.includes(String(port));
}
