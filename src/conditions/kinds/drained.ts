// drained: nothing is under way at gateways any more, and has not been for a while.
import { refText } from "../../core/object-ref.ts";
import { notDrained } from "../../findings/codes/conditions.ts";
import { isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { unseenOf } from "../unseen.ts";
import { done, pending, worst } from "../verdict.ts";

export const drained: Kind<ConditionOf<"drained">> = {
  // After everybody is seen to be on the new path: then nothing new begins here.
  stage: "requests",
  judge: ({ workloads, forMs }, facts) =>
    worst(
      workloads
        .map((workload) => ({ workload, idle: facts.idle(workload) }))
        .map(({ workload, idle }) => {
          if (isUnseen(idle)) return unseenOf(workload, "what is under way at", idle);
          if (idle.active === 0 && idle.forMs >= forMs) return done;
          return pending(
            notDrained.at([workload], {
              workload: refText(workload),
              active: idle.active === 0 ? "nothing" : `${idle.active} connection${idle.active === 1 ? "" : "s"}`,
              idle: `${Math.floor(idle.forMs / 1000)} s`,
              wanted: `${Math.ceil(forMs / 1000)} s`,
            }),
          );
        }),
    ),
};
