// Services whose own policies keep out already whom ours are to keep out: ours are there for the day when those change.
import { refKey } from "../core/object-ref.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { type Access, accessOf } from "../policies/decide-access.ts";
import { policiesBehind } from "../policies/policies-of.ts";
import { strangersOf } from "../policies/strangers.ts";
import { denyPolicyRef } from "./deny-policy.ts";
import type { Exclusion } from "./isolation.ts";

interface Exporting {
  readonly inventory: Inventory;
  readonly mesh: Mesh;
  /** Their trust domains become aliases of the mesh's own. */
  readonly partners: readonly Mesh[];
  readonly pods: PodIndex;
}

/** The places (refKey) of our policies for them. */
export function shutAlready(
  { inventory, mesh, partners, pods }: Exporting,
  exclusions: readonly Exclusion[],
): ReadonlySet<string> {
  const cluster = clusterOf(inventory, mesh);
  const domains = [mesh.trustDomain, ...mesh.trustDomainAliases, ...partners.map(({ trustDomain }) => trustDomain)];
  return new Set(
    exclusions.flatMap(({ exported: { service }, domains: kept }) => {
      const behind = policiesBehind(cluster, mesh, pods, service).filter(({ everyPod }) => everyPod);
      const specs = behind.map(({ policy }) => policy.view.spec);
      const callers = kept.flatMap((domain) => strangersOf(domain, specs));
      return callers.every((caller) => isKeptOut(accessOf(specs, caller, domains)))
        ? [refKey(denyPolicyRef(service))]
        : [];
    }),
  );
}

function isKeptOut({ allowed, denied, unknown }: Access): boolean {
  return denied.includes("") || (allowed !== null && allowed.length === 0 && unknown.length === 0);
}
