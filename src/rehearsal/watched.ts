// What a step writes where no istiod looks.
import type { Finding } from "../core/finding.ts";
import { notWatched } from "../findings/codes/rehearsal.ts";
import type { Step } from "../plan/plan.ts";
import { refsOf } from "./advance.ts";
import type { Look } from "./ways.ts";
import { objectAt } from "./world.ts";

const groups = /(?:^|\.)(?:istio\.io|gateway\.networking\.k8s\.io)$/u;

/** Objects for istiod in a namespace of no mesh: they count once it is a member (docs/facts.md, export.membership), all at once. */
export function unwatched(look: Look, step: Step): readonly Finding[] {
  const { world } = look;
  return refsOf(step.action).flatMap((ref) => {
    const { cluster, namespace, group } = ref;
    if (namespace === null || !groups.test(group) || objectAt(world, ref) === undefined) return [];
    const meshes = world.derived().inventory.meshes.filter((mesh) => mesh.cluster === cluster);
    if (
      meshes.length === 0 ||
      meshes.some((mesh) => mesh.namespace === namespace || look.told(mesh).watches(namespace))
    )
      return [];
    return [notWatched.at([ref], { step: step.title, namespace, cluster })];
  });
}
