// What a plan depends on, as hashes: `apply` compares them with what it sees (docs/plan-hash.md lists the fields).
import type { Json } from "../core/json.ts";
import { refKey, sortedRefs } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { ExportedService } from "../federation/federation.ts";
import { serviceAccountsOf } from "../federation/find-runners.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { CarriedRoute } from "../target/carried-routes.ts";
import { balancerSettings } from "../target/load-balancer.ts";
import type { BasisEntry } from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import { isForEverybody } from "./wave-name.ts";

/**
 * One entry per control plane, peer, set, federation ingress and exported service. Pods that come, go or restart and status timestamps are
 * not in it: only what the plan's objects are made from.
 */
export function makeBasis(context: PlanContext): BasisEntry[] {
  const entries = [
    ...context.inventory.meshes.flatMap((mesh) => meshEntries(context, mesh)),
    ...context.carried.flatMap((each) => joinEntry(context, each)),
    ...ingressEntries(context),
    ...[...groupBy(context.federation.exports, ({ service }) => refKey(service)).values()].map((group) =>
      serviceEntry(context, group),
    ),
    ...copied(context),
  ];
  return sortedBy(
    entries,
    ({ ref }) => refKey(ref),
    ({ of }) => of,
  );
}

function meshEntries(context: PlanContext, mesh: Mesh): BasisEntry[] {
  const facts: Json = {
    version: mesh.version,
    mode: mesh.mode,
    clusterDomain: mesh.clusterDomain,
    trustDomain: mesh.trustDomain,
    trustDomainAliases: mesh.trustDomainAliases,
    network: mesh.network,
    roots: mesh.roots.known ? mesh.roots.value.certificates : null,
    clientNamespaces: context.waves
      .filter((wave) => wave.importer === mesh.id && !isForEverybody(wave))
      .flatMap(({ namespaces }) => namespaces),
  };
  const objects = [
    ...mesh.peers.map(({ ref, object }) => ({ ref, of: "spec", spec: object.body["spec"] })),
    ...mesh.peers.flatMap(({ ref }) =>
      (["ExportedServiceSet", "ImportedServiceSet"] as const).flatMap((kind) => {
        const set = context.lookup({ ...ref, kind });
        return set ? [{ ref: set.ref, of: "spec", spec: set.body["spec"] }] : [];
      }),
    ),
  ];
  return [
    { ref: mesh.controlPlane.ref, of: "mesh", hash: context.hashOf(facts) },
    ...objects.map(({ ref, of, spec }) => ({ ref, of, hash: context.hashOf(spec ?? null) })),
  ];
}

/** Rules of theirs that stand copied beside our entries: a copy is as good as its original. */
function copied({ target, lookup, hashOf }: PlanContext): BasisEntry[] {
  const refs = sortedRefs(target.objects.flatMap(({ copyOf }) => copyOf ?? []));
  return refs.map((ref) => ({ ref, of: "spec", hash: hashOf(lookup(ref)?.body["spec"] ?? null) }));
}

/** A local Service that remote endpoints join; once, however many meshes they are in. */
function joinEntry(context: PlanContext, { join, route, exported }: CarriedRoute): BasisEntry[] {
  if (!join || route.backends[0]?.exported !== exported) return [];
  const facts: Json = {
    selector: join.selector,
    ports: join.ports.map(({ number, name, protocol, target }) => ({ number, name, protocol, target })),
  };
  return [{ ref: join.service, of: "join", hash: context.hashOf(facts) }];
}

/** What the new gateways' Services are made like. */
function ingressEntries(context: PlanContext): BasisEntry[] {
  const ingresses = new Map(
    context.target.gateways.flatMap((each) => each.ingresses).map((each) => [refKey(each.ref), each]),
  );
  return [...ingresses.values()].map((ingress) => {
    const { type, annotations, fields } = balancerSettings(ingress);
    return { ref: ingress.ref, of: "ingress", hash: context.hashOf({ type, annotations, fields }) };
  });
}

function serviceEntry(context: PlanContext, exports: readonly ExportedService[]): BasisEntry {
  const [first] = exports;
  if (!first) throw new Error("a group without members");
  const { runners } = first;
  // Keys by code unit: what is in order is not sorted anew (src/core/json.ts).
  const facts: Json = {
    ...(first.addresses === null ? {} : { addresses: first.addresses }),
    exportTo: first.exportTo,
    hosts: sortedUnique(exports.map(({ exportedHost }) => exportedHost)),
    ports: first.ports.map(({ number, name, protocol, targetPort }) => ({
      name,
      number,
      protocol,
      targetPort: targetPort.known ? targetPort.value : null,
    })),
    selector: first.selector,
    serviceAccounts: runners.known ? serviceAccountsOf(runners.value) : null,
    sidecar: runners.known ? runners.value.every(({ sidecar }) => sidecar) : null,
  };
  return { ref: first.service, of: "export", hash: context.hashOf(facts) };
}
