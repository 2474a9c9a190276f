// A plan with every kind of action, and clusters for it: what the tests of applying, being killed, and undoing share.
import { expected } from "../../src/plan/expected.ts";
import { makeStep, restore } from "../../src/plan/make-step.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { MemoryCluster } from "./memory-cluster.ts";
import { bodyOf, configMap, deployment, one, PlanBuilder, two } from "./small-plans.ts";

const rule = "export.own-namespace";

/** Every kind of action, and an object that two steps write one after the other. */
export function wholePlan(): Plan {
  const builder = new PlanBuilder();
  const theirs = configMap(one, "theirs");
  const made = builder.apply("export", configMap(one, "made"), { a: "1" });
  const entry = builder.apply("import", configMap(two, "entry"), { who: "canary" }, { after: [made.id] });
  const confirm = makeStep({ phase: "retire-peers", title: "sure?", rule, action: { do: "confirm", loses: [] } });
  return builder
    .phase("export", [
      made,
      makeStep({
        phase: "export",
        title: "patch theirs",
        rule,
        action: {
          do: "patch",
          ref: theirs,
          ops: [
            { op: "test", path: "/data/x", value: "old" },
            { op: "replace", path: "/data/x", value: "new" },
          ],
        },
        expect: expected({ data: { x: "old" } }, "/data"),
        undo: {
          how: "actions",
          actions: [
            {
              do: "patch",
              ref: theirs,
              ops: [
                { op: "test", path: "/data/x", value: "new" },
                { op: "replace", path: "/data/x", value: "old" },
              ],
            },
          ],
        },
      }),
      makeStep({
        phase: "export",
        title: "restart",
        rule,
        action: { do: "restart", workload: deployment(one, "app") },
        after: [made.id],
      }),
    ])
    .phase("import", [entry])
    .phase("shift", [
      builder.apply(
        "shift",
        configMap(two, "entry"),
        { who: "canary" },
        {
          about: "wave-2",
          expect: "ours",
          set: [{ pointer: "/data/who", value: "everybody" }],
        },
      ),
    ])
    .phase("retire-exports", [
      makeStep({
        phase: "retire-exports",
        title: "delete set",
        rule,
        action: { do: "delete", ref: configMap(two, "set") },
        done: { kind: "absent", ref: configMap(two, "set") },
        undo: restore,
      }),
    ])
    .phase("retire-peers", [
      confirm,
      makeStep({
        phase: "retire-peers",
        title: "both peers",
        rule,
        action: { do: "delete-together", refs: [configMap(one, "peer"), configMap(two, "peer")], withinMs: 30_000 },
        after: [confirm.id],
        undo: restore,
      }),
    ])
    .plan();
}

export function clustersBefore(): MemoryCluster[] {
  const [first, second] = [new MemoryCluster(one), new MemoryCluster(two)];
  const put = (cluster: MemoryCluster, ref: ReturnType<typeof configMap>, data: JsonObject) =>
    cluster.put(ref, bodyOf(ref, data, false));
  put(first, configMap(one, "theirs"), { x: "old" });
  put(first, configMap(one, "peer"), { x: "1" });
  put(second, configMap(two, "peer"), { x: "2" });
  put(second, configMap(two, "set"), { x: "3" });
  first.put(deployment(one, "app"), {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {},
    spec: { template: {} },
  });
  return [first, second];
}
