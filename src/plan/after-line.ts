// `after` in plan.json: whoever waits for a thousand steps that stand one behind the other names the first and the last.
import type { StepId } from "../core/ids.ts";

/** The id of a step, or the steps of the same phase from one to another. */
export type AfterLine = StepId | { readonly from: StepId; readonly to: StepId };

/** The steps of a phase in their order, and where each stands. */
export interface Places {
  readonly ids: readonly StepId[];
  readonly of: ReadonlyMap<StepId, number>;
}

export function placesOf(ids: readonly StepId[]): Places {
  return { ids, of: new Map(ids.map((id, at) => [id, at])) };
}

/** Fewer are written out. */
const shortestRun = 3;

export function shortAfter(after: readonly StepId[], { ids, of }: Places): readonly AfterLine[] {
  if (after.length < shortestRun) return after;
  const lines: AfterLine[] = [];
  for (let at = 0; at < after.length; ) {
    const from = after[at];
    if (from === undefined) break;
    const place = of.get(from) ?? ids.length;
    let length = 1;
    while (at + length < after.length && after[at + length] === ids[place + length]) length += 1;
    const to = after[at + length - 1];
    if (length >= shortestRun && to !== undefined) lines.push({ from, to });
    else lines.push(...after.slice(at, at + length));
    at += length;
  }
  return lines;
}

/** The steps that lines stand for. */
export function longAfter(lines: readonly AfterLine[], { ids, of }: Places): readonly StepId[] {
  return lines.flatMap((line) => {
    if (typeof line === "string") return [line];
    const from = of.get(line.from);
    const to = of.get(line.to);
    if (from === undefined || to === undefined) throw new Error(`plan.json has no step ${line.from} or ${line.to}`);
    return ids.slice(from, to + 1);
  });
}

/** With how many steps all of the lists begin alike. */
export function startTogether(lists: readonly (readonly StepId[])[]): number {
  const [first = [], ...others] = lists;
  let length = first.length;
  for (const list of others) {
    // The very same list, as most steps of a wave have.
    if (list === first) continue;
    let same = 0;
    while (same < length && list[same] === first[same]) same += 1;
    length = same;
  }
  return length;
}
