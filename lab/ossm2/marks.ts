// What tells the stand-in's own objects from everybody else's: the real istiod keeps all of these in its memory only.
import type { LiveObject } from "../api/live-object.ts";

/** On every object that a cluster of OSSM 2 would not show. Readers that are to see what they would see there leave these out. */
export const standInLabel = "lab.meshferry/stand-in";
export const standInLabels = { [standInLabel]: "ossm2" } as const;

/** For lists and watches: everything but the stand-in's own objects. */
export const withoutStandIn = `${standInLabel}!=ossm2`;

/** The field manager of what a cluster of OSSM 2 would not show. */
export const standInOwner = "lab-ossm2-stand-in";

/** The field manager of what the real operator makes too: gateways, members, changes of istiod. */
export const operatorOwner = "maistra-istio-operator";

export function isStandIn({ metadata }: Pick<LiveObject, "metadata">): boolean {
  return metadata.labels?.[standInLabel] === "ossm2";
}
