// What a plan must have looked at, or done, before it goes on, though nothing is lost where the model's world has come to rest.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { edgesOf, turnedRound, withoutStep } from "../support/edges.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { stated } from "../support/modelled.ts";

const folder = join(root, "examples", "four-meshes");
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
if (fourConfig === null) throw new Error("the example's configuration cannot be read");
const two = await readEastWest();
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));
const plan = planOf(two);
const planOfFour = planOf(four, fourConfig);

function said(of: Plan, inputs: typeof two, code: string): readonly string[] {
  const { refused } = rehearse(of, inputs, stated, { hash: "" });
  return refused.filter((finding) => finding.code === code).map(findingMessage);
}

function without(of: Plan, pattern: RegExp): Plan {
  const step = stepsOf(of).find(({ id }) => pattern.test(id));
  if (!step) throw new Error(`no step ${pattern}`);
  return withoutStep(of, step.id);
}

test("MF970: clients are sent to a gateway that nobody has tried from where they are", () => {
  expect(said(without(plan, /^import\/wait\/egress/u), two, "MF970")).toEqual([
    "Wave 1 of 2: create the entry of httpbin.a.svc.west-mesh-imports.local, seen by client sends client/curl of " +
      "east/istio-system/basic to west: Deployment istio-ingress/eastwestgateway-istio, and nobody has seen by then that " +
      "they can open a connection to it.",
  ]);
});

test("MF971: the next wave moves before the one before it was seen to get through", () => {
  const [first, ...others] = said(without(planOfFour, /^shift\/wait\/proof\/paris.*wave-2/u), four, "MF971");
  expect(first).toMatch(
    /^Wave 3 of \d: .* moves more clients, and nobody has seen by then that .* of paris\/.* get through/u,
  );
  expect(others).toEqual([]);
});

test("MF972: federation ends for a host that only the known namespaces find otherwise", () => {
  const narrow = without(plan, /^retire-exports\/apply.*httpbin\.b/u);
  expect(said(narrow, two, "MF972")).toEqual([
    "Delete ExportedServiceSet istio-system/east-mesh in west ends federation for httpbin.b.svc.cluster.local, which " +
      "namespaces of east/istio-system/basic that come to have clients later do not find any more.",
  ]);
  // Who does not want it for everybody is not told so.
  const kept: Plan = { ...narrow, waves: narrow.waves.filter(({ namespaces }) => !namespaces.includes("*")) };
  expect(said(kept, two, "MF972")).toEqual([]);
});

test("MF973: a gateway in a namespace that is no member yet", () => {
  const edge = edgesOf(planOfFour).find(
    ({ before, step }) => before.id.includes("/ServiceMeshMember.") && step.id.startsWith("export/apply"),
  );
  if (!edge) throw new Error("no membership");
  const [first] = said(turnedRound(planOfFour, edge), four, "MF973");
  expect(first).toMatch(
    /^Create the east-west gateway of .* writes into namespace .*, which no control plane there watches yet\.$/u,
  );
});

describe("MF974: the rest of federation goes before fresh clients were seen to get through without peers", () => {
  test.each([
    ["nobody looks", /^retire-peers\/wait\/proof/u],
    ["an istiod has them in its memory", /^retire-peers\/restart\/west/u],
  ])("%s", (_, pattern) => {
    const found = said(without(plan, pattern), two, "MF974");
    expect(found.at(-1)).toContain(
      "get through without west: ServiceMeshPeer istio-system/east-mesh, once west: Deployment istio-system/istiod-basic " +
        "had been started anew.",
    );
  });
});

test("MF975: an entry of a host that two meshes answer comes before the endpoint of one of them", () => {
  const edge = edgesOf(planOfFour).find(
    ({ before, step }) => before.id.endsWith("ledger.bank.global.meshferry-lyon") && step.id.includes("/ServiceEntry."),
  );
  if (!edge) throw new Error("no endpoint");
  const [first, ...others] = said(turnedRound(planOfFour, edge), four, "MF975");
  expect(first).toMatch(
    /^After Wave 1 of \d: create the entry of ledger\.bank\.global, .* answered from cork only, and not from lyon any more\.$/u,
  );
  expect(others).toEqual([]);
});
