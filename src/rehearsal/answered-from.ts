// From which meshes a client's requests are answered: a host that several export goes on while one of them is down, and is to stay so.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import type { Reached } from "../dataplane/reached.ts";
import { fewerAnswer } from "../findings/codes/rehearsal.ts";
import type { PairOfClass } from "./classes.ts";
import { pairText } from "./losses.ts";
import type { AnsweredFrom } from "./outcomes.ts";

const nowhere: readonly ClusterId[] = [];

/** The pairs that all get through, and are answered from fewer clusters than before the step. */
export function fewerAnswering(
  { pairs, table, outcomes, step }: Compared,
  was: AnsweredFrom,
  now: AnsweredFrom,
): readonly Finding[] {
  const groups = new Map<string, { readonly lost: string; readonly left: string; readonly pairs: string[] }>();
  for (const [at, outcome] of outcomes) {
    const [each, left] = [pairs[at], now.get(at) ?? nowhere];
    // Of what does not arrive everywhere, that is said.
    if (!each || table[outcome]?.state !== "ok") continue;
    const lost = (was.get(at) ?? nowhere).filter((cluster) => !left.includes(cluster));
    if (lost.length === 0) continue;
    const said = { lost: fewNames(lost), left: fewNames(left), pairs: [] };
    const key = `${said.lost}|${said.left}`;
    const known = groups.get(key) ?? said;
    groups.set(key, { ...known, pairs: [...known.pairs, pairText(each.pair)] });
  }
  return [...groups.values()].map(({ lost, left, pairs: texts }) =>
    fewerAnswer.at([], { step, pairs: fewNames(texts), lost, left }),
  );
}

interface Compared {
  readonly pairs: readonly PairOfClass[];
  readonly table: readonly Reached[];
  readonly outcomes: ReadonlyMap<number, number>;
  readonly step: string;
}
