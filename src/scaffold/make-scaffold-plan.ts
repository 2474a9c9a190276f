// A scaffold as a Plan: the same steps, slots and conditions as a migration, so that the same executor, views and files serve it.
import type { Finding } from "../core/finding.ts";
import { type Hash, hashOf } from "../core/hash.ts";
import { type Host, host, meshId, routeId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import { madeBy } from "../core/version.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import { scaffoldExportUnserved } from "../findings/codes/scaffold.ts";
import { sortedFindings } from "../findings/sorted-findings.ts";
import type { Plan } from "../plan/plan.ts";
import type { Slot, Template } from "../target/desired-object.ts";
import { patternText } from "./check-rules.ts";
import { type DialledHost, scaffoldHosts } from "./hosts.ts";
import { exportedServiceSet } from "./objects/service-sets.ts";
import { ingressSlot } from "./objects/peer.ts";
import { appsPhase } from "./phases/apps.ts";
import { controlPlanesPhase } from "./phases/control-planes.ts";
import { exportsPhase, importsPhase } from "./phases/sets.ts";
import { namespacesPhase } from "./phases/namespaces.ts";
import { peersPhase } from "./phases/peers.ts";
import type { PhaseInput } from "./phases/phase-input.ts";
import { meshNamed, neighboursOf, type Scaffold, type ScaffoldMesh } from "./scaffold.ts";

/**
 * The plan that sets everything up, in clusters in which nothing of it is there yet. `roots` holds the root certificate of
 * each mesh that has a link, as PEM, by the mesh's name.
 */
export function makeScaffoldPlan(scaffold: Scaffold, roots: ReadonlyMap<string, string>): Plan {
  const hosts = scaffoldHosts(scaffold);
  const probes = probeGroups(scaffold, hosts.dialled);
  const templates = new Map<Hash, Template>();
  const input: PhaseInput = {
    scaffold,
    roots,
    hosts,
    probes,
    hashOf: (body) => {
      const hash = hashOf(body);
      templates.set(hash, body);
      return hash;
    },
  };
  const phases = [
    namespacesPhase(input),
    controlPlanesPhase(input),
    peersPhase(input),
    appsPhase(input),
    exportsPhase(input),
    importsPhase(input),
  ];
  return {
    apiVersion: "meshferry/plan.v1",
    madeBy,
    strategy: "scaffold",
    // Nothing is done to any CA: on 2.6 trust comes from the peers.
    trust: "peers",
    rehearsed: false,
    basis: [],
    slots: scaffold.meshes.flatMap((mesh) => slotOf(scaffold, mesh)),
    objects: Object.fromEntries(sortedBy(templates, ([hash]) => hash)),
    routes: [],
    meshes: [],
    waves: [],
    probes,
    phases,
    findings: sortedFindings(unservedExports(scaffold, hosts.idle)),
  };
}

function slotOf(scaffold: Scaffold, mesh: ScaffoldMesh): readonly Slot[] {
  return neighboursOf(scaffold, mesh.name).length === 0 ? [] : [ingressSlot(mesh) ?? []].flat();
}

/** The sample clients of each importer, with the hosts that they can dial. */
function probeGroups(scaffold: Scaffold, dialled: readonly DialledHost[]): ProbeGroup[] {
  return [...groupBy(dialled, ({ importer }) => importer)].flatMap(([name, hosts]) => {
    const mesh = meshNamed(scaffold, name);
    const clients = clientsOf(mesh);
    if (clients.length === 0) return [];
    const id = meshId(mesh.cluster, mesh.namespace, mesh.controlPlane);
    const routes = [...new Set(hosts.map((each): Host => host(each.host)))].map((each) => routeId(id, each));
    return [{ id: `${id}#samples`, clients, routes: routes.sort() }];
  });
}

/** The Deployments of a mesh's sample clients. */
export function clientsOf({ cluster, apps }: ScaffoldMesh): ObjectRef[] {
  return apps
    .filter(({ kind }) => kind === "client")
    .map(({ namespace, name }) => ({ cluster, group: "apps", kind: "Deployment", namespace, name }));
}

/** Rules that take a service by its whole name, which no sample app has. */
function unservedExports(
  scaffold: Scaffold,
  idle: readonly { readonly from: string; readonly to: string; readonly rule: number }[],
): Finding[] {
  return idle.flatMap(({ from, to, rule }) => {
    const direction = scaffold.exports.find((each) => each.from === from && each.to === to);
    const service = direction?.rules[rule]?.service ?? null;
    if (!direction || service === null || service.name === null || service.namespace === null) return [];
    const exporter = meshNamed(scaffold, from);
    // Shadowed by an earlier rule is not unserved.
    if (exporter.apps.some(({ namespace, name }) => namespace === service.namespace && name === service.name))
      return [];
    const { ref } = exportedServiceSet(exporter, meshNamed(scaffold, to), direction);
    return [scaffoldExportUnserved.at([ref], { service: patternText(service), mesh: from })];
  });
}
