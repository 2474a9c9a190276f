// The fold from changes to a matrix, over rehearsals written by hand for the real plan of the example.
import { describe, expect, test } from "vitest";
import { planOf, readEastWest } from "../../../test/support/example.ts";
import {
  broken,
  degraded,
  explainedWays,
  hash,
  losingRehearsal,
  noService,
  ok,
  provenRehearsal,
  refusesRoot,
  stepWith,
} from "../../../test/support/sample-rehearsal.ts";
import { pathLost } from "../../findings/codes/rehearsal.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Rehearsal } from "../../rehearsal/rehearsal.ts";
import { explainPairView } from "./explain-pair-view.ts";
import { isWorse } from "./reach-cell.ts";
import { stepColumns } from "./rehearsal-columns.ts";
import { rehearsalView, type RehearsalView } from "./rehearsal-view.ts";

const plan = planOf(await readEastWest());

/** Each row as its symbols, "*" where it was worse on the way. */
function drawn({ rows, courses }: RehearsalView): string[] {
  return rows.map(({ course, allClients }) => {
    const cells = (courses[course] ?? []).map(({ symbol, worse }) => symbol + (worse.length > 0 ? "*" : ""));
    return `${allClients ? "all" : "some"} ${cells.join(" ")}`;
  });
}

describe("the matrix", () => {
  test("has a column for the start and each phase with steps", () => {
    const { columns } = rehearsalView(provenRehearsal(plan), plan);
    expect(columns.map(({ name, id }) => `${name} ${id}`)).toEqual([
      ...["start start", "1 prepare", "2 trust", "4 export", "5 import"],
      ...["7 retire-exports", "8 retire-imports", "9 retire-peers"],
    ]);
  });

  test("shows how things are at the end of each phase; an undo that leads back is no loss", () => {
    const view = rehearsalView(provenRehearsal(plan), plan);
    expect(drawn(view)).toEqual(["all F F F F E E E E", "all F F F F E E E E"]);
    expect(view.courses).toHaveLength(1);
    expect(view.clients).toHaveLength(1);
    expect(view.counts).toEqual({
      ...{ steps: 39, states: 156, evaluated: 312, pairs: 2, hosts: 2, worse: 0 },
      start: { ok: 2, degraded: 0, broken: 0 },
      end: { ok: 2, degraded: 0, broken: 0 },
    });
    expect([view.proven, view.plan]).toEqual([true, hash]);
    expect(view.legend.map(({ symbol }) => symbol)).toEqual(["F", "E"]);
  });

  test("clients that fare differently have rows of their own; what was worse on the way is marked", () => {
    const view = rehearsalView(losingRehearsal(plan), plan);
    // In the order of hosts, then of clients: batch before client.
    expect(drawn(view)).toEqual(["some F F F F F x x x", "some F F F F E* E* E E", "all F F F* F F F F F"]);
    const marks = view.courses.flatMap((course) => course.flatMap(({ worse }) => (worse.length > 0 ? [worse] : [])));
    expect(marks).toEqual([["after", "restarted"], ["undone"], ["later"]]);
    expect(view.rows.map(({ clients }) => view.clients[clients]?.map(({ namespace }) => namespace))).toEqual([
      ["batch"],
      ["client"],
      ["client"],
    ]);
    expect(view.counts).toMatchObject({ pairs: 3, hosts: 2, worse: 3, end: { ok: 2, degraded: 0, broken: 1 } });
    expect(view.legend.map(({ symbol }) => symbol)).toEqual(["F", "E", "x", "*"]);
  });

  test("of one phase shows what it begins with and each step that changes something", () => {
    const rehearsal = losingRehearsal(plan);
    const view = rehearsalView(rehearsal, plan, { columns: stepColumns(plan, rehearsal, "import") });
    expect(view.columns.map(({ name }) => name)).toEqual(["before", "5.6", "5.8"]);
    expect(drawn(view)).toEqual(["some F F F", "some F M!* E", "all F F F"]);
    const first = stepColumns(plan, rehearsal, "prepare");
    expect(first.columns).toEqual([{ id: "start", name: "start", title: "" }]);
    const last = rehearsalView(rehearsal, plan, { columns: stepColumns(plan, rehearsal, "retire-peers") });
    expect(drawn(last)).toEqual(["some x", "some E", "all F"]);
  });
});

test("a host that no client is told of, from first to last, has no row; one that is opened later has", () => {
  const base = losingRehearsal(plan);
  const hidden = { ...broken(noService), of: 0 };
  const first = base.outcomes.length;
  const [, batch] = base.pairs;
  if (!batch) throw new Error("no pair");
  const pairs = [...base.pairs, { ...batch, port: 1 }, { ...batch, port: 2 }];
  const step = stepWith(plan, "Delete ExportedServiceSet");
  const opened = { step, when: "after", restarted: null, pair: 4, outcome: 1 } as const;
  const view = rehearsalView(
    {
      ...base,
      pairs,
      outcomes: [...base.outcomes, hidden],
      start: [...base.start, first, first],
      changes: [...base.changes, opened],
    },
    plan,
  );
  expect(view.rows.map(({ port }) => port)).toEqual([2, 8000, 8000, 8000]);
  expect(drawn(view)[0]).toBe("all x x x x x E E E");
  expect(view.counts).toMatchObject({ pairs: 4, hosts: 3, start: { ok: 3, degraded: 0, broken: 1 } });
});

describe("changes", () => {
  const { changes, rows } = rehearsalView(losingRehearsal(plan), plan);
  const told = changes.map(({ name, when, from, to, worse, pairs, rows: at }) =>
    [
      name,
      when,
      `${from.symbol}→${to.symbol}`,
      worse ? "worse" : "",
      pairs,
      at.map((row) => rows[row]?.host.slice(8, 9)),
    ].join(" "),
  );
  test("stand in the order of the plan, each against what was right before", () => {
    expect(told).toEqual([
      "2.2 later F→M! worse 1 b",
      "5.6 after F→M! worse 1 a",
      "5.6 restarted M!→x worse 1 a",
      "5.8 after M!→E  1 a",
      "7.4 after F→x worse 1 a",
      "7.4 undone E→x worse 1 a",
    ]);
  });
  test("of a loss say why", () => {
    expect(changes[1]?.reasons).toEqual([
      {
        code: "client-refuses-root",
        at: refusesRoot.at,
        text: "the client does not trust the server's root, that of west/istio-system/basic: east: Deployment client/curl",
      },
    ]);
    expect(changes[3]?.reasons).toEqual([]);
  });
  test("that are alike at one step are told once, with the number of pairs", () => {
    const base = provenRehearsal(plan);
    const step = stepWith(plan, "Delete the 2 peers");
    const both = [0, 1].map((pair) => ({ step, when: "after", restarted: null, pair, outcome: 2 }) as const);
    const view = rehearsalView(
      { ...base, outcomes: [...base.outcomes, ok("mixed")], changes: [...base.changes, ...both] },
      plan,
    );
    expect(view.changes.filter(({ name }) => name === "9.2")).toMatchObject([{ pairs: 2, rows: [0, 1] }]);
  });
  test("at a step that is none is a bug that is said", () => {
    const base = provenRehearsal(plan);
    const [change] = base.changes;
    if (!change) throw new Error("no change");
    const odd: Rehearsal = { ...base, changes: [{ ...change, step: stepWith(plan, "nowhere") }] };
    expect(() => rehearsalView(odd, plan)).toThrow(/a step that the plan does not have/u);
  });
});

test("an outcome is worse by its state, then by how many ways arrive", () => {
  const [third, half, all] = [degraded("mixed", 1, 3), degraded("mixed", 1, 2), ok("mixed", 3)];
  const better: readonly (readonly [typeof all, typeof all])[] = [
    [all, half],
    [half, third],
  ];
  for (const [good, bad] of better)
    expect([isWorse(bad, good), isWorse(good, bad), isWorse(good, good)]).toEqual([true, false, false]);
});

test("refusals and what else blocks are its findings", () => {
  const refusal = pathLost.after.at([], { step: "S", pairs: "P", fail: "fail", reason: "R." });
  const view = rehearsalView(losingRehearsal(plan, [refusal]), plan, { blocking: [{ ...refusal, code: "MF912" }] });
  expect(view.proven).toBe(false);
  expect(view.findings.map(({ code }) => code)).toEqual(["MF912", "MF950"]);
  expect(view.findingCounts.block).toBe(2);
});

test("the same pairs in another order give the same rows, and every pair is in one", () => {
  const rehearsal = losingRehearsal(plan);
  const order = [2, 0, 1];
  const turned: Rehearsal = {
    ...rehearsal,
    pairs: order.map((at) => rehearsal.pairs[at]).filter((pair) => pair !== undefined),
    changes: rehearsal.changes.map((change) => ({ ...change, pair: order.indexOf(change.pair) })),
  };
  const [one, other] = [rehearsalView(rehearsal, plan), rehearsalView(turned, plan)];
  expect(other.rows).toEqual(one.rows);
  expect(other.courses).toEqual(one.courses);
});

test("a step that is told twice is told as it is at once, and some time later", () => {
  const [start, moved] = explainedWays(plan);
  if (!start || !moved) throw new Error("no ways");
  const back = { ...start, step: moved.step, title: moved.title };
  const view = explainPairView(plan, hash, pairOf(plan), [start, moved, back]);
  expect(view.states.map(({ name, later }) => [name, later])).toEqual([
    ["start", false],
    ["5.6", false],
    ["5.6", true],
  ]);
});

test("ways that look alike are told once, and a step by its place in the plan", () => {
  const view = explainPairView(plan, hash, pairOf(plan), explainedWays(plan, refusesRoot));
  expect(
    view.states.map(({ name, phase, outcome, ways }) => [name, phase, outcome.symbol, ways.map(({ times }) => times)]),
  ).toEqual([
    ["start", null, "F", [2]],
    ["5.6", "import", "x", [1]],
  ]);
  expect(view.states[1]?.ways[0]).toMatchObject({
    arrives: false,
    seenAs: null,
    reason: { code: "client-refuses-root" },
  });
});

function pairOf(of: Plan) {
  const [pair] = provenRehearsal(of).pairs;
  const [client] = pair?.clients[0]?.workloads ?? [];
  if (!pair || !client) throw new Error("no pair");
  return { client, host: pair.host, port: pair.port };
}
