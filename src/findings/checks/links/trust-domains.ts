// What tells linked meshes apart: trust domains of their own, and no strangers among the aliases or under the same root.
import type { Finding } from "../../../core/finding.ts";
import { groupBy } from "../../../core/order.ts";
import type { Mesh } from "../../../inventory/mesh.ts";
import { type OwnRoots, ownRoots } from "../../../inventory/roots.ts";
import {
  aliasOfStranger,
  aliasUnknown,
  rootOfUnlinked,
  rootShared,
  trustDomainDefault,
  trustDomainShared,
} from "../../codes/trust.ts";
import type { Check, CheckInput } from "../check.ts";
import { type LinkedMeshes, linkedMeshes } from "../linked-meshes.ts";

const run: Check["run"] = (input) => {
  const roots = ownRoots(input.inventory.meshes);
  const linked = linkedMeshes(input);
  return [
    ...linked.groups.flatMap((group) => [...sharedDomains(group, roots), ...sharedRoots(group, roots)]),
    ...linked.all.flatMap((mesh) => [
      ...strangeAliases(input, linked, mesh),
      ...strangersUnderRoot(input, linked, mesh, roots),
    ]),
  ];
};

const refs = (meshes: readonly Mesh[]) => meshes.map(({ controlPlane }) => controlPlane.ref);
const names = (meshes: readonly Mesh[]) => meshes.map(({ id }) => id).join(", ");

function haveOneRoot(one: Mesh, other: Mesh, roots: OwnRoots): boolean {
  const hashes = new Set((roots.get(one.id) ?? []).map(({ hash }) => hash));
  return (roots.get(other.id) ?? []).some(({ hash }) => hashes.has(hash));
}

function sharedDomains(group: readonly Mesh[], roots: OwnRoots): Finding[] {
  return [...groupBy(group, ({ trustDomain }) => trustDomain)].flatMap(([domain, meshes]) => {
    const [first, ...others] = meshes;
    if (!first || others.length === 0) return [];
    const facts = {
      meshes: names(meshes),
      roots: others.every((each) => haveOneRoot(first, each, roots)) ? "with one root" : "with different roots",
    };
    return domain === "cluster.local"
      ? [trustDomainDefault.at(refs(meshes), facts)]
      : [trustDomainShared.at(refs(meshes), { ...facts, domain })];
  });
}

/** Meshes of one domain are said above; here those that only the root joins. */
function sharedRoots(group: readonly Mesh[], roots: OwnRoots): Finding[] {
  const byRoot = groupBy(group, ({ id }) => roots.get(id)?.[0]?.hash ?? "");
  return [...byRoot].flatMap(([hash, meshes]) => {
    const domains = new Set(meshes.map(({ trustDomain }) => trustDomain));
    return hash !== "" && domains.size > 1 ? [rootShared.at(refs(meshes), { meshes: names(meshes) })] : [];
  });
}

function strangeAliases({ inventory }: CheckInput, linked: LinkedMeshes, mesh: Mesh): Finding[] {
  const partners = linked.all.filter((each) => linked.areLinked(mesh, each));
  // A peer may name the domain of a mesh that was not supplied.
  const named = mesh.peers.map(({ view }) => view.spec.security.trustDomain);
  const known = new Set([mesh.trustDomain, ...named, ...partners.map(({ trustDomain }) => trustDomain)]);
  const strange = mesh.trustDomainAliases.filter((alias) => !known.has(alias));
  const owners = (alias: string) => inventory.meshes.filter(({ trustDomain }) => trustDomain === alias);
  const nobodys = strange.filter((alias) => owners(alias).length === 0);
  return [
    ...strange.flatMap((domain) =>
      owners(domain).map((stranger) =>
        aliasOfStranger.at(refs([mesh, stranger]), { mesh: mesh.id, stranger: stranger.id, domain }),
      ),
    ),
    ...(nobodys.length > 0 ? [aliasUnknown.at(refs([mesh]), { mesh: mesh.id, domains: nobodys.join(", ") })] : []),
  ];
}

function strangersUnderRoot({ inventory }: CheckInput, linked: LinkedMeshes, mesh: Mesh, roots: OwnRoots): Finding[] {
  const group = linked.groups.find((each) => each.includes(mesh)) ?? [];
  const strangers = inventory.meshes.filter((each) => !group.includes(each) && haveOneRoot(mesh, each, roots));
  if (strangers.length === 0) return [];
  return [rootOfUnlinked.at(refs([mesh, ...strangers]), { mesh: mesh.id, strangers: names(strangers) })];
}

export const trustDomains: Check = {
  fact: "Trust domains tell linked meshes apart, and no stranger passes for one of them",
  codes: [aliasOfStranger, aliasUnknown, rootOfUnlinked, rootShared, trustDomainDefault, trustDomainShared],
  reads: [],
  run,
};
