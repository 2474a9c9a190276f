// Planning again anywhere in the trust phase gives the steps that remain: nothing is written twice, and no restart is left out.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import { hashOf } from "../../core/hash.ts";
import { afterStep } from "../../../test/support/after-step.ts";
import { planOf } from "../../../test/support/example.ts";
import { guideConfig } from "../../../test/support/guide-config.ts";
import { ofCode, phaseSteps } from "../../../test/support/seen.ts";
import { changed, pem, twoMeshes } from "../../../test/support/world.ts";
import type { PatchOp, Step } from "../plan.ts";

const secret = (cluster: string) => `${cluster} Secret istio-system/cacerts`;
const key = "/metadata/annotations/meshferry.dev~1trusted-roots";
const eastHolds = hashOf(pem("east") + pem("west"));
const config = (restartProxies: boolean) => ({
  ...guideConfig,
  trust: { order: "combined-root" as const, restartProxies },
});

function trustSteps(inputs: readonly ClusterInput[], restartProxies = false): readonly Step[] {
  return phaseSteps(planOf(inputs, config(restartProxies)), "trust");
}

const ids = (steps: readonly Step[]): string[] => steps.map(({ id }) => id);
/** Steps that no object shows to be done: they are planned again. */
const unseen = ({ action }: Step): boolean =>
  action.do === "wait" || (action.do === "restart" && !action.workload.name.startsWith("istiod-"));

const worlds: readonly (readonly [string, readonly ClusterInput[]])[] = [
  ["a Secret without annotations", twoMeshes()],
  [
    "a Secret with annotations of others",
    ["east", "west"].reduce(
      (world, cluster) => changed(world, secret(cluster), { "/metadata/annotations": { other: "" } }),
      twoMeshes(),
    ),
  ],
  ["a Secret that notes an older bundle", changed(twoMeshes(), secret("east"), { [key]: "sha256:old" })],
];

describe.each(worlds)("after every prefix, with %s", (_name, inputs) => {
  test.each([false, true])("proxies restarted: %s", (restartProxies) => {
    const plan = planOf(inputs, config(restartProxies));
    const all = trustSteps(inputs, restartProxies);
    let now: readonly ClusterInput[] = inputs;
    for (const [index, step] of all.entries()) {
      now = afterStep(now, plan, step);
      const rest = all.filter((each, at) => at > index || unseen(each));
      expect(ids(trustSteps(now, restartProxies)), `after ${step.id}`).toEqual(ids(rest));
    }
  });
});

test("what an earlier run has written is said, and not written again", () => {
  const [patch] = trustSteps(twoMeshes());
  const plan = planOf(twoMeshes(), config(false));
  if (!patch) throw new Error("no step");
  const half = afterStep(twoMeshes(), plan, patch);
  expect(ofCode(planOf(half, config(false)).findings, "MF341").map(({ params }) => params)).toEqual([
    { mesh: "east/istio-system/basic", annotation: "meshferry.dev/trusted-roots" },
  ]);
  expect(trustSteps(half)[0]?.id).toBe("trust/restart/east/Deployment.apps/istio-system/istiod-basic");
  expect(
    ofCode(planOf(half, { ...config(false), trust: { order: "peers", restartProxies: false } }).findings, "MF341"),
  ).toEqual([]);
});

test("a note of another bundle counts for nothing: the patch is guarded by what istiod shows", () => {
  const stale = changed(twoMeshes(), secret("east"), { [key]: "sha256:other" });
  expect(ids(trustSteps(stale))).toEqual(ids(trustSteps(twoMeshes())));
});

describe("the note", () => {
  const ops = (inputs: readonly ClusterInput[]): readonly PatchOp[] => {
    const action = trustSteps(inputs)[0]?.action;
    return action?.do === "patch" ? action.ops.slice(2) : [];
  };
  test("is made where nobody's annotation can be lost", () => {
    expect(ops(twoMeshes())).toEqual([
      { op: "test", path: "/metadata/annotations", value: null },
      { op: "add", path: "/metadata/annotations", value: { "meshferry.dev/trusted-roots": eastHolds } },
    ]);
    expect(ops(changed(twoMeshes(), secret("east"), { "/metadata/annotations": { other: "" } }))).toEqual([
      { op: "add", path: key, value: eastHolds },
    ]);
    expect(ops(changed(twoMeshes(), secret("east"), { [key]: "sha256:old" }))).toEqual([
      { op: "test", path: key, value: "sha256:old" },
      { op: "replace", path: key, value: eastHolds },
    ]);
  });
  test("is not made where that cannot be known", () => {
    expect(ops(changed(twoMeshes(), secret("east"), undefined))).toEqual([]);
  });
  test("goes with the roots when the step is undone", () => {
    const [step] = trustSteps(twoMeshes());
    expect(
      step?.undo.how === "actions" && step.undo.actions.map((each) => each.do === "patch" && each.ops.slice(2)),
    ).toEqual([
      [
        { op: "test", path: key, value: eastHolds },
        { op: "remove", path: key },
      ],
    ]);
  });
});
