// What a state of the world has lost against an earlier one, as findings: one for each reason, with the pairs that it concerns.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import { type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { reasonText } from "../dataplane/reason-text.ts";
import type { Reached } from "../dataplane/reached.ts";
import { pathLost, startsBroken } from "../findings/codes/rehearsal.ts";
import type { PairOfClass } from "./classes.ts";
import type { OutcomeTable } from "./outcomes.ts";
import type { Moment } from "./rehearsal.ts";

interface Compared {
  readonly pairs: readonly PairOfClass[];
  readonly table: OutcomeTable;
  /** The outcome of each pair before the first step: what was broken then cannot be lost. */
  readonly start: readonly number[];
  /** The outcome of each pair in the state that this one follows. */
  readonly against: readonly number[];
  /** Of the pairs that were looked at. */
  readonly outcomes: ReadonlyMap<number, number>;
  /** The step's title. */
  readonly step: string;
  readonly when: Moment;
  readonly restarted: ObjectRef | null;
}

/** The pairs that arrived at the start and in the state before, and do not any more. */
export function lossesOf({ pairs, table, start, against, outcomes, step, when, restarted }: Compared): readonly Loss[] {
  const isOk = (outcome: number | undefined): boolean => outcome !== undefined && table.list[outcome]?.state === "ok";
  const lost: (Lost & { readonly at: number })[] = [];
  for (const [at, outcome] of outcomes) {
    const pair = pairs[at];
    const now = table.list[outcome];
    // A restart, a pause and an undo are compared with the state after the step: what that has lost is said already.
    if (pair && now && !isOk(outcome) && isOk(start[at]) && isOk(against[at])) lost.push({ at, pair, now });
  }
  // Whatever they were looked at for, the first of the plan's pairs gives the reason.
  lost.sort((left, right) => left.at - right.at);
  return byReason(lost).map(({ about, ...said }) => ({
    key: `${when}|${restarted ? refKey(restarted) : ""}|${said.pairs}|${said.reason}`,
    finding:
      when === "restarted"
        ? pathLost.restarted.at(about, { ...said, step, restarted: restarted ? refText(restarted) : "" })
        : pathLost[when].at(about, { ...said, step }),
  }));
}

export interface Loss {
  /** The same for the same loss, whichever step it follows. */
  readonly key: string;
  readonly finding: Finding;
}

/** Pairs that do not arrive before anything is done: nothing is proven of them. */
export function startFindings(
  pairs: readonly PairOfClass[],
  start: readonly number[],
  table: OutcomeTable,
): readonly Finding[] {
  const broken = start.flatMap((outcome, at): Lost[] => {
    const [pair, now] = [pairs[at], table.list[outcome]];
    // A host that a Sidecar hides is no client's.
    if (!pair || !now || now.state === "ok" || now.of === 0) return [];
    return [{ pair, now }];
  });
  return byReason(broken).map(({ about, ...said }) => startsBroken.at(about, said));
}

interface Lost {
  readonly pair: PairOfClass;
  readonly now: Reached;
}

interface Said {
  readonly about: readonly ObjectRef[];
  readonly pairs: string;
  readonly fail: string;
  readonly reason: string;
}

function byReason(lost: readonly Lost[]): readonly Said[] {
  const codeOf = ({ now }: Lost): string => now.reasons[0]?.code ?? "";
  return [...groupBy(lost, codeOf).values()].map((group) => {
    const [first] = group;
    const reason = first?.now.reasons[0];
    return {
      about: reason?.at ? [reason.at] : [],
      pairs: fewNames(group.map(({ pair: { pair } }) => pairText(pair))),
      fail: group.length === 1 ? "fails" : "fail",
      reason: reason ? sentence(reasonText(reason)) : "",
    };
  });
}

/** "CLIENTS of MESH → HOST:PORT". */
export function pairText({ mesh, clients, host, port }: PairOfClass["pair"]): string {
  const names = fewNames(clients.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`));
  return `${names} of ${mesh} → ${host}:${port}`;
}

function sentence(clause: string): string {
  return `${clause.slice(0, 1).toUpperCase()}${clause.slice(1)}.`;
}
