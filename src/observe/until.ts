// Waits until a condition holds in live clusters: looks, judges, and looks again when something has changed.
import { setMaxListeners } from "node:events";
import type { Condition } from "../conditions/condition.ts";
import { indexPlan } from "../conditions/planned.ts";
import type { Verdict } from "../conditions/verdict.ts";
import { isUnseen } from "../conditions/facts.ts";
import { type Answers, judgeWith, noAnswers, type Want } from "../conditions/wants.ts";
import { ChangeWatches } from "./change-watches.ts";
import { Looker, together } from "./look.ts";
import { type IndexedWorld, usualProbes, type World } from "./world.ts";

/** Envoys cannot be watched: where a verdict rests on what proxies say, they are asked again after this long. */
export const proxyPollMs = 1_000;

/** Objects are watched; should a watch not be possible, they are asked for again after this long. */
export const objectPollMs = 2_000;

/** A watch may have died without a word, as when a VPN drops its connection; what it should have said is seen this much later. */
export const watchedPollMs = 15_000;

/** Real requests are no load: pairs that do not get through are tried again after this long. */
export const requestPollMs = 3_000;

/** Changes come in bursts; they are looked at together. */
const settleMs = 50;

export interface UntilOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Every verdict that differs from the one before. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

/**
 * The first verdict that waiting does not change: done or failed; at the time limit, or when the signal comes, the last one.
 * Throws only what is a bug.
 */
export async function until(condition: Condition, world: World, options: UntilOptions): Promise<Verdict> {
  const indexed: IndexedWorld = { ...world, plan: indexPlan(world.plan), probes: world.probes ?? usualProbes };
  const over = new AbortController();
  const limit = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([over.signal, limit, ...(options.signal === undefined ? [] : [options.signal])]);
  // Every program and watch that runs listens to it.
  setMaxListeners(0, signal);
  const bell = new Bell();
  const watches = new ChangeWatches(world, signal, () => bell.ring());
  const looker = new Looker(indexed, signal, watches);
  let last = judgeWith(condition, noAnswers, indexed.plan).verdict;
  let told = "";
  try {
    while (!signal.aborted) {
      const { verdict, ...judged } = await judgeNow(condition, indexed, looker, signal);
      // What a look that was cut short did not see is no verdict.
      if (signal.aborted && verdict.is !== "done") return last;
      last = verdict;
      const text = JSON.stringify(verdict);
      if (text !== told) options.onVerdict?.(verdict);
      told = text;
      if (verdict.is !== "pending") return verdict;
      await bell.wait(pauseAfter(judged, watches), signal);
    }
    return last;
  } finally {
    over.abort();
  }
}

/** One look, without waiting. */
export async function judgeOnce(condition: Condition, world: World, signal: AbortSignal): Promise<Verdict> {
  const indexed: IndexedWorld = { ...world, plan: indexPlan(world.plan), probes: world.probes ?? usualProbes };
  const { verdict } = await judgeNow(condition, indexed, new Looker(indexed, signal), signal);
  return verdict;
}

interface Judged {
  readonly verdict: Verdict;
  /** What kinds of facts the verdict rests on. */
  readonly used: ReadonlySet<Want["want"]>;
  /** Whether something could not be seen: no watch says when it can. */
  readonly hidden: boolean;
}

/** Looks until the judge asks for nothing more: what one fact shows decides which others are of interest. */
async function judgeNow(
  condition: Condition,
  { plan }: IndexedWorld,
  looker: Looker,
  signal: AbortSignal,
): Promise<Judged> {
  const used = new Set<Want["want"]>();
  let answers: Answers = noAnswers;
  let hidden = false;
  for (;;) {
    const { verdict, wants } = judgeWith(condition, answers, plan);
    for (const { want } of wants) used.add(want);
    if (wants.length === 0 || signal.aborted) return { verdict, used, hidden };
    try {
      const looked = await looker.look(wants);
      hidden ||= Object.values<ReadonlyMap<string, unknown>>({ ...looked }).some((each) =>
        [...each.values()].some(isUnseen),
      );
      answers = together(answers, looked);
    } catch (error) {
      if (signal.aborted) return { verdict, used, hidden };
      throw error;
    }
  }
}

const watched: ReadonlySet<Want["want"]> = new Set(["object", "pods", "nodes", "mesh-config"]);
const requests: ReadonlySet<Want["want"]> = new Set(["reach", "opened", "answerer"]);

/** How long nothing is asked while no watch says anything. */
function pauseAfter({ used, hidden }: Omit<Judged, "verdict">, { unwatched }: ChangeWatches): number {
  if ([...used].some((want) => requests.has(want))) return requestPollMs;
  if ([...used].some((want) => !watched.has(want))) return proxyPollMs;
  return unwatched || hidden ? objectPollMs : watchedPollMs;
}

/** Remembers that it was rung while nobody was waiting. */
class Bell {
  #rung = false;
  #wake: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        this.#wake = wake;
        signal.addEventListener("abort", wake, { once: true });
      });
    this.#wake = () => {};
    // Nothing can be waited for that a signal has ended.
    if (this.#rung && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, settleMs));
    this.#rung = false;
  }
}
