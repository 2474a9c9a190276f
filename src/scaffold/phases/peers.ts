// The links: first every root, then both ends of each link right after each other, then until both ends have synced.
import { all, always } from "../../conditions/condition.ts";
import { sortedBy } from "../../core/order.ts";
import { makeStep, minuteMs } from "../../plan/make-step.ts";
import type { Phase } from "../../plan/plan.ts";
import { rootConfigMap, serviceMeshPeer } from "../objects/peer.ts";
import { meshNamed } from "../scaffold.ts";
import { createStep, type PhaseInput } from "./phase-input.ts";

export function peersPhase(input: PhaseInput): Phase {
  const { scaffold, roots } = input;
  const phase = "peers";
  const links = scaffold.links.map(([one, other]) => [meshNamed(scaffold, one), meshNamed(scaffold, other)] as const);
  const ends = links.flatMap(([one, other]) => [
    { near: one, far: other },
    { near: other, far: one },
  ]);
  const configMaps = sortedBy(
    ends,
    ({ near }) => near.cluster,
    ({ near }) => near.name,
    ({ far }) => far.name,
  ).map(({ near, far }) =>
    createStep(input, rootConfigMap(near, far, rootOf(roots, far.name)), {
      phase,
      title: `create ConfigMap ${near.namespace}/${far.peer}-ca-root-cert with the root of mesh ${far.name}`,
      rule: "scaffold.guide-setup",
    }),
  );
  // A peer whose other side does not answer blocks its istiod for minutes (seen on Maistra 2.5): both ends come together.
  const peers = ends.map(({ near, far }) =>
    createStep(input, serviceMeshPeer(near, far), {
      phase,
      title: `create ServiceMeshPeer ${near.namespace}/${far.peer}`,
      rule: "federation.lone-peer-blocks",
    }),
  );
  const waits = links.map(([one, other]) =>
    makeStep({
      phase,
      title: `wait until ${one.name} and ${other.name} are connected`,
      rule: "federation.resync-interval",
      about: `${one.name}/${other.name}`,
      action: { do: "wait" },
      done: all(
        { kind: "peer-synced", ref: serviceMeshPeer(one, other).ref },
        { kind: "peer-synced", ref: serviceMeshPeer(other, one).ref },
      ),
      timeoutMs: 10 * minuteMs,
    }),
  );
  return { id: phase, gate: always, steps: [...configMaps, ...peers, ...waits], verify: [], reversible: true };
}

function rootOf(roots: ReadonlyMap<string, string>, mesh: string): string {
  const root = roots.get(mesh);
  if (root === undefined) throw new Error(`no root certificate of mesh ${mesh} was given`);
  return root;
}
