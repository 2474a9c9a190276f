// What no single field of a scaffold's configuration can say: names that must exist or differ, and rules that lead nowhere.
import { compareText } from "../core/order.ts";
import {
  scaffoldAddressMissing,
  scaffoldClusterShared,
  scaffoldLinkMissing,
  scaffoldLocalNamespace,
  scaffoldMeshUnknown,
  scaffoldNameTaken,
  scaffoldPeerName,
} from "../findings/codes/scaffold.ts";
import { checkApps } from "./check-apps.ts";
import { checkRules } from "./check-rules.ts";
import type { ScaffoldFile } from "./config-shape.ts";
import { type Problem, type Way, wrong } from "./problem.ts";
import { controlPlaneOf, linkedWith, linksOf, namesOf, targetsOf } from "./resolve.ts";
import { usualGateways } from "./usual.ts";

/** Everything that is wrong between the fields of a file whose shape is right. */
export function checkScaffold(
  file: ScaffoldFile,
  meant: (word: string, known: readonly string[]) => string | null,
): Problem[] {
  const unknown = unknownMeshes(file, meant);
  return [
    ...takenNames(file),
    ...peerNames(file),
    ...sharedClusters(file),
    ...ingresses(file),
    ...checkApps(file),
    ...linkProblems(file),
    ...unknown,
    // What leads nowhere is only asked of meshes that exist.
    ...(unknown.length > 0 ? [] : [...unlinked(file), ...checkRules(file)]),
    ...localNamespaces(file),
    ...importProblems(file),
  ];
}

function takenNames(file: ScaffoldFile): Problem[] {
  const seen = new Map<string, string>();
  return file.meshes.flatMap((mesh, index) => {
    const names = namesOf(mesh);
    const place = controlPlaneOf(file, mesh);
    const at = ["meshes", index];
    const claims: readonly (readonly [string, string, PropertyKey])[] = [
      ["mesh", mesh.name, "name"],
      ["trust domain", names.trustDomain, "trustDomain"],
      ["network", names.network, "network"],
      ["peer", names.peer, "peer"],
      ["control plane namespace", `${names.cluster}/${place.namespace}`, "namespace"],
    ];
    return claims.flatMap(([what, name, field]): Problem[] => {
      const other = seen.get(`${what} ${name}`);
      seen.set(`${what} ${name}`, other ?? `meshes[${index}]`);
      if (other === undefined) return [];
      return [
        {
          at: [...at, field],
          finding: (origin, path) => scaffoldNameTaken.at([origin], { field: path, what, name, other }),
        },
      ];
    });
  });
}

/** Maistra 2.5, pkg/servicemesh/federation/discovery/discovery.go: `federation-discovery-PEER-ingress` must be a DNS label. */
const longestPeer = 34;

function peerNames({ meshes }: ScaffoldFile): Problem[] {
  return meshes.flatMap((mesh, index): Problem[] => {
    const { peer } = namesOf(mesh);
    const problem = peer.includes(".")
      ? "has a dot"
      : peer.length > longestPeer
        ? `is longer than ${longestPeer} characters`
        : /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(peer)
          ? null
          : "is no name of lower-case letters, digits and inner dashes";
    if (problem === null) return [];
    const at = ["meshes", index, mesh.peer === undefined ? "name" : "peer"];
    return [{ at, finding: (place, field) => scaffoldPeerName.at([place], { field, peer, problem }) }];
  });
}

function sharedClusters(file: ScaffoldFile): Problem[] {
  const clusters = file.meshes.map((mesh) => namesOf(mesh).cluster);
  return file.meshes.flatMap((mesh, index): Problem[] => {
    const cluster = clusters[index] ?? "";
    const isShared = clusters.filter((each) => each === cluster).length > 1;
    if (!isShared || controlPlaneOf(file, mesh).mode !== "ClusterWide") return [];
    const params = { cluster, mesh: mesh.name };
    return [
      {
        at: ["meshes", index, mesh.mode === undefined ? "cluster" : "mode"],
        finding: (place, field) => scaffoldClusterShared.at([place], { field, ...params }),
      },
    ];
  });
}

function ingresses({ meshes, defaults }: ScaffoldFile): Problem[] {
  return meshes.flatMap((mesh, index): Problem[] => {
    const { type = "LoadBalancer", addresses, nodePorts } = { ...defaults.ingress, ...mesh.ingress };
    const at = ["meshes", index, "ingress"];
    const problems: Problem[] = [];
    const ingressName = mesh.ingress?.name ?? defaults.ingress?.name ?? usualGateways.ingress;
    const egressName = mesh.egress?.name ?? defaults.egress?.name ?? usualGateways.egress;
    if (ingressName === egressName) problems.push(wrong(at, "has the egress gateway's name"));
    if (type !== "LoadBalancer" && addresses === undefined) {
      problems.push({ at, finding: (place, field) => scaffoldAddressMissing.at([place], { field, type }) });
    }
    if (type === "ClusterIP" && nodePorts !== undefined)
      problems.push(wrong(at, "has nodePorts, but a ClusterIP has none"));
    if (type === "NodePort" && nodePorts === undefined) {
      problems.push(wrong(at, "needs nodePorts, which the other meshes dial"));
    }
    return problems;
  });
}

function linkProblems({ links }: ScaffoldFile): Problem[] {
  if (links === "all") return [];
  const seen = new Set<string>();
  return links.flatMap((link, index): Problem[] => {
    const [one, other] = link;
    const key = [...link].sort(compareText).join(" ");
    const twice = seen.has(key);
    seen.add(key);
    if (one === other) return [wrong(["links", index], "links a mesh with itself")];
    return twice ? [wrong(["links", index], "is in the list twice")] : [];
  });
}

/** Every mesh name that a link, export or import gives, with the way to it. */
function namedMeshes({ links, exports, imports }: ScaffoldFile): { readonly at: Way; readonly name: string }[] {
  return [
    ...(links === "all"
      ? []
      : links.flatMap((link, at) => link.map((name, side) => ({ at: ["links", at, side], name })))),
    ...exports.flatMap(({ from, to }, at) => [
      { at: ["exports", at, "from"], name: from },
      ...(to === undefined ? [] : typeof to === "string" ? [{ at: ["exports", at, "to"], name: to }] : []),
      ...(Array.isArray(to) ? to.map((name, each) => ({ at: ["exports", at, "to", each], name })) : []),
    ]),
    ...imports.flatMap(({ into, from }, at) => [
      { at: ["imports", at, "into"], name: into },
      { at: ["imports", at, "from"], name: from },
    ]),
  ];
}

function unknownMeshes(
  file: ScaffoldFile,
  meant: (word: string, known: readonly string[]) => string | null,
): Problem[] {
  const known = file.meshes.map(({ name }) => name);
  return namedMeshes(file).flatMap(({ at, name }): Problem[] => {
    if (known.includes(name)) return [];
    const near = meant(name, known);
    const suggestion = near === null ? "" : ` Is ${near} meant?`;
    return [{ at, finding: (place, field) => scaffoldMeshUnknown.at([place], { field, mesh: name, suggestion }) }];
  });
}

function unlinked(file: ScaffoldFile): Problem[] {
  const links = linksOf(file);
  const missing = (at: Way, one: string, other: string): Problem[] =>
    linkedWith(links, one).includes(other)
      ? []
      : [{ at, finding: (place, field) => scaffoldLinkMissing.at([place], { field, one, other }) }];
  return [
    ...file.exports.flatMap(({ from, to }, index) =>
      targetsOf(to, linkedWith(links, from)).flatMap((each) => missing(["exports", index, "to"], from, each)),
    ),
    ...file.imports.flatMap(({ into, from }, index) => missing(["imports", index, "from"], into, from)),
  ];
}

function localNamespaces({ imports }: ScaffoldFile): Problem[] {
  return imports.flatMap(({ services }, index) =>
    services.flatMap((line, at): Problem[] => {
      if (typeof line === "string" || line.local !== true) return [];
      if (line.as !== undefined && !line.as.startsWith("*/")) return [];
      const way = ["imports", index, "services", at];
      return [{ at: way, finding: (place, field) => scaffoldLocalNamespace.at([place], { field }) }];
    }),
  );
}

function importProblems({ imports }: ScaffoldFile): Problem[] {
  const seen = new Map<string, number>();
  return imports.flatMap(({ into, from, locality, services, domainSuffix }, index): Problem[] => {
    const at = ["imports", index];
    const problems: Problem[] = [];
    const first = seen.get(`${into} ${from}`);
    seen.set(`${into} ${from}`, first ?? index);
    if (first !== undefined) problems.push(wrong(at, `has the meshes of imports[${first}]; write its services there`));
    // An invalid combination drops the whole locality (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go).
    if (locality?.subzone !== undefined && locality.zone === undefined) {
      problems.push(wrong([...at, "locality", "subzone"], "needs a zone"));
    }
    // That suffix makes a rule void (same file): it is reached with local alone.
    const reserved = "svc.cluster.local";
    if (domainSuffix === reserved)
      problems.push(wrong([...at, "domainSuffix"], "is the cluster's own; use local: true"));
    for (const [each, line] of services.entries()) {
      if (typeof line === "string") continue;
      const way = [...at, "services", each, "domainSuffix"];
      if (line.domainSuffix === reserved) problems.push(wrong(way, "is the cluster's own; use local: true"));
      if (line.domainSuffix !== undefined && line.local === true)
        problems.push(wrong(way, "means nothing beside local"));
    }
    return problems;
  });
}
