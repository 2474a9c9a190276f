// Which peers of which meshes are the two ends of one link.
import type { Finding, Produced } from "../core/finding.ts";
import { linkId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import {
  peerAmbiguous,
  peerDisagrees,
  peerUnchecked,
  peerUnpaired,
  statedPairUnknown,
} from "../findings/codes/federation.ts";
import type { Cluster } from "../inventory/cluster.ts";
import { clusterOf, type Inventory } from "../inventory/mesh.ts";
import type { Link, LinkFact, PeerEnd } from "./federation.ts";
import { keepNothing, type KeepPart } from "./keep-part.ts";
import { factsSeenFrom, type Side } from "./link-facts.ts";
import { peerRejection } from "./rules/peer-validity.ts";

/** Two peers, each "CLUSTER/NAMESPACE/NAME", that the user says are one link. */
export type StatedPair = readonly [string, string];

export interface Pairing {
  readonly links: readonly Link[];
  readonly unpaired: readonly PeerEnd[];
}

type End = Pick<Side, "mesh" | "peer">;

interface Candidate {
  readonly sides: readonly [End, End];
  readonly facts: readonly LinkFact[];
}

/**
 * Pairs peers by what both ends say of each other: address, trust domain, client identity, root. Agreement on all that
 * is known pairs them, if no other peer agrees as well; disagreement on some is a finding and no link, unless the pair
 * is stated.
 */
export function pairPeers(
  inventory: Inventory,
  stated: readonly StatedPair[],
  keep: KeepPart = keepNothing,
): Produced<Pairing> {
  const sides = inventory.meshes.flatMap((mesh) =>
    mesh.peers.map((peer): Side => ({ cluster: clusterOf(inventory, mesh), mesh, peer })),
  );
  const findings: Finding[] = [];
  const taken = new Set<string>();
  const links: Link[] = [];
  const take = (candidate: Candidate): void => {
    for (const side of candidate.sides) taken.add(refKey(side.peer.ref));
    links.push(keep(`link ${links.length}`, [candidate], [], () => linkOf(candidate)));
  };
  for (const candidate of statedCandidates(sides, stated, findings)) take(candidate);

  const free = sides.filter((side) => !taken.has(refKey(side.peer.ref)));
  const candidates = allCandidates(free, keep);
  const full = candidates.filter(isFull);
  const claims = new Map<string, number>();
  for (const { sides: pair } of full) {
    for (const side of pair) claims.set(refKey(side.peer.ref), (claims.get(refKey(side.peer.ref)) ?? 0) + 1);
  }
  for (const candidate of full) {
    const unique = candidate.sides.every((side) => claims.get(refKey(side.peer.ref)) === 1);
    if (!unique) {
      const [one, other] = candidate.sides;
      findings.push(peerAmbiguous.at([one.peer.ref, other.peer.ref], { one: peerPath(one), other: peerPath(other) }));
      continue;
    }
    take(candidate);
    findings.push(...uncheckedFacts(candidate));
  }
  for (const side of free) {
    if (taken.has(refKey(side.peer.ref)) || claims.has(refKey(side.peer.ref))) continue;
    const open = candidates.filter((each) => each.sides.every(({ peer }) => !taken.has(refKey(peer.ref))));
    findings.push(explainUnpaired(side, open));
  }
  return {
    value: {
      links: sortedBy(links, ({ id }) => id),
      unpaired: sides.filter((side) => !taken.has(refKey(side.peer.ref))).map(endOf),
    },
    findings,
  };
}

/** "CLUSTER/NAMESPACE/NAME": how configuration and messages name a peer. */
export function peerPath(side: Pick<Side, "peer">): string {
  const { cluster, namespace, name } = side.peer.ref;
  return `${cluster}/${namespace}/${name}`;
}

function statedCandidates(sides: readonly Side[], stated: readonly StatedPair[], findings: Finding[]): Candidate[] {
  const byPath = new Map(sides.map((side) => [peerPath(side), side]));
  const found: Candidate[] = [];
  for (const [one, other] of stated) {
    const left = byPath.get(one);
    const right = byPath.get(other);
    if (!left || !right) {
      findings.push(statedPairUnknown.at([], { one, other, missing: left ? other : one }));
      continue;
    }
    const pair = candidate(left, right);
    const wrong = pair.facts.filter(({ agrees }) => agrees === false);
    if (wrong.length > 0) findings.push(disagreement(pair, wrong, true));
    found.push({
      ...pair,
      facts: [...pair.facts, { fact: "stated", peer: left.peer.ref, agrees: true, claimed: other, actual: other }],
    });
  }
  return found;
}

function allCandidates(sides: readonly Side[], keep: KeepPart): Candidate[] {
  const found: Candidate[] = [];
  sides.forEach((left, index) => {
    for (const right of sides.slice(index + 1)) {
      if (left.mesh.id === right.mesh.id) continue;
      const name = `facts of ${refKey(left.peer.ref)} and ${refKey(right.peer.ref)}`;
      const of = [left.mesh, right.mesh];
      const make = (one: Cluster, other: Cluster): Candidate =>
        candidate({ ...left, cluster: one }, { ...right, cluster: other });
      found.push(keep(name, of, [left.cluster, right.cluster], make));
    }
  });
  return found;
}

function candidate(left: Side, right: Side): Candidate {
  const [one, other] = left.mesh.id < right.mesh.id ? [left, right] : [right, left];
  const end = ({ mesh, peer }: Side): End => ({ mesh, peer });
  return { sides: [end(one), end(other)], facts: [...factsSeenFrom(one, other), ...factsSeenFrom(other, one)] };
}

/** Nothing disagrees, and something that two meshes cannot share by accident agrees: an address or a root. */
function isFull({ facts }: Candidate): boolean {
  return (
    facts.every(({ agrees }) => agrees !== false) &&
    facts.some(({ fact, agrees }) => agrees === true && (fact === "address" || fact === "root"))
  );
}

/**
 * How strongly two peers seem to be meant for each other. A trust domain ("cluster.local") and a client identity (the
 * gateways' usual names) are shared by meshes that have nothing to do with each other: alone they say nothing.
 */
function likeness({ facts }: Candidate): number {
  const agreed = facts.filter(({ agrees }) => agrees === true).map(({ fact }) => fact);
  // Meshes of one CA share a root as well.
  if (facts.every(({ fact, agrees }) => fact !== "address" || agrees === false)) return 0;
  return agreed.includes("address") || agreed.includes("root") ? agreed.length : 0;
}

function explainUnpaired(side: Side, candidates: readonly Candidate[]): Finding {
  const near = candidates
    .filter((each) => each.sides.some((end) => end.peer.ref === side.peer.ref) && likeness(each) > 0 && !isFull(each))
    .reduce<Candidate | null>((best, each) => (best === null || likeness(each) > likeness(best) ? each : best), null);
  if (near === null) {
    return peerUnpaired.at([side.peer.ref], {
      peer: peerPath(side),
      addresses: side.peer.view.spec.remote.addresses.join(", ") || "none",
      trustDomain: side.peer.view.spec.security.trustDomain || "none",
    });
  }
  return disagreement(
    near,
    near.facts.filter(({ agrees }) => agrees === false),
    false,
  );
}

function disagreement({ sides: [one, other] }: Candidate, wrong: readonly LinkFact[], stated: boolean): Finding {
  const [first] = wrong;
  return (stated ? peerDisagrees.stated : peerDisagrees.unstated).at([one.peer.ref, other.peer.ref], {
    one: peerPath(one),
    other: peerPath(other),
    facts: wrong
      .map(
        ({ fact, peer, claimed, actual }) =>
          `${fact} (${peer.cluster}/${peer.name} says ${claimed || "nothing"}, the other mesh has ${actual || "none"})`,
      )
      .join("; "),
    fact: first?.fact ?? "",
  });
}

function uncheckedFacts({ sides: [one, other], facts }: Candidate): Finding[] {
  const open = facts.filter(({ agrees }) => agrees === null);
  if (open.length === 0) return [];
  return [
    peerUnchecked.at([one.peer.ref, other.peer.ref], {
      one: peerPath(one),
      other: peerPath(other),
      facts: open.map(({ fact, peer }) => `${fact} as seen by ${peer.cluster}/${peer.name}`).join("; "),
    }),
  ];
}

function linkOf({ sides: [one, other], facts }: Candidate): Link {
  return {
    id: linkId(peerPath(one), peerPath(other)),
    ends: [endOf(one), endOf(other)],
    facts,
    rejected: rejectionOf(one) ?? rejectionOf(other),
  };
}

function rejectionOf({ peer }: End): string | null {
  return peerRejection({ name: peer.ref.name, namespace: peer.ref.namespace ?? "" });
}

function endOf(side: End): PeerEnd {
  return { mesh: side.mesh.id, peer: side.peer.ref };
}
