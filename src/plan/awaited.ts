// Which conditions are waited for when a step is carried out, or taken back, and which a verification judges.
import { all, type Condition } from "../conditions/condition.ts";
import { equalRef, type ObjectRef } from "../core/object-ref.ts";
import type { Plan, Step } from "./plan.ts";

/** What is left to see of a step's end: that its own object is there, the server has answered when it was written. */
export function leftToSee({ action, done }: Step): Condition {
  if (action.do !== "apply") return done;
  return all(...partsOf(done).filter((part) => part.kind !== "present" || !equalRef(part.ref, action.ref)));
}

/**
 * What is seen of a step that was taken back: what it made is gone, what it deleted is there; after a patch or a restart, what the
 * step itself waited for of rollouts and links, which hold again under the old configuration.
 */
export function seenUndone(
  { action, done }: Step,
  gone: readonly ObjectRef[],
  thereAgain: readonly ObjectRef[],
): Condition {
  if (action.do === "patch" || action.do === "restart")
    return all(
      ...partsOf(done).filter(({ kind }) => kind === "rolled-out" || kind === "status" || kind === "peer-synced"),
    );
  return all(
    ...gone.map((ref): Condition => ({ kind: "absent", ref })),
    ...thereAgain.map((ref): Condition => ({ kind: "present", ref })),
  );
}

/** What has to hold whichever phase has been reached: it is what the first phase sees to. */
export function healthOf({ phases }: Plan): Condition[] {
  return phases.filter(({ id }) => id === "prepare").flatMap(({ steps }) => steps.map(({ done }) => done));
}

/** What a verification looks at: health, gateways, and each client's way and requests. */
export function seenVerified(plan: Plan): Condition[] {
  const gateways = plan.meshes.flatMap((mesh) => mesh.gateways.map(({ deployment }) => deployment));
  return [
    ...healthOf(plan),
    ...gateways.map((gateway): Condition => ({ kind: "gateway-exposes", gateway, hosts: [] })),
    ...plan.probes.flatMap(({ id: probes }): Condition[] => [
      { kind: "endpoints", probes, via: "east-west" },
      { kind: "joined", probes, federation: "gone" },
      { kind: "reachable", probes, fresh: false },
    ]),
  ];
}

function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === "all" ? condition.of : [condition];
}
