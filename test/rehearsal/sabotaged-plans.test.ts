// Plans of which a step is left out, moved or changed: the rehearsal refuses each, and says where and why.
import { describe, expect, test } from "vitest";
import type { Condition } from "../../src/conditions/condition.ts";
import { defaultConfig } from "../../src/config/config.ts";
import type { Finding } from "../../src/core/finding.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { planOf, readEastWest, stepsOf } from "../support/example.ts";
import { stated } from "../support/modelled.ts";

const inputs = await readEastWest();
const plan = planOf(inputs);

function refusals(of: Plan): readonly Finding[] {
  return rehearse(of, inputs, stated, { hash: "" }).refused.filter(({ severity }) => severity === "block");
}

/** The plan's steps anew, phase by phase. */
function edited(edit: (steps: readonly Step[]) => readonly Step[]): Plan {
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, steps: edit(phase.steps) })) };
}

/** The plan without the steps whose ids match. */
function leftOut(...patterns: readonly RegExp[]): Plan {
  return edited((steps) => steps.filter(({ id }) => !patterns.some((pattern) => pattern.test(id))));
}

/** The step put right before another one, whatever their phases. */
function moved(step: RegExp, before: RegExp): Plan {
  const found = stepsOf(plan).find(({ id }) => step.test(id));
  if (!found) throw new Error(`no step ${step}`);
  return edited((steps) =>
    steps.filter(({ id }) => id !== found.id).flatMap((each) => (before.test(each.id) ? [found, each] : [each])),
  );
}

const hostA = /httpbin\.a\.svc\.west-mesh-imports\.local/u;

describe("what is left out is missed", () => {
  test.each<readonly [string, RegExp, string, string]>([
    ["east's combined root", /^trust\/patch\/east/u, "MF953", "Delete the 2 peers at once"],
    ["the restart of west's istiod for its root", /^trust\/restart\/west/u, "MF953", "Delete the 2 peers at once"],
    ["the gateway's namespace", /Namespace\/\/istio-ingress/u, "MF956", "Create the east-west gateway"],
    ["the gateway", /west\/Gateway\.gateway.*\/eastwestgateway$/u, "MF955", "Expose the imported hosts"],
    ["the exporter's entry", /a\/meshferry-httpbin$/u, "MF955", "Expose the imported hosts"],
    ["the exposure", /expose-services$/u, "MF950", "create the entry of httpbin.a"],
    ["the importer's namespace", /Namespace\/\/meshferry-imports/u, "MF956", "Tell east/istio-system/basic where"],
    ["the remote gateway", /meshferry-imports\/meshferry-west$/u, "MF950", "create the entry of httpbin.a"],
    ["a host's endpoint", /WorkloadEntry.*httpbin\.a/u, "MF950", "create the entry of httpbin.a"],
    ["a host's entry", /^import\/apply.*ServiceEntry.*httpbin\.a/u, "MF955", "See that client uses the new path"],
    ["the end of what is under way", /^retire-exports\/wait\/drain/u, "MF958", "Delete ExportedServiceSet"],
    ["the export sets' end", /^retire-exports\/delete/u, "MF955", "The gate of retire-imports"],
    ["the peers' end", /^retire-peers\/delete-together/u, "MF951", "Delete ConfigMap"],
    ["the import sets' end", /^retire-imports\/delete/u, "MF955", "The gate of retire-peers"],
  ])("%s", (_, pattern, code, where) => {
    const found = refusals(leftOut(pattern));
    const said = found.filter((finding) => finding.code === code).map(findingMessage);
    expect(said.filter((text) => text.includes(where))).not.toEqual([]);
  });
});

describe("what comes too early is refused", () => {
  test.each<readonly [string, RegExp, RegExp, string]>([
    [
      "a host's entry before its endpoint",
      /^import\/apply.*ServiceEntry.*httpbin\.a/u,
      /WorkloadEntry.*httpbin\.a/u,
      "MF950",
    ],
    [
      "a host's entry before the remote gateway",
      /^import\/apply.*ServiceEntry.*httpbin\.a/u,
      /meshferry-imports\/meshferry-west$/u,
      "MF950",
    ],
    ["a host's entry before the exposure", /^import\/apply.*ServiceEntry.*httpbin\.a/u, /expose-services$/u, "MF956"],
    ["the exposure before the gateway", /expose-services$/u, /\/eastwestgateway$/u, "MF955"],
    ["istiod's restart before its new root", /^trust\/restart\/east/u, /^trust\/patch\/east/u, "MF953"],
    [
      "the export sets' end before the last wave",
      /^retire-exports\/delete/u,
      /^import\/apply.*ServiceEntry.*httpbin\.b/u,
      "MF950",
    ],
    [
      "the export sets' end before what is under way has ended",
      /^retire-exports\/delete/u,
      /^retire-exports\/wait\/drain/u,
      "MF958",
    ],
    ["the gateways' end before the peers'", /^retire-peers\/patch\/west/u, /^retire-peers\/delete-together/u, "MF953"],
  ])("%s", (_, step, before, code) => {
    expect(refusals(moved(step, before)).map((finding) => finding.code)).toContain(code);
  });
});

describe("what is changed in a plan", () => {
  const applying = (pattern: RegExp, change: (template: Readonly<Record<string, unknown>>) => object): Plan => {
    const step = stepsOf(plan).find(({ id }) => pattern.test(id));
    if (step?.action.do !== "apply") throw new Error(`no apply ${pattern}`);
    const { object } = step.action;
    const template = plan.objects[object] ?? {};
    return { ...plan, objects: { ...plan.objects, [object]: { ...template, ...change(template) } } };
  };
  const spec = (template: Readonly<Record<string, unknown>>) => template["spec"] as object;

  test("a name that is not the server's", () => {
    const wrong = applying(/^import\/apply.*ServiceEntry.*httpbin\.a/u, (template) => ({
      spec: { ...spec(template), subjectAltNames: ["spiffe://west.local/ns/a/sa/other"] },
    }));
    const [first] = refusals(wrong);
    expect(first && findingMessage(first)).toMatch(
      /After Wave 1 of 2.*fails\. The server is spiffe:\/\/west\.local\/ns\/a\/sa\/httpbin/u,
    );
  });

  test("federation's own name for the new network", () => {
    const stolen = applying(/meshferry-imports\/meshferry-west$/u, (template) => ({
      metadata: {
        ...(template["metadata"] as object),
        labels: { "topology.istio.io/network": "network-west-mesh" },
      },
    }));
    expect(refusals(stolen).map(({ code }) => code)).toContain("MF950");
  });

  test("both peers one after the other", () => {
    const apart: Plan = {
      ...plan,
      phases: plan.phases.map((phase) => ({
        ...phase,
        steps: phase.steps.flatMap((step): Step[] => {
          const { action } = step;
          if (action.do !== "delete-together") return [step];
          return action.refs.map((ref) => ({
            ...step,
            id: `${step.id}/${ref.cluster}` as Step["id"],
            action: { do: "delete", ref },
            done: { kind: "absent", ref },
          }));
        }),
      })),
    };
    expect(refusals(apart).map(findingMessage).join("\n")).toMatch(/started anew.*no configuration/su);
  });
});

test("trust by peers does not outlive them: with the default order nothing takes them away, and whoever does is refused", () => {
  const byPeers = planOf(inputs, defaultConfig);
  expect(refusals(byPeers)).toEqual([]);
  const peers = plan.phases.filter(({ id }) => id === "retire-peers");
  const without: Plan = { ...byPeers, phases: [...byPeers.phases, ...peers] };
  expect(refusals(without).map(({ code }) => code)).toContain("MF953");
});

test("an undo that takes away more than its step has put there", () => {
  const endpoint = stepsOf(plan).find(({ id }) => /WorkloadEntry.*httpbin\.b/u.test(id));
  if (endpoint?.action.do !== "apply") throw new Error("no endpoint");
  const { ref } = endpoint.action;
  const greedy = edited((steps) =>
    steps.map((step) =>
      step.id.startsWith("import/wait/proof")
        ? { ...step, undo: { how: "actions", actions: [{ do: "delete", ref }] } }
        : step,
    ),
  );
  const [first, ...others] = refusals(greedy);
  expect([first?.code, others]).toEqual(["MF952", []]);
  expect(first && findingMessage(first)).toContain("See that client uses the new path and its undo");
});

test("what happens while a gate is waited for", () => {
  const gone = stepsOf(plan).find(({ id }) => id.startsWith("retire-imports/delete"));
  const [one, two] = plan.phases;
  const [group] = plan.probes;
  if (!gone || !one || !two || !group) throw new Error("the plan has no such parts");
  const gate: Condition = { kind: "endpoints", probes: group.id, via: "none" };
  const waiting: Plan = {
    ...plan,
    phases: [
      { ...one, steps: [gone] },
      { ...two, gate, steps: two.steps.slice(0, 1) },
    ],
  };
  expect(refusals(waiting).map(findingMessage).join("\n")).toMatch(/After The gate of [\s\S]*httpbin\.a/u);
});

test("hosts that nobody's plan touches are not mentioned", () => {
  const found = refusals(leftOut(/WorkloadEntry.*httpbin\.a/u)).map(findingMessage);
  expect(found.filter((text) => text.startsWith("After")).every((text) => hostA.test(text))).toBe(true);
});
