// What differs between what follows from two worlds' objects.
import type { ClusterId, MeshId } from "../core/ids.ts";
import { equalJson, type Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { outboundPolicy } from "./plain-text.ts";
import type { Derived } from "./world.ts";

export interface Differences {
  readonly clusters: readonly ClusterId[];
  readonly hosts: readonly string[];
}

/** What of the inventory and of federation differs that requests depend on. */
export function differences(before: Derived, after: Derived): Differences {
  const clusters: ClusterId[] = [];
  const hosts: string[] = [];
  const importers = importersWithOtherOffers(before, after);
  for (const mesh of after.inventory.meshes) {
    const old = before.mesh(mesh.id);
    if (!old || (old !== mesh && !equalJson(facetsOf(old), facetsOf(mesh)))) clusters.push(mesh.cluster);
    const [one, other] = [before.importsOf(mesh.id), after.importsOf(mesh.id)];
    if (one === other && !importers.has(mesh.id)) continue;
    for (const host of new Set([...one.keys(), ...other.keys()])) {
      const [was, is] = [one.get(host) ?? [], other.get(host) ?? []];
      if (!areEqual(was, is) || !areEqual(was.flatMap(before.exportsOf), is.flatMap(after.exportsOf))) hosts.push(host);
    }
  }
  for (const mesh of before.inventory.meshes) if (!after.mesh(mesh.id)) clusters.push(mesh.cluster);
  return { clusters, hosts };
}

/** The meshes to which something is exported now that was not, or the other way round, or in another way. */
function importersWithOtherOffers(before: Derived, after: Derived): ReadonlySet<MeshId> {
  const importers = new Set<MeshId>();
  const [one, other] = [before.exportsByOffer(), after.exportsByOffer()];
  if (one === other) return importers;
  for (const [offer, is] of other) {
    const was = one.get(offer) ?? [];
    if (!areEqual(was, is)) for (const { importer } of [...was, ...is]) importers.add(importer);
  }
  for (const [offer, was] of one) if (!other.has(offer)) for (const { importer } of was) importers.add(importer);
  return importers;
}

/** What the model reads of a mesh. */
function facetsOf({ controlPlane, trustDomain, trustDomainAliases, network, clusterDomain, ...mesh }: Mesh): Json {
  const { mode, memberNamespaces, peers, namespace, istiod } = mesh;
  const spec = controlPlane.view.spec;
  return {
    ...{ trustDomain, trustDomainAliases, network, clusterDomain, mode, memberNamespaces, namespace, istiod },
    peers: peers.map(({ ref, view }) => [refKey(ref), view.spec]),
    env: spec.runtime.components.pilot.container.env,
    selectors: spec.meshConfig.discoverySelectors,
    gateways: spec.gateways,
    outbound: valueAt(controlPlane.object.body, outboundPolicy) ?? null,
  } as unknown as Json;
}

function areEqual<T>(left: readonly T[], right: readonly T[]): boolean {
  return (
    left.length === right.length &&
    left.every((each, at) => each === right[at] || equalJson(each as unknown as Json, right[at] as unknown as Json))
  );
}
