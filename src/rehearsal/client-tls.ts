// What a client's DestinationRule says of TLS to a service: then istiod goes by it, and by nothing that it finds out itself.
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import type { Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import { sliceIn } from "./cluster-state.ts";
import { type IstiodView, type KnownService, type Onlooker, visibility } from "./known-services.ts";

type DestinationRule = Typed<"DestinationRule.networking.istio.io">;

export interface ClientTls {
  readonly rule: ObjectRef;
  /** Anything but ISTIO_MUTUAL is no mTLS of the mesh. */
  readonly mutual: boolean;
  /** Names that take the place of those that istiod knows; null: none are stated. */
  readonly names: readonly string[] | null;
}

/**
 * By the rule that applies: looked for in the client's namespace, then in the service's, then in the root namespace, in each the
 * most specific host, and of several the oldest with a traffic policy; a port's own settings come before the general ones (Istio
 * 1.20, pilot/pkg/model/push_context.go, destinationRule, destination_rule.go, mergeDestinationRule, and
 * pilot/pkg/xds/endpoints/mtls_checker.go). null: no rule says a word of TLS.
 */
export function clientTls(view: IstiodView, client: Onlooker, service: KnownService, port: number): ClientTls | null {
  const slice = sliceIn(view.state, kind);
  // In most meshes no rule says a word of it.
  if (!slice.kept("states TLS", "", null, () => slice.list().some(({ body }) => statesTls(body)))) return null;
  for (const place of new Set([client.namespace, service.namespace, view.mesh.namespace])) {
    const { exact, wild } = rulesIn(view, place);
    const fitting = [
      ...(exact.get(service.host) ?? []),
      ...wild.filter((rule) => fits(rule.view.spec.host, service.host)),
    ];
    const rules = mostSpecific(fitting.filter((rule) => applies(rule, place, client)));
    const policy = rules.find(({ view: { spec } }) => spec.trafficPolicy !== null);
    if (rules.length > 0) return policy ? tlsOf(policy, port) : null;
  }
  return null;
}

const kind = "DestinationRule.networking.istio.io";

interface Rules {
  readonly exact: ReadonlyMap<string, readonly DestinationRule[]>;
  readonly wild: readonly DestinationRule[];
}

/** Of a namespace, the oldest first. */
function rulesIn({ state, mesh }: IstiodView, namespace: string): Rules {
  const slice = sliceIn(state, kind);
  return slice.kept(`rules of ${mesh.id}`, namespace, mesh, () => {
    // The slice is of this kind.
    const rules = sortedBy(
      (slice.namespaces.get(namespace) ?? []) as unknown as readonly DestinationRule[],
      ({ object }) => textAt(object.body, "/metadata/creationTimestamp"),
      ({ ref }) => refKey(ref),
    );
    const isWild = ({ view }: DestinationRule): boolean => view.spec.host.startsWith("*");
    return {
      exact: groupBy(
        rules.filter((rule) => !isWild(rule)),
        (rule) => fullHost(rule, mesh.clusterDomain),
      ),
      wild: rules.filter(isWild),
    };
  });
}

/** One with a workloadSelector is for its own namespace alone. */
function applies({ view: { spec }, object }: DestinationRule, place: string, client: Onlooker): boolean {
  const labels = valueAt(object.body, "/spec/workloadSelector/matchLabels");
  if (typeof labels === "object" && labels !== null && !Array.isArray(labels))
    return place === client.namespace && matchesPairs(labels as Readonly<Record<string, string>>, client.labels);
  const shownIn = visibility(spec.exportTo, place);
  return shownIn === null || shownIn.includes(client.namespace);
}

/** Those of the host itself, else those of the longest wildcard (Istio 1.20, pilot/pkg/model/config.go, MostSpecificHostMatch). */
function mostSpecific(rules: readonly DestinationRule[]): readonly DestinationRule[] {
  const rank = ({ view: { spec } }: DestinationRule): number =>
    spec.host.startsWith("*") ? spec.host.length : Infinity;
  const best = Math.max(...rules.map(rank));
  return rules.filter((rule) => rank(rule) === best);
}

function fits(pattern: string, host: string): boolean {
  return host.endsWith(pattern.slice(1));
}

/** A short name means a Service of the rule's own namespace. */
function fullHost({ ref, view }: DestinationRule, clusterDomain: string): string {
  const { host } = view.spec;
  return host.includes(".") ? host : `${host}.${ref.namespace ?? ""}.svc.${clusterDomain}`;
}

function tlsOf({ ref, view, object }: DestinationRule, port: number): ClientTls | null {
  const general = view.spec.trafficPolicy;
  const at = (general?.portLevelSettings ?? []).findIndex(
    ({ tls }, index) =>
      tls !== null && valueAt(object.body, `/spec/trafficPolicy/portLevelSettings/${index}/port/number`) === port,
  );
  const tls = general?.portLevelSettings[at]?.tls ?? general?.tls ?? null;
  if (tls === null) return null;
  const { mode, subjectAltNames } = tls;
  return { rule: ref, mutual: mode === "ISTIO_MUTUAL", names: subjectAltNames.length > 0 ? subjectAltNames : null };
}

/** Whether a rule says something of TLS. */
export function statesTls(body: Json): boolean {
  const ports = valueAt(body, "/spec/trafficPolicy/portLevelSettings");
  return (
    valueAt(body, "/spec/trafficPolicy/tls") !== undefined ||
    (Array.isArray(ports) && (ports as readonly Json[]).some((each) => valueAt(each, "/tls") !== undefined))
  );
}

function textAt(body: Json, path: string): string {
  const value = valueAt(body, path);
  return typeof value === "string" ? value : "";
}
