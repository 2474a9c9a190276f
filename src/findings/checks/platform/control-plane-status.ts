// The operator has made every control plane what its spec says.
import { controlPlaneNotReady } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** In the order of their gravity: what is not reconciled is seldom ready (Maistra operator 2.5, pkg/apis/maistra/status/status.go). */
const wanted = ["Reconciled", "Ready"];

const run: Check["run"] = (input) =>
  participants(input).all.flatMap((mesh) => {
    const { ref, view } = mesh.controlPlane;
    const bad = wanted.flatMap((type) =>
      view.status.conditions.filter((each) => each.type === type && each.status !== "True"),
    );
    const [first] = bad;
    if (!first) return [];
    const { type: condition, status, reason, message } = first;
    const said = [reason, message].filter((text) => text !== "").join(", ");
    return [controlPlaneNotReady.at([ref], { mesh: mesh.id, condition, status, reason: said || "no reason given" })];
  });

export const controlPlaneStatus: Check = {
  fact: "No status says that a control plane is not what its spec asks for",
  codes: [controlPlaneNotReady],
  reads: [],
  run,
};
