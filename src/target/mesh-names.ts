// What sets the names of one mesh's objects apart from another's in its cluster, whichever of them were supplied when.
import { shortHash } from "../core/hash.ts";
import type { MeshId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { pointer, valueAt } from "../core/pointer.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import { fitted, importerAnnotation, meshAnnotation } from "./names.ts";

/** "MESH" → the names of namespaces and networks that objects of ours carry for it. */
export type NamesInUse = ReadonlyMap<MeshId, ReadonlySet<string>>;

/** Read once from our namespaces and Gateways, which say whose they are. */
export function namesInUse(inventory: Inventory): NamesInUse {
  const names = new Map<MeshId, Set<string>>();
  const known = new Map(inventory.meshes.map(({ id }) => [id as string, id]));
  const note = (mesh: Json | undefined, name: string | null): void => {
    const id = typeof mesh === "string" ? (known.get(mesh) ?? (mesh as MeshId)) : undefined;
    if (id !== undefined && name !== null) names.set(id, (names.get(id) ?? new Set()).add(name));
  };
  for (const { byKind } of inventory.clusters) {
    for (const object of [
      ...(byKind.get("Namespace") ?? []),
      ...(byKind.get("Gateway.gateway.networking.k8s.io") ?? []),
    ]) {
      if (!isOurs(object)) continue;
      const { ref, body } = object;
      const annotation = (name: string) => valueAt(body, pointer("metadata", "annotations", name));
      const mesh = annotation(meshAnnotation);
      if (ref.kind === "Namespace") note(mesh, ref.name);
      else if (valueAt(body, "/spec/gatewayClassName") !== "istio-remote") note(mesh, ref.namespace);
      else {
        // Of a remote Gateway the name is the exporter's network, the namespace the importer's.
        note(mesh, ref.name);
        note(annotation(importerAnnotation), ref.namespace);
      }
    }
  }
  return names;
}

/**
 * `base`, or `base` with what tells the mesh from the others of its cluster. A name that objects of ours carry for this mesh
 * already stays, however many meshes are supplied; one that they carry for another mesh is not taken.
 */
export function nameFor(inventory: Inventory, inUse: NamesInUse, mesh: Mesh, base: string): string {
  const [plain, ...told] = candidates(inventory, mesh, base);
  const own = inUse.get(mesh.id);
  const recorded = [plain, ...told].find((name) => own?.has(name));
  if (recorded !== undefined) return recorded;
  const others = inventory.meshes.filter(({ cluster, id }) => cluster === mesh.cluster && id !== mesh.id);
  const taken = [...inUse].some(
    ([id, names]) => id !== mesh.id && id.startsWith(`${mesh.cluster}/`) && names.has(plain),
  );
  return others.length === 0 && !taken ? plain : told[0];
}

/** The name alone, then the two that name the mesh: the one to be used first. */
function candidates(inventory: Inventory, mesh: Mesh, base: string): readonly [string, string, string] {
  const suffix = (each: Mesh): string => `-${each.namespace}-${each.name}`;
  // "a-b" and "c" read like "a" and "b-c".
  const alike = inventory.meshes.some(
    (other) => other.cluster === mesh.cluster && other.id !== mesh.id && suffix(other) === suffix(mesh),
  );
  const short = fitted(`${base}${fitted(suffix(mesh), 40)}`, 63);
  const exact = fitted(`${base}${fitted(`${suffix(mesh)}-${shortHash(mesh.id)}`, 40)}`, 63);
  return alike ? [fitted(base, 63), exact, short] : [fitted(base, 63), short, exact];
}
