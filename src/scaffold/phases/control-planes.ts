// The control planes of all meshes side by side, then until each is ready and its federation gateways can be reached.
import { all, always, type Condition } from "../../conditions/condition.ts";
import { meshId } from "../../core/ids.ts";
import { sortedBy } from "../../core/order.ts";
import { makeStep, minuteMs } from "../../plan/make-step.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { controlPlane, memberRoll } from "../objects/control-plane.ts";
import { ingressSlot } from "../objects/peer.ts";
import type { ScaffoldMesh } from "../scaffold.ts";
import { createStep, type PhaseInput } from "./phase-input.ts";

export function controlPlanesPhase(input: PhaseInput): Phase {
  const meshes = sortedBy(
    input.scaffold.meshes,
    ({ cluster }) => cluster,
    ({ name }) => name,
  );
  const steps = [
    ...meshes.flatMap((mesh) => created(input, mesh)),
    ...meshes.map((mesh) => {
      const gateways = [...mesh.egress.map(({ name }) => name), ...(mesh.egress.length > 0 ? [mesh.ingress.name] : [])];
      return makeStep({
        phase: "control-planes",
        title: `wait until mesh ${mesh.name} is ready${gateways.length > 0 ? ", its federation gateways too" : ""}`,
        rule: "scaffold.guide-setup",
        about: meshId(mesh.cluster, mesh.namespace, mesh.controlPlane),
        action: { do: "wait" },
        done: readiness(mesh, gateways),
        timeoutMs: 15 * minuteMs,
      });
    }),
  ];
  return { id: "control-planes", gate: always, steps, verify: [], reversible: true };
}

function created(input: PhaseInput, mesh: ScaffoldMesh): Step[] {
  const phase = "control-planes";
  const plane = controlPlane(mesh);
  const roll = memberRoll(mesh);
  const place = `${mesh.namespace}/${mesh.controlPlane}`;
  return [
    createStep(input, plane, { phase, rule: "scaffold.guide-setup", title: `create ServiceMeshControlPlane ${place}` }),
    ...(roll
      ? [
          createStep(input, roll, {
            phase,
            rule: "scaffold.members-by-label",
            title: `create ServiceMeshMemberRoll ${mesh.namespace}/default`,
          }),
        ]
      : []),
  ];
}

function readiness(mesh: ScaffoldMesh, gateways: readonly string[]): Condition {
  const { cluster, namespace } = mesh;
  const slot = gateways.length > 0 ? ingressSlot(mesh) : null;
  return all(
    { kind: "status", ref: controlPlane(mesh).ref, type: "Ready", status: "True" },
    ...gateways.map((name): Condition => {
      return { kind: "rolled-out", ref: { cluster, group: "apps", kind: "Deployment", namespace, name } };
    }),
    ...(slot ? [{ kind: "slot", slot: slot.id } as const] : []),
  );
}
