// From the file to what it means: defaults, names that follow from names, rules merged per direction. Expects a checked file.
import { clusterId } from "../core/ids.ts";
import { compareText, groupBy, sortedBy } from "../core/order.ts";
import type { AppFields, ExportFields, ImportFields, MeshFields, ScaffoldFile } from "./config-shape.ts";
import { merged } from "./merge.ts";
import type {
  App,
  Export,
  ExportRule,
  Gateway,
  Import,
  ImportRule,
  Pattern,
  Scaffold,
  ScaffoldLink,
  ScaffoldMesh,
} from "./scaffold.ts";
import { usualControlPlane, usualGateways, usualImages, usualNames } from "./usual.ts";

/** The names that follow from a mesh's own. */
export function namesOf({ name, cluster, peer = `${name}-mesh`, trustDomain, network }: MeshFields) {
  return {
    cluster: cluster ?? name,
    peer,
    trustDomain: trustDomain ?? `${name}.local`,
    // Federation's own name for the network behind a peer, as istiod makes it (Maistra 2.5, pkg/servicemesh/federation/common).
    network: network ?? `network-${peer}`,
  };
}

/** Where a mesh's control plane goes. */
export function controlPlaneOf({ defaults }: ScaffoldFile, mesh: MeshFields) {
  return {
    namespace: mesh.namespace ?? defaults.namespace ?? usualControlPlane.namespace,
    name: mesh.controlPlane ?? defaults.controlPlane ?? usualControlPlane.name,
    mode: mesh.mode ?? defaults.mode ?? "ClusterWide",
  };
}

/** Pairs of names, each in order and once. */
export function linksOf({ links, meshes }: ScaffoldFile): ScaffoldLink[] {
  const names = meshes.map(({ name }) => name).sort(compareText);
  const pairs: readonly (readonly [string, string])[] =
    links === "all" ? names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other] as const)) : links;
  const ordered = pairs.map(([one, other]): ScaffoldLink => (one < other ? [one, other] : [other, one]));
  return [
    ...groupBy(
      sortedBy(
        ordered,
        ([one]) => one,
        ([, other]) => other,
      ),
      String,
    ).values(),
  ].flatMap(([first]) => (first ? [first] : []));
}

/** The other names of the links that a mesh has. */
export function linkedWith(links: readonly ScaffoldLink[], name: string): string[] {
  return links.flatMap(([one, other]) => (one === name ? [other] : other === name ? [one] : [])).sort();
}

/** The meshes that an export goes to. */
export function targetsOf(to: ScaffoldFile["exports"][number]["to"], linked: readonly string[]): readonly string[] {
  return to === undefined ? linked : typeof to === "string" ? [to] : to;
}

export function patternOf(text: string): Pattern {
  const [namespace = "*", name = "*"] = text.split("/");
  return { namespace: namespace === "*" ? null : namespace, name: name === "*" ? null : name };
}

/** What an app is, and where. */
export function placeOf({ client, http, tcp }: AppFields): Pick<App, "kind" | "namespace" | "name"> {
  const kind = client !== undefined ? "client" : http !== undefined ? "http" : "tcp";
  const [namespace = "", name = usualNames[kind]] = (client ?? http ?? tcp ?? "").split("/");
  return { kind, namespace, name };
}

/** What the file means. */
export function resolveScaffold(file: ScaffoldFile): Scaffold {
  const links = linksOf(file);
  const exports = exportsOf(file, links);
  const imports = importsOf(file, exports);
  const importers = new Set(imports.map(({ into }) => into));
  const peers = new Map(file.meshes.map((mesh) => [mesh.name, namesOf(mesh)]));
  const meshes = file.meshes.map((mesh) => {
    const linked = linkedWith(links, mesh.name).flatMap((name) => peers.get(name) ?? []);
    return meshOf(file, mesh, linked, importers.has(mesh.name));
  });
  return { meshes: sortedBy(meshes, ({ name }) => name), links, exports, imports };
}

function meshOf(
  file: ScaffoldFile,
  mesh: MeshFields,
  linked: readonly { readonly peer: string; readonly trustDomain: string }[],
  isImporter: boolean,
): ScaffoldMesh {
  const { defaults } = file;
  const names = namesOf(mesh);
  const place = controlPlaneOf(file, mesh);
  const wanted = { ...defaults.addons, ...mesh.addons };
  const addons = {
    grafana: wanted.grafana ?? false,
    kiali: wanted.kiali ?? false,
    prometheus: wanted.prometheus ?? false,
  };
  const ingress = { ...defaults.ingress, ...mesh.ingress };
  const accessLog = mesh.accessLog === undefined ? defaults.accessLog : mesh.accessLog;
  const discovers = mesh.discoverGateways ?? defaults.discoverGateways ?? isImporter;
  return {
    ...names,
    name: mesh.name,
    cluster: clusterId(names.cluster),
    namespace: place.namespace,
    controlPlane: place.name,
    mode: place.mode,
    version: mesh.version ?? defaults.version ?? "v2.6",
    addons,
    tracing: mesh.tracing ?? defaults.tracing ?? "None",
    logLevels: { ...(mesh.logLevels ?? defaults.logLevels ?? { default: "info" }) },
    accessLog: accessLog === undefined ? "/dev/stdout" : accessLog,
    trustDomainAliases:
      (mesh.trustDomainAliases ?? defaults.trustDomainAliases ?? true)
        ? linked.map(({ trustDomain }) => trustDomain)
        : [],
    env: { ...(discovers ? { PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "true" } : {}), ...defaults.env, ...mesh.env },
    identity: mesh.identity ?? defaults.identity ?? "ThirdParty",
    manageNetworkPolicy: mesh.manageNetworkPolicy ?? defaults.manageNetworkPolicy ?? false,
    ingressGateway: mesh.ingressGateway ?? defaults.ingressGateway ?? false,
    egressGateway: mesh.egressGateway ?? defaults.egressGateway ?? false,
    ingress: {
      name: ingress.name ?? usualGateways.ingress,
      type: ingress.type ?? "LoadBalancer",
      annotations: ingress.annotations ?? {},
      addresses: ingress.addresses ?? null,
      nodePorts: ingress.nodePorts ?? null,
    },
    egress: egressOf(
      { ...defaults.egress, ...mesh.egress },
      linked.map(({ peer }) => peer),
    ),
    spec: merged(defaults.spec ?? {}, mesh.spec ?? {}, "keep"),
    apps: sortedBy(
      mesh.apps.map((app) => appOf(app, file.images)),
      ({ namespace }) => namespace,
      ({ name }) => name,
    ),
  };
}

function egressOf(
  { name = usualGateways.egress, perPeer = false }: NonNullable<MeshFields["egress"]>,
  peers: readonly string[],
): Gateway[] {
  if (peers.length === 0) return [];
  return perPeer ? peers.map((peer) => ({ name: `egress-${peer}`, peers: [peer] })) : [{ name, peers }];
}

function appOf(app: AppFields, images: ScaffoldFile["images"]): App {
  const place = placeOf(app);
  return {
    ...place,
    image: app.image ?? images[place.kind] ?? usualImages[place.kind],
    replicas: app.replicas ?? 1,
    serviceAccounts: app.serviceAccounts ?? [place.name],
    labels: app.labels ?? {},
    sidecar: app.sidecar ?? true,
  };
}

function exportsOf(file: ScaffoldFile, links: readonly ScaffoldLink[]): Export[] {
  const directions = file.exports.flatMap(({ from, to, services }) =>
    targetsOf(to, linkedWith(links, from)).map((target) => ({ from, to: target, rules: services.map(exportRuleOf) })),
  );
  const byDirection = groupBy(directions, ({ from, to }) => `${from} ${to}`);
  const joined = [...byDirection.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, rules: group.flatMap(({ rules }) => rules) }] : [];
  });
  return sortedBy(
    joined,
    ({ from }) => from,
    ({ to }) => to,
  );
}

/** The rule that a line of the file stands for. */
export function exportRuleOf(line: string | ExportFields): ExportRule {
  if (typeof line === "string") return { service: patternOf(line), as: null, labels: null };
  const as = line.as === undefined ? null : patternOf(line.as);
  if (line.service !== undefined) return { service: patternOf(line.service), as, labels: null };
  return {
    service: null,
    as: null,
    labels: {
      namespace: line.namespace ?? null,
      matchLabels: line.labels ?? {},
      matchExpressions: line.expressions ?? [],
      aliases: (line.aliases ?? []).map((each) => ({ service: patternOf(each.service), as: patternOf(each.as) })),
    },
  };
}

/** What is exported and not spoken of is imported as it is. */
function importsOf(file: ScaffoldFile, exports: readonly Export[]): Import[] {
  const stated = file.imports.map(
    ({ into, from, services, domainSuffix = null, locality = null }): Import => ({
      into,
      from,
      rules: services.map(importRuleOf),
      domainSuffix,
      locality:
        locality === null
          ? null
          : Object.fromEntries(Object.entries(locality).flatMap(([key, value]) => (value ? [[key, value]] : []))),
    }),
  );
  const spokenOf = new Set(stated.map(({ into, from }) => `${into} ${from}`));
  const others = exports
    .filter(({ from, to }) => !spokenOf.has(`${to} ${from}`))
    .map(
      ({ from, to }): Import => ({ into: to, from, rules: [importRuleOf("*/*")], domainSuffix: null, locality: null }),
    );
  return sortedBy(
    [...stated.filter(({ rules }) => rules.length > 0), ...others],
    ({ into }) => into,
    ({ from }) => from,
  );
}

export function importRuleOf(line: string | ImportFields): ImportRule {
  if (typeof line === "string") return { service: patternOf(line), as: null, local: false, domainSuffix: null };
  return {
    service: patternOf(line.service),
    as: line.as === undefined ? null : patternOf(line.as),
    local: line.local ?? false,
    domainSuffix: line.domainSuffix ?? null,
  };
}
