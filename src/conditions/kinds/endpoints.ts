// endpoints, joined: where the proxies of clients would send requests, and whom they would accept there.
import { fewNames } from "../../core/few-names.ts";
import { type ObjectRef, refKey, refText } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import { valueAt } from "../../core/pointer.ts";
import { endpointsDiffer, namesDiffer, noProxies } from "../../findings/codes/conditions.ts";
import { type Endpoint, type Facts, type HostAtPod, type HostView, isUnseen } from "../facts.ts";
import type { Route } from "../../routes/route.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { backendsAt, namesOf, type Probe, probesIn, remoteGatewayOf } from "../pairs.ts";
import type { PlanIndex, PlannedMesh } from "../planned.ts";
import { addressesIfAny, isVerdict, type RemoteAddress, remoteAddresses } from "../remote-gateway.ts";
import { unknownName, unseenOf } from "../unseen.ts";
import { done, pending, type Verdict, worst } from "../verdict.ts";
import { listAt } from "./objects.ts";
import { nobodyRuns } from "./proxies.ts";

export const endpoints: Kind<ConditionOf<"endpoints">> = {
  stage: "proxies",
  judge: ({ probes, via }, facts, plan) =>
    ofGroup(probes, facts, plan, via === "east-west", (expected, view) => {
      const { remote, federation, other } = sorted(view, expected);
      if (via === "none") return counted(remote + federation + other === 0, expected, view, "no endpoint");
      if (via === "federation")
        return counted(federation > 0 && remote + other === 0, expected, view, "federation's alone");
      return viaGateway(expected, view, federation + other === 0) ?? ofNames(expected, view, "exactly");
    }),
};

export const joined: Kind<ConditionOf<"joined">> = {
  stage: "proxies",
  judge: ({ probes, federation: wanted }, facts, plan) =>
    ofGroup(probes, facts, plan, true, (expected, view) => {
      const { federation } = sorted(view, expected);
      const isWanted = wanted === "gone" ? federation === 0 : federation > 0;
      return (
        viaGateway(expected, view, isWanted, wanted === "gone" ? ", none of federation" : ", and federation's") ??
        ofNames(expected, view, "among others")
      );
    }),
};

/** What every client should hold for one host and port. */
interface Wanted {
  readonly backends: readonly {
    readonly mesh: PlannedMesh;
    readonly addresses: readonly RemoteAddress[];
    readonly names: readonly string[];
  }[];
  /** The addresses of federation's egress gateways. */
  readonly egress: ReadonlySet<string>;
  /** Of all backends; sorted. */
  readonly names: readonly string[];
  /** The same without their trust domains. */
  readonly paths: ReadonlySet<string>;
  /** Names differ in these only where istiod has added aliases of the trust domain (Istio 1.20, pkg/spiffe, ExpandWithTrustDomains). */
  readonly trustDomains: ReadonlySet<string>;
}

/** The same, and which pod of which client is looked at. */
interface Expected extends Wanted {
  readonly probe: Probe;
  readonly at: HostAtPod;
}

type JudgeHost = (expected: Expected, view: HostView) => Verdict;

/** `remote`: whether the remote Gateways have to be there. */
function ofGroup(id: string, facts: Facts, plan: PlanIndex, remote: boolean, judge: JudgeHost): Verdict {
  const group = plan.probes.get(id);
  if (!group) return unknownName(`the probe group ${id}`);
  const sight = sightOf(facts, plan, remote);
  const wanted = kept((route: Route) => kept((port: number) => wantedAt(route, port, sight)));
  const idle = new Map(group.clients.map((client) => [refKey(client), nobodyRuns(facts, client)]));
  // Everything is asked for before anything is decided.
  const looked = probesIn(group, plan)
    .filter(({ client }) => idle.get(refKey(client)) === null)
    .map((probe) => ({ probe, at: facts.hosts(probe.client, probe.route.host, probe.port) }));
  return worst([
    ...[...idle.values()].filter((verdict) => verdict !== null),
    ...looked.flatMap(({ probe, at }) => {
      if (isUnseen(at)) return [unseenOf(probe.client, "the proxies of", at)];
      if (at.length === 0)
        return [pending(noProxies.at([probe.client], { workload: refText(probe.client), wanted: "at least one" }))];
      const expected = wanted(probe.route)(probe.port);
      if ("is" in expected) return at.map(() => expected);
      return at.map((each) => judge({ ...expected, probe, at: each }, each.view ?? { endpoints: [], names: [] }));
    }),
  ]);
}

/** What should be held, or why nobody knows. */
function wantedAt(route: Route, port: number, sight: Sight): Wanted | Verdict {
  const { importer } = route;
  const egress = sight.egress(importer);
  const backends: Wanted["backends"][number][] = [];
  const troubles: Verdict[] = "is" in egress ? [egress] : [];
  for (const backend of backendsAt(route, port)) {
    const mesh = sight.plan.meshes.get(backend.exported.exporter);
    const addresses = mesh ? sight.addresses(importer, mesh) : unknownName(`the mesh ${backend.exported.exporter}`);
    if (isVerdict(addresses)) troubles.push(addresses);
    else if (mesh) backends.push({ mesh, addresses, names: namesOf(backend, mesh) });
  }
  if ("is" in egress || troubles.length > 0) return worst(troubles);
  const names = sortedUnique(backends.flatMap((each) => each.names));
  return { backends, egress, names, paths: new Set(names.map(pathOf)), trustDomains: sight.trustDomains };
}

/** Facts that many pairs share, each looked up once. */
interface Sight {
  readonly plan: PlanIndex;
  readonly trustDomains: ReadonlySet<string>;
  readonly addresses: (importer: string, exporter: PlannedMesh) => readonly RemoteAddress[] | Verdict;
  readonly egress: (importer: string) => ReadonlySet<string> | Verdict;
}

function sightOf(facts: Facts, plan: PlanIndex, remote: boolean): Sight {
  const byId = new Map<string, PlannedMesh>([...plan.meshes].map(([id, mesh]) => [id, mesh]));
  const trustDomains = new Set([...plan.meshes.values()].map(({ trustDomain }) => trustDomain));
  const addresses = kept((importer: PlannedMesh) =>
    kept((exporter: PlannedMesh) => {
      const gateway = remoteGatewayOf(importer, exporter);
      return remote ? remoteAddresses(facts, gateway) : addressesIfAny(facts, gateway);
    }),
  );
  const egress = kept((importer: PlannedMesh) => egressAddresses(facts, importer.egress));
  const unknown = (id: string): Verdict => unknownName(`the mesh ${id}`);
  return {
    plan,
    trustDomains,
    addresses: (importer, exporter) => {
      const mesh = byId.get(importer);
      return mesh ? addresses(mesh)(exporter) : unknown(importer);
    },
    egress: (importer) => {
      const mesh = byId.get(importer);
      return mesh ? egress(mesh) : unknown(importer);
    },
  };
}

function kept<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/** Federation's endpoints are the pods of its egress gateway (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go). */
function egressAddresses(facts: Facts, gateways: readonly ObjectRef[]): ReadonlySet<string> | Verdict {
  const found = new Set<string>();
  for (const gateway of gateways) {
    const pods = facts.pods(gateway);
    if (isUnseen(pods)) return unseenOf(gateway, "the pods of", pods);
    for (const { body } of pods)
      for (const each of [body["status"], ...listAt(body, "/status/podIPs")]) {
        const address = valueAt(each, "/podIP") ?? valueAt(each, "/ip");
        if (typeof address === "string") found.add(address);
      }
  }
  return found;
}

interface Counts {
  /** Of the exporters' gateways. */
  readonly remote: number;
  readonly federation: number;
  /** The local Service's own, or somebody else's. */
  readonly other: number;
}

function sorted({ endpoints: held }: HostView, { backends, egress }: Expected): Counts {
  const all = backends.flatMap(({ addresses }) => addresses);
  let remote = 0;
  let federation = 0;
  for (const endpoint of held) {
    if (egress.has(endpoint.address)) federation += 1;
    else if (all.some((address) => isAt(endpoint, address))) remote += 1;
  }
  return { remote, federation, other: held.length - remote - federation };
}

function isAt({ address, port }: Endpoint, wanted: RemoteAddress): boolean {
  return port === wanted.port && (wanted.isName || address === wanted.address);
}

/** null: the gateway of every backend is there and healthy, and so are the others as they should be. */
function viaGateway(expected: Expected, view: HostView, othersHold: boolean, beside = ""): Verdict | null {
  const missing = expected.backends.filter(
    ({ addresses }) =>
      !view.endpoints.some(
        (endpoint) =>
          endpoint.healthy && !expected.egress.has(endpoint.address) && addresses.some((each) => isAt(endpoint, each)),
      ),
  );
  if (missing.length === 0 && othersHold && expected.backends.length > 0) return null;
  const wanted = expected.backends.map(({ mesh }) => mesh.id);
  return counted(false, expected, view, `those of the gateway of ${fewNames(wanted)}${beside || " alone"}`);
}

function counted(holds: boolean, expected: Expected, view: HostView, wanted: string): Verdict {
  if (holds) return done;
  const { client, route, port } = expected.probe;
  const held = expected.at.view === null ? "it does not know the host" : `it holds ${heldText(view, expected)}`;
  return pending(
    endpointsDiffer.at([client], {
      client: podText(expected),
      host: route.host,
      port,
      state: `${held}, not ${wanted}`,
    }),
  );
}

function heldText(view: HostView, expected: Expected): string {
  if (view.endpoints.length === 0) return "none";
  const { remote, federation, other } = sorted(view, expected);
  const sick = view.endpoints.filter(({ healthy }) => !healthy).length;
  const parts = [
    ...(remote > 0 ? [`${remote} of the new gateway`] : []),
    ...(federation > 0 ? [`${federation} of federation`] : []),
    ...(other > 0
      ? [`${other} else (${fewNames(view.endpoints.map(({ address, port }) => `${address}:${port}`))})`]
      : []),
    ...(sick > 0 ? [`${sick} of them unhealthy`] : []),
  ];
  return parts.join(", ");
}

/** Every name that is wanted, and no other but aliases of these; a Service's own pods may have more. An empty list accepts anybody. */
function ofNames(expected: Expected, { names }: HostView, how: "exactly" | "among others"): Verdict {
  const { names: wanted, paths } = expected;
  const isAlias = (name: string): boolean => paths.has(pathOf(name)) && expected.trustDomains.has(domainOf(name));
  const missing = wanted.filter((name) => !names.includes(name));
  const tooMany = how === "exactly" ? names.filter((name) => !isAlias(name)) : [];
  if (names.length > 0 && missing.length === 0 && tooMany.length === 0) return done;
  const { client, route, port } = expected.probe;
  return pending(
    namesDiffer.at([client], {
      client: podText(expected),
      actual: names.length === 0 ? "anybody" : fewNames(names),
      host: route.host,
      port,
      wanted: fewNames(wanted),
    }),
  );
}

const scheme = "spiffe://";

function domainOf(name: string): string {
  if (!name.startsWith(scheme)) return "";
  const end = name.indexOf("/", scheme.length);
  return name.slice(scheme.length, end < 0 ? undefined : end);
}

function pathOf(name: string): string {
  return name.slice(scheme.length + domainOf(name).length);
}

function podText({ probe: { client }, at: { pod } }: Expected): string {
  return `${client.cluster}: Pod ${client.namespace ?? ""}/${pod}`;
}
