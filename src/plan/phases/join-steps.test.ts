// An import that joins a local Service: names, question, endpoint, and, when federation is gone, its name taken back.
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../config/config.ts";
import type { ClusterInput } from "../../core/cluster.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { canonicalJson } from "../../core/json.ts";
import { refKey } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { afterStep, changesObjects } from "../../../test/support/after-step.ts";
import { applyPatch } from "../../../test/support/apply-patch.ts";
import { planOf, stepsOf } from "../../../test/support/example.ts";
import { guideConfig } from "../../../test/support/guide-config.ts";
import { phaseSteps } from "../../../test/support/seen.ts";
import { added, asLocal, kubeObject, named, twoMeshes } from "../../../test/support/world.ts";
import type { Plan } from "../plan.ts";

const canonical = "alpha.istio.io/canonical-serviceaccounts";
const ownRecord = "meshferry.dev/added-serviceaccounts";
const theirs = "spiffe://theirs/ns/a/sa/b";
const remote = "spiffe://west.example/ns/sales/sa/stock";
const gateway = "spiffe://east.example/ns/istio-system/sa/federation-egress-service-account";
const service = "east|Service|shop|stock";

function world(annotations: JsonObject | null, alone = false): ClusterInput[] {
  const joins = asLocal("sales", "stock", { namespace: "shop" });
  return added(
    twoMeshes({ link: { imports: [alone ? [joins] : [named("sales", "orders"), joins], null] } }),
    kubeObject("east", "v1", "Service", "shop", "stock", {
      ...(annotations ? { metadata: { annotations } } : {}),
      spec: { selector: { app: "stock" }, ports: [{ port: 8080, name: "http" }] },
    }),
  );
}

function annotationsOf(inputs: readonly ClusterInput[]): Json | undefined {
  const found = inputs.flatMap(({ objects }) => objects).find(({ ref }) => refKey(ref) === service);
  return found && valueAt(found.body, "/metadata/annotations");
}

/** The annotations after each change of the plan that alters them, and the step's phase. */
function history(inputs: readonly ClusterInput[], config = defaultConfig): unknown[] {
  const plan = planOf(inputs, config);
  const seen: unknown[] = [];
  let now: readonly ClusterInput[] = inputs;
  for (const step of stepsOf(plan)) {
    const before = canonicalJson(annotationsOf(now) ?? null);
    now = afterStep(now, plan, step);
    if (canonicalJson(annotationsOf(now) ?? null) !== before) seen.push([step.id.split("/")[0], annotationsOf(now)]);
  }
  return seen;
}

describe("the names by which clients verify the Service's endpoints", () => {
  test("come in the import phase, federation's gateway among them, and it goes when federation is gone", () => {
    expect(history(world({ other: "x" }))).toEqual([
      ["import", { other: "x", [canonical]: `${remote},${gateway}`, [ownRecord]: `${remote},${gateway}` }],
      ["retire-imports", { other: "x", [canonical]: remote, [ownRecord]: remote }],
    ]);
  });
  test("of a Service without annotations", () => {
    expect(history(world(null)).at(-1)).toEqual(["retire-imports", { [canonical]: remote, [ownRecord]: remote }]);
  });
  test("that others have put there stay, and are not written down as ours", () => {
    expect(history(world({ [canonical]: `${theirs},${gateway}` }))).toEqual([
      ["import", { [canonical]: `${theirs},${gateway},${remote}`, [ownRecord]: remote }],
    ]);
    expect(history(world({ [canonical]: `${theirs},${remote},${gateway}` }))).toEqual([]);
    expect(history(world({ [canonical]: `${theirs},${remote}` }))).toEqual([
      ["import", { [canonical]: `${theirs},${remote},${gateway}`, [ownRecord]: gateway }],
      ["retire-imports", { [canonical]: `${theirs},${remote}` }],
    ]);
  });
  test("are taken back by undo, each patch by its own", () => {
    const inputs = world({ [canonical]: theirs });
    const plan = planOf(inputs, defaultConfig);
    let now: readonly ClusterInput[] = inputs;
    const patches = stepsOf(plan).filter(({ action }) => action.do === "patch" && refKey(action.ref) === service);
    expect(patches).toHaveLength(2);
    for (const step of patches) now = afterStep(now, plan, step);
    let body: Json = now.flatMap(({ objects }) => objects).find(({ ref }) => refKey(ref) === service)?.body ?? null;
    for (const { undo } of [...patches].reverse()) {
      if (undo.how !== "actions") throw new Error("no undo");
      for (const action of undo.actions) if (action.do === "patch") body = applyPatch(body, action.ops);
    }
    expect(valueAt(body, "/metadata/annotations")).toEqual({ [canonical]: theirs });
  });
});

describe("the endpoint comes last, for everybody, after a question", () => {
  const shift = (plan: Plan): string[] => phaseSteps(plan, "shift").map(({ id }) => id.replace("shift/", ""));
  const joining = [
    "wait/egress/east/istio-system/basic#joined",
    "confirm/join/east/istio-system/basic",
    "apply/east/WorkloadEntry.networking.istio.io/shop/stock.shop.svc.cluster.local.meshferry-west",
    "wait/proof/east/istio-system/basic#joined",
  ];
  test("behind the waves of the others", () => {
    expect(shift(planOf(world({})))).toEqual([
      "wait/egress/east/istio-system/basic#wave-2",
      "apply/east/ServiceEntry.networking.istio.io/meshferry-imports/orders.sales.svc.west-mesh-imports.local/wave-2",
      "wait/proof/east/istio-system/basic#wave-2",
      ...joining,
    ]);
    const plan = planOf(world({}));
    const afters = new Map(phaseSteps(plan, "shift").map(({ id, after }) => [id.replace("shift/", ""), after]));
    expect(joining.map((id) => afters.get(id))).toEqual([
      [],
      [`shift/${joining[0]}`, "shift/wait/proof/east/istio-system/basic#wave-2"],
      ...joining.slice(1, 3).map((id) => [`shift/${id}`]),
    ]);
  });
  test("alone, where nothing else is imported: no waves, no entries, all clients are asked about", () => {
    const plan = planOf(world({}, true));
    expect(shift(plan)).toEqual(joining);
    expect(plan.waves).toEqual([]);
    expect(plan.probes.map(({ id, routes, clients }) => [id, routes, clients.length])).toEqual([
      ["east/istio-system/basic#joined", ["east/istio-system/basic|stock.shop.svc.cluster.local"], 2],
    ]);
  });
  test("is not asked for again once it is there; the proof is", () => {
    const inputs = world({});
    const plan = planOf(inputs);
    let now: readonly ClusterInput[] = inputs;
    for (const step of stepsOf(plan)) {
      if (step.id.startsWith("retire-exports/")) break;
      now = afterStep(now, plan, step);
    }
    expect(shift(planOf(now)).slice(-1)).toEqual(joining.slice(-1));
    expect(shift(planOf(now)).filter((id) => id.startsWith("confirm/"))).toEqual([]);
  });
});

test("who does not see the local Service is not asked about", () => {
  const plan = planOf(world({ "networking.istio.io/exportTo": ".,other" }));
  const group = plan.probes.find(({ id }) => id.endsWith("#joined"));
  expect(group?.except?.map(({ client, routes }) => [client.namespace, routes])).toEqual([
    ["till", ["east/istio-system/basic|stock.shop.svc.cluster.local"]],
  ]);
  expect(plan.probes.filter(({ id, except }) => !id.endsWith("#joined") && except)).toEqual([]);
  expect(planOf(world({ "networking.istio.io/exportTo": "*" })).probes.filter(({ except }) => except)).toEqual([]);
});

describe("federation's gateways", () => {
  const drained = (plan: Plan): unknown[] =>
    phaseSteps(plan, "retire-exports").flatMap(({ id, done }) =>
      done.kind !== "all"
        ? []
        : done.of.flatMap((each) => (each.kind === "drained" ? [[id.split("/").at(-1), each.workloads.length]] : [])),
    );
  test("cannot drain before the exports go, and are waited for after", () => {
    expect(drained(planOf(world({})))).toEqual([
      ["drain", 0],
      ["no-federation-endpoint", 4],
    ]);
    expect(drained(planOf(twoMeshes()))).toEqual([["drain", 4]]);
  });
  test("keep their name accepted on a link that stays", () => {
    const stays = added(
      world({}),
      kubeObject("west", "v1", "Service", "sales", "orders", {
        spec: { selector: { app: "orders" }, clusterIP: "None", ports: [{ port: 8080, name: "http" }] },
      }),
    );
    expect(history(stays).map((each) => (each as unknown[])[0])).toEqual(["import"]);
    const conditions = canonicalJson(
      phaseSteps(planOf(stays), "retire-exports").map(({ done }) => done) as unknown as Json,
    );
    expect(conditions).not.toContain('"gone"');
  });
});

describe.each([
  ["peers", defaultConfig],
  ["combined roots", guideConfig],
] as const)("planning again after each change, %s", (_name, config) => {
  test.each([
    ["with annotations", { x: "y" }, false],
    ["without", null, false],
    ["alone", {}, true],
  ] as const)(
    "%s",
    (_case, annotations, alone) => {
      const changes = (plan: Plan): string[] =>
        stepsOf(plan)
          .filter(changesObjects)
          .map(
            ({ id, action }) =>
              `${id} ${canonicalJson((action.do === "patch" ? action.ops : null) as unknown as Json)}`,
          );
      let now: readonly ClusterInput[] = world(annotations, alone);
      const plan = planOf(now, config);
      let remaining = changes(plan);
      for (const step of stepsOf(plan).filter(changesObjects)) {
        now = afterStep(now, plan, step);
        remaining = remaining.slice(1);
        expect(changes(planOf(now, config)), `after ${step.id}`).toEqual(remaining);
      }
      expect(remaining).toEqual([]);
    },
    30_000,
  );
});
