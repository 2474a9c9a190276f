// The drawings of a rehearsal, at the widths of a narrow and a wide terminal, and with names that nobody would choose in good faith.
import { describe, expect, test } from "vitest";
import { controlCharacters } from "../../../test/cli/run-meshferry.ts";
import { hostile } from "../../../test/cli/sample-plan.ts";
import { planOf, readEastWest } from "../../../test/support/example.ts";
import {
  broken,
  deployment,
  explainedWays,
  hash,
  losingRehearsal,
  provenRehearsal,
  refusesRoot,
  stepWith,
} from "../../../test/support/sample-rehearsal.ts";
import { host } from "../../core/ids.ts";
import { pathLost } from "../../findings/codes/rehearsal.ts";
import type { Rehearsal } from "../../rehearsal/rehearsal.ts";
import { explainPairView } from "../model/explain-pair-view.ts";
import { stepColumns } from "../model/rehearsal-columns.ts";
import { rehearsalView } from "../model/rehearsal-view.ts";
import { displayWidth } from "./display-width.ts";
import { explainPairText } from "./explain-pair-text.ts";
import { paint } from "./paint.ts";
import { rehearsalText } from "./rehearsal-text.ts";

const plan = planOf(await readEastWest());
const refusal = pathLost.after.at([], { step: "S", pairs: "P", fail: "fail", reason: "R." });
const [curl, name] = [deployment("east", "client", "curl"), host("httpbin.a.svc.west-mesh-imports.local")];
const pair = { client: curl, host: name, port: 8000 };

function drawn(rehearsal: Rehearsal, columns = 80, colours = false): string[] {
  return rehearsalText(rehearsalView(rehearsal, plan), paint(columns, colours));
}

describe("the matrix", () => {
  test("stands in letters at 80 columns, with what they mean", () => {
    const lines = drawn(provenRehearsal(plan));
    expect(lines).toContain("  HOST                                        start  1  2  4  5  7  8  9");
    expect(lines).toContain("  httpbin.a.svc.west-mesh-imports.local:8000  F      F  F  F  E  E  E  E");
    expect(lines).toContain("  F  federation: through both federation gateways");
    expect(lines).toContain("         8 retire-imports, 9 retire-peers");
  });

  test("stands in words at 200 columns", () => {
    const text = drawn(provenRehearsal(plan), 200).join("\n");
    expect(text).toMatch(/HOST +start +1 prepare +2 trust +4 export +5 import +7 retire-exports/u);
    expect(text).toMatch(/httpbin\.b\.svc\.cluster\.local:8000 +(?:federation +){4}(?:east-west *){4}\n/u);
    expect(text).not.toContain("F  federation");
  });

  test("shows losses by signs, and names the clients where they fare differently", () => {
    const text = drawn(losingRehearsal(plan), 120).join("\n");
    expect(text).toMatch(
      /\n {2}httpbin\.a\.svc\.west-mesh-imports\.local:8000\n {4}batch\/batch +F +F +F +F +F +x +x +x\n/u,
    );
    expect(text).toMatch(/\n {4}client\/curl, client\/other +F +F +F +F +E\* +E\* +E +E\n/u);
    expect(text).toContain("  x  broken: every request fails");
    expect(text).toContain("  *  worse on the way");
  });

  test("is broken into blocks where its columns do not fit; each begins with the start", () => {
    const lines = drawn(provenRehearsal(plan), 44);
    const headings = lines.filter((line) => line.includes("HOST"));
    expect(headings.length).toBeGreaterThan(1);
    for (const heading of headings) expect(heading).toMatch(/HOST +start /u);
    expect(headings.join(" ").match(/ \d/gu)).toHaveLength(7);
  });

  test("of a phase names the steps below", () => {
    const rehearsal = losingRehearsal(plan);
    const view = rehearsalView(rehearsal, plan, { columns: stepColumns(plan, rehearsal, "import") });
    const text = rehearsalText(view, paint(80, false)).join("\n");
    expect(text).toMatch(/HOST +before +5\.6 +5\.8\n/u);
    expect(text).toMatch(
      /\n {2}5\.6 {2}Wave 1 of 2: create the entry of [\s\S]*\n {2}5\.8 {2}See that client uses the new path\n/u,
    );
  });

  test("of many hosts that fare alike shows some, and says how many there are", () => {
    const base = provenRehearsal(plan);
    const [first] = base.pairs;
    if (!first) throw new Error("no pair");
    const pairs = Array.from({ length: 30 }, (_, at) => ({ ...first, host: host(`host-${at + 10}.example`) }));
    const lines = drawn({ ...base, pairs, start: pairs.map(() => 0), changes: [] });
    expect(lines.filter((line) => line.startsWith("  host-"))).toHaveLength(12);
    expect(lines).toContain("  … and 18 more hosts just like host-10.example:8000 (-o json shows all)");
    expect(lines).toContain("No step changes how requests travel.");
  });
});

describe("the verdict", () => {
  test("says that nothing is lost", () => {
    expect(drawn(provenRehearsal(plan))[0]).toBe("Rehearsal  proven: nothing is lost at any of 39 steps");
  });
  test("says that the plan is refused, and why", () => {
    const text = drawn(losingRehearsal(plan, [refusal])).join("\n");
    expect(text).toContain("Rehearsal  refused: 3 of 3 pairs of clients and host fare worse on the way");
    expect(text).toContain("MF950 path-lost");
  });
});

test("changes: what is alike is told once, a loss by itself with when and why", () => {
  const proven = drawn(provenRehearsal(plan)).join("\n");
  expect(proven).toMatch(
    /5\.6 {2}Wave 1 of 2: [^→]*; and 1 more step until 5\.7\n +federation → east-west: httpbin\.a/u,
  );
  expect(proven.match(/→/gu)).toHaveLength(1);
  const losing = drawn(losingRehearsal(plan), 200).join("\n");
  expect(losing).toContain("some time later: federation → mixed 1 of 2: httpbin.b");
  expect(losing).toContain("when east: Deployment client/curl is started anew: mixed 1 of 2 → broken: httpbin.a");
  expect(losing).toContain("after its undo: east-west → broken: httpbin.a");
  expect(losing).toContain("because the client does not trust the server's root, that of west/istio-system/basic");
});

test("a loss that waits over many steps is told at the first", () => {
  const base = provenRehearsal(plan);
  const at = ["Delete the 2 peers", "See that freshly started", "Remove the federation gateways"].map((words) =>
    stepWith(plan, words),
  );
  const last = at.map((step) => ({ step, when: "restarted", restarted: curl, pair: 0, outcome: 2 }) as const);
  const waiting = { ...base, outcomes: [...base.outcomes, broken(refusesRoot)], changes: [...base.changes, ...last] };
  const text = drawn(waiting, 200).join("\n");
  expect(text.match(/is started anew/gu)).toHaveLength(1);
  expect(text).toMatch(/ {2}9\.2 {2}Delete the 2 peers [^;]*; and 2 more steps until 9\.6\n/u);
});

test("ways: hop by hop, who the server sees, or where and why it ends", () => {
  const view = explainPairView(plan, hash, pair, explainedWays(plan, refusesRoot));
  const text = explainPairText(view, paint(100, false)).join("\n");
  expect(text).toMatch(
    /^east: Deployment client\/curl → httpbin\.a\.svc\.west-mesh-imports\.local:8000\n\nAt the start\n {2}federation\n/u,
  );
  expect(text).toContain(
    "  way federation (2 times)\n    ● east: Deployment client/curl\n        dials the host\n    ↓ east: ",
  );
  expect(text).toContain("✓ arrives; the server sees west.local/ns/istio-system/sa/federation-ingress-service-account");
  expect(text).toMatch(/After 5\.6: Wave 1 of 2: [\s\S]*\n {2}broken\n/u);
  expect(text).toContain("✗ ends here: the client does not trust the server's root");
});

describe.each([40, 60, 80, 120, 200])("in %i columns", (columns) => {
  const bad: Rehearsal = losingRehearsal(plan, [refusal]);
  const evil: Rehearsal = {
    ...bad,
    pairs: bad.pairs.map((each) => ({
      ...each,
      host: host(`${hostile}${each.host}`),
      clients: each.clients.map((its) => ({
        ...its,
        workloads: its.workloads.map((client) => ({ ...client, name: hostile })),
      })),
    })),
  };
  const ways = explainPairView(
    plan,
    hash,
    { ...pair, host: host(hostile) },
    explainedWays(plan, { ...refusesRoot, params: { server: hostile } }),
  );
  test("no line is wider, none holds a control character, and colours change no letter", () => {
    for (const rehearsal of [provenRehearsal(plan), bad, evil]) {
      const lines = drawn(rehearsal, columns);
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      expect(lines.join("\n")).not.toMatch(controlCharacters);
      const coloured = drawn(rehearsal, columns, true).join("\n");
      expect(coloured.replaceAll(/\u001b\[\d+m/gu, "")).toBe(lines.join("\n"));
      expect(coloured).toContain("\u001b[");
    }
    const lines = explainPairText(ways, paint(columns, false));
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
    expect(lines.join("\n")).not.toMatch(controlCharacters);
  });
});
