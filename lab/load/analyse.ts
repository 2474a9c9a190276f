// What a run of load says: counts, the worst latency, gaps in the log, and failures around each mark. Pure.
import { groupBy, sortedBy } from "../../src/core/order.ts";
import type { LoadClient } from "./load-client.ts";
import type { LoadRecord } from "./raw-log.ts";

export interface Mark {
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Count {
  readonly total: number;
  readonly failed: number;
}

export interface Failure {
  readonly at: number;
  /** The last mark before it, and how long ago that was. */
  readonly after: string;
  readonly milliseconds: number;
  readonly what: string;
}

export interface Gap {
  readonly client: string;
  readonly from: number;
  readonly milliseconds: number;
}

export interface ClientReport extends Count {
  readonly client: string;
  readonly worstMilliseconds: number;
  readonly firstFailure: Failure | null;
  /** How often each failure was seen, by its text. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many answers named which caller. */
  readonly callers: Readonly<Record<string, number>>;
}

/** From a mark to the next one; the first window begins with the load. */
export interface Window extends Count {
  readonly mark: string;
  readonly seconds: number;
  /** Failures by client; none of a client that had none. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface LoadReport extends Count {
  readonly clients: readonly ClientReport[];
  readonly windows: readonly Window[];
  /** A client that sent nothing for longer than a second: the run proves nothing then. */
  readonly gaps: readonly Gap[];
}

const longestGap = 1000;
const start = "start";

export function analyse(
  clients: readonly LoadClient[],
  records: readonly LoadRecord[],
  marks: readonly Mark[],
): LoadReport {
  const inOrder = [...records].sort((left, right) => left.begun - right.begun);
  const byClient = groupBy(inOrder, ({ client }) => client);
  const begun = inOrder[0]?.begun ?? 0;
  const ended = inOrder.at(-1)?.begun ?? begun;
  const inTime = [{ what: start, at: begun }, ...[...marks].sort((left, right) => left.at - right.at)];
  return {
    ...count(records),
    clients: clients.map(({ name }) => clientReport(name, byClient.get(name) ?? [], inTime)),
    windows: windowsOf(inOrder, inTime, ended),
    gaps: clients.flatMap(({ name }) => gapsOf(name, byClient.get(name) ?? [], begun, ended)),
  };
}

/** The failures of one client, or of all whose name contains a word. */
export function failedOf(report: LoadReport, word: string): number {
  return report.clients.filter(({ client }) => client.includes(word)).reduce((sum, { failed }) => sum + failed, 0);
}

/** The failures within one window of those whose name contains a word. */
export function failedIn({ failures }: Window, word: string): number {
  return Object.entries(failures).reduce((sum, [client, failed]) => sum + (client.includes(word) ? failed : 0), 0);
}

function clientReport(client: string, records: readonly LoadRecord[], marks: readonly Mark[]): ClientReport {
  const failed = records.filter(({ failure }) => failure !== null);
  const first = failed[0];
  return {
    client,
    ...count(records),
    worstMilliseconds: records.reduce((worst, { milliseconds }) => Math.max(worst, milliseconds), 0),
    firstFailure: first === undefined ? null : failureOf(first, marks),
    failures: tally(failed.map(({ failure }) => failure ?? "")),
    callers: tally(records.filter(({ caller }) => caller !== "").map(({ caller }) => caller)),
  };
}

/** By when a request began: one that was under way at a mark belongs to the window before. */
function failureOf({ begun, failure }: LoadRecord, marks: readonly Mark[]): Failure {
  const mark = marks.findLast(({ at }) => at <= begun) ?? { what: start, at: begun };
  return { at: begun, after: mark.what, milliseconds: begun - mark.at, what: failure ?? "" };
}

function windowsOf(records: readonly LoadRecord[], marks: readonly Mark[], ended: number): readonly Window[] {
  return marks.map(({ what, at }, index) => {
    const until = marks[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const inside = records.filter(({ begun }) => begun >= at && begun < until);
    const failed = inside.filter(({ failure }) => failure !== null);
    return {
      mark: what,
      seconds: Math.max(0, Math.min(until, ended) - at) / 1000,
      ...count(inside),
      failures: tally(failed.map(({ client }) => client)),
    };
  });
}

/** Between two requests, before the first one, and after the last one. */
function gapsOf(client: string, records: readonly LoadRecord[], begun: number, ended: number): readonly Gap[] {
  const times = [begun, ...records.map((record) => record.begun), ended];
  return times.flatMap((from, index) => {
    const milliseconds = (times[index + 1] ?? from) - from;
    return milliseconds > longestGap ? [{ client, from, milliseconds }] : [];
  });
}

function count(records: readonly LoadRecord[]): Count {
  return { total: records.length, failed: records.filter(({ failure }) => failure !== null).length };
}

function tally(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries(sortedBy([...counts], ([text]) => text));
}
