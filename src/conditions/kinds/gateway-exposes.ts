// gateway-exposes: an east-west gateway passes on exactly the imported hosts, to their own workloads.
import { fewNames } from "../../core/few-names.ts";
import type { Host } from "../../core/ids.ts";
import { type ObjectRef, refKey, refText } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import { exposesMore, gatewayRejects, noProxies, notExposed, wrongAnswerer } from "../../findings/codes/conditions.ts";
import type { Route } from "../../routes/route.ts";
import { type ExposureView, type Facts, isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { backendsAt, namesOf, portsOf, sniOf } from "../pairs.ts";
import type { PlanIndex } from "../planned.ts";
import { unknownName, unseenOf, unseenWhat } from "../unseen.ts";
import { done, pending, type Verdict, worst } from "../verdict.ts";

/** A name that clients will use in their handshakes, and who may answer to it. */
interface Name {
  readonly sni: string;
  readonly answerers: readonly string[];
  /** Whether pods stood behind it when the plan was made. */
  readonly staffed: boolean;
}

/**
 * Listeners alone are no gate: on Istio 1.20 the clusters of a new passthrough listener come only with the next change of a
 * service (docs/facts.md, export.passthrough-clusters-late). So each name has a chain, a cluster and somebody behind it, and only
 * then it is knocked at.
 */
export const gatewayExposes: Kind<ConditionOf<"gateway-exposes">> = {
  stage: "proxies",
  judge: ({ gateway, hosts }, facts, plan) => {
    const names = namesAt(gateway, hosts, plan);
    if (!names) return unknownName(`the gateway ${refText(gateway)}`);
    const views = facts.exposure(gateway);
    if (isUnseen(views)) return unseenOf(gateway, "the proxies of", views);
    if (views.length === 0)
      return pending(noProxies.at([gateway], { workload: refText(gateway), wanted: "at least one" }));
    const held = worst(views.map((view) => ofView(gateway, hosts, names, view)));
    return held.is === "done" ? worst(answered(gateway, names, facts)) : held;
  },
};

/** null: the plan has no such gateway. */
function namesAt(gateway: ObjectRef, hosts: readonly Host[], plan: PlanIndex): readonly Name[] | null {
  const found = plan.gateways.get(refKey(gateway));
  if (!found) return null;
  const { mesh, importer } = found;
  return hosts.flatMap((host) => {
    const routes = (plan.exposed.get(`${mesh.id}|${host}`) ?? []).filter(
      (route) => importer === null || route.importer === importer,
    );
    const ports = [...new Set(routes.flatMap((route) => portsHere(route, mesh.id)))].sort((a, b) => a - b);
    return ports.map((port): Name => {
      const backends = routes
        .flatMap((route) => backendsAt(route, port))
        .filter(({ exported }) => exported.exporter === mesh.id);
      return {
        sni: sniOf(host, port),
        answerers: sortedUnique(backends.flatMap((backend) => namesOf(backend, mesh))),
        staffed: backends.some(
          ({ exported: { runners } }) => !runners.known || runners.value.some(({ replicas }) => replicas > 0),
        ),
      };
    });
  });
}

/** The ports of a route at which this mesh answers. */
function portsHere(route: Route, mesh: string): number[] {
  return portsOf(route).filter((port) => backendsAt(route, port).some(({ exported }) => exported.exporter === mesh));
}

function ofView(gateway: ObjectRef, hosts: readonly Host[], names: readonly Name[], view: ExposureView): Verdict {
  const [rejected] = view.rejected;
  const at = `${refText(gateway)} (${view.pod})`;
  if (rejected) {
    const { resource, why: reason } = rejected;
    return pending(gatewayRejects.at([gateway], { gateway: at, resource, reason }));
  }
  const trouble = (problem: string, isTrouble: (name: Name) => boolean): Verdict[] => {
    const troubled = names.filter(isTrouble).map(({ sni }) => sni);
    if (troubled.length === 0) return [];
    const counts = { count: troubled.length, of: names.length };
    return [pending(notExposed.at([gateway], { gateway: at, ...counts, problem, names: fewNames(troubled) }))];
  };
  const chains = ({ sni }: Name): number => view.snis.get(sni)?.chains ?? 0;
  const healthy = ({ sni }: Name): number | null => view.snis.get(sni)?.healthy ?? null;
  const exposed = new Set<string>(hosts);
  // Subsets and other ports of an exposed host have chains of their own; another host is more than was asked for.
  const others = [...view.snis.keys()].filter((sni) => !exposed.has(hostIn(sni)));
  return worst([
    ...trouble("no filter chain", (name) => chains(name) === 0),
    ...trouble("several filter chains", (name) => chains(name) > 1),
    ...trouble("no cluster behind the chain", (name) => healthy(name) === null),
    ...trouble("no healthy endpoint", (name) => name.staffed && healthy(name) === 0),
    ...(others.length > 0
      ? [pending(exposesMore.at([gateway], { gateway: at, names: fewNames(sortedUnique(others)) }))]
      : []),
  ]);
}

function hostIn(sni: string): string {
  // outbound_.PORT_.SUBSET_.HOST (Istio, model.BuildDNSSrvSubsetKey).
  return /^outbound_\.\d+_\.[^_]*_\.(.+)$/u.exec(sni)?.[1] ?? sni;
}

function answered(gateway: ObjectRef, names: readonly Name[], facts: Facts): Verdict[] {
  return names
    .filter(({ staffed }) => staffed)
    .map((name) => ({ ...name, answerer: facts.answerer(gateway, name.sni) }))
    .map(({ sni, answerers, answerer }) => {
      if (isUnseen(answerer)) return unseenWhat([gateway], `who answers to ${sni} at ${refText(gateway)}`, answerer);
      if ("identity" in answerer && answerers.includes(answerer.identity)) return done;
      const actual = "identity" in answerer ? answerer.identity : answerer.refused;
      return pending(
        wrongAnswerer.at([gateway], { gateway: refText(gateway), sni, actual, wanted: fewNames(answerers) }),
      );
    });
}
