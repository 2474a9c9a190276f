// Whether two proxies accept each other's certificates. A certificate is its mesh's root and trust domain; nothing else of it is modelled.
import type { Mesh } from "../inventory/mesh.ts";
import type { ProxyMemory } from "./proxy-groups.ts";
import type { World } from "./world.ts";

/**
 * Whether a proxy accepts certificates of a mesh: by the roots of that trust domain where it validates by domain, else by all of
 * its roots (docs/facts.md, trust.per-domain-validator; one validator per trust domain observed on Maistra 2.5). Of a mesh whose
 * root was not supplied, nothing is known, and it counts as accepted.
 */
export function accepts({ roots, domains }: ProxyMemory, of: Mesh, world: World): boolean {
  const own = world.meshes.get(of.id)?.bundle?.own ?? null;
  if (own === null) return true;
  const held = domains === null ? roots : (domains.get(of.trustDomain) ?? []);
  return held.includes(own);
}
