// Runs cases on the site, as many side by side as it has slots, and holds each against the model.
import { setTimeout as after } from "node:timers/promises";
import { equalJson, type Json } from "../../src/core/json.ts";
import { sortedUnique } from "../../src/core/order.ts";
import type { Path, Reached } from "../../src/dataplane/reached.ts";
import type { Manifest } from "../api/live-object.ts";
import { until } from "../machine/until.ts";
import { accessLog, askFrom, podOf, type PodPlace, type Proxies, proxiesOf, untilTold } from "./ask-agents.ts";
import { type Case, keyOf, nameIn } from "./case.ts";
import { compared, type Compared } from "./compare.ts";
import { batchesOf, type Drawn, placed } from "./draw-cases.ts";
import { predict, readClusters } from "./predict.ts";
import { type Fate, fatesOf, linesOf, type LogLine, type Seen, seenOf } from "./seen.ts";
import { clientNamespace, controlPlane, eastWestPort } from "./site.ts";
import type { Side, Site } from "./start-site.ts";

export interface Result extends Compared {
  readonly index: number;
  readonly what: string;
  readonly predicted: Reached;
  readonly seen: Seen;
}

/** Of one stage. `done` hears of each batch as it ends. */
export async function runCases(
  site: Site,
  drawn: readonly Drawn[],
  done: (results: readonly Result[]) => void = () => {},
): Promise<readonly Result[]> {
  const proxies = await proxiesOf(site);
  const results: Result[] = [];
  for (const batch of batchesOf(drawn, site.slots)) {
    const cases = batch.map((each, at) => placed(each, at + 1, { gateway: site.gateway }));
    const found = await runBatch(site, proxies, cases);
    results.push(...found);
    done(found);
  }
  return results;
}

const owner = "calibration";
/** Two endpoints are both met by so many requests, but for one run in a thousand. */
const requests = 12;

async function runBatch(site: Site, proxies: Proxies, cases: readonly Case[]): Promise<readonly Result[]> {
  try {
    await Promise.all(cases.flatMap(({ east, west }) => [applied(site.east, east), applied(site.west, west)]));
    await untilTold(site, proxies, String(cases[0]?.index ?? 0));
    const [inputs, seen] = await Promise.all([
      readClusters(site.lab.clusters),
      Promise.all(cases.map(async (each) => settled(site, each))),
    ]);
    const predictions = predict(
      inputs,
      cases.map(({ slot, client = clientNamespace(slot), host, port }) => ({ client, host, port })),
    );
    return cases.flatMap(({ index, change, isTcp }, at) => {
      const [predicted, met] = [predictions[at], seen[at]];
      if (!predicted || !met) return [];
      return [{ index, what: change.what, predicted, seen: met, ...compared(predicted, met, isTcp) }];
    });
  } finally {
    await Promise.all([removed(site.east, cases, "east"), removed(site.west, cases, "west")]);
  }
}

/** In order, as a plan does: of objects applied all at once an endpoint that joins a Service was seen to be left out, once. */
async function applied({ api }: Side, objects: readonly Manifest[]): Promise<void> {
  for (const each of objects) await api.apply(each, owner);
}

async function removed({ api }: Side, cases: readonly Case[], side: "east" | "west"): Promise<void> {
  const restored = side === "west" ? cases.flatMap((each) => each.restored ?? []) : [];
  const kept = new Set(restored.map(keyOf));
  const gone = cases.flatMap((each) => each[side]).filter((each) => !kept.has(keyOf(each)));
  await Promise.all([
    ...gone.map(async (each) => api.delete(nameIn(each))),
    ...restored.map(async (each) => api.apply(each, owner)),
  ]);
}

const mostRounds = 12;

interface Round {
  readonly path: string;
  readonly fates: readonly Fate[];
}

/** Rounds of requests until two of them in a row come to the same; of what does not come to rest, the last two. */
async function settled(site: Site, { index, slot, client = clientNamespace(slot), host, port }: Case): Promise<Seen> {
  const pod = await podOf(site.east.api, client, "client");
  const rounds: Round[] = [];
  while (rounds.length < mostRounds) {
    const path = `/case-${index}-${rounds.length + 1}`;
    const asked = await askFrom(site.east.api, pod, { host, port, path, count: requests / 2 });
    rounds.push({ path, fates: fatesOf(asked) });
    const [one, two] = rounds.slice(-2).map(gist);
    if (one !== undefined && two !== undefined && equalJson(one, two)) break;
    await after(300);
  }
  const counted = rounds.slice(-2);
  const fates = counted.flatMap((round) => round.fates);
  const lines = await logged(site, pod, { host, fates, paths: counted.map(({ path }) => path) });
  return seenOf(
    fates,
    await pathsOf(
      site,
      lines.filter(({ flags }) => flags === "-"),
    ),
    lines.map(({ flags }) => flags),
  );
}

/** What a round comes to, whatever the order of its requests. */
function gist({ fates }: Round): Json {
  return sortedUnique(fates.map(({ failure, server, seenAs }) => `${failure} ${server} ${seenAs}`));
}

interface Logged {
  readonly host: string;
  readonly fates: readonly Fate[];
  readonly paths: readonly string[];
}

/** The proxy writes its log a moment later. */
async function logged(site: Site, pod: PodPlace, { host, fates, paths }: Logged): Promise<readonly LogLine[]> {
  const answered = fates.filter(({ failure }) => failure === null).length;
  let last: readonly LogLine[] = [];
  return until(
    `the access log of ${pod.namespace}`,
    async () => {
      const log = await accessLog(site.east, pod);
      last = linesOf(log, paths, host);
      return last.filter(({ flags }) => flags === "-").length >= answered ? last : null;
    },
    { timeoutMs: 10_000, everyMs: 300, state: () => JSON.stringify(last) },
  );
}

/** By whom the client's proxy sent the requests to. */
async function pathsOf({ gateway, east }: Site, lines: readonly LogLine[]): Promise<readonly Path[]> {
  const pods = await east.api.list({ apiVersion: "v1", kind: "Pod" }, { namespace: controlPlane });
  const planes = JSON.stringify(pods.items.map(({ status }) => status ?? null));
  return lines.map(({ upstream }) => {
    if (upstream === `${gateway}:${eastWestPort}`) return "east-west";
    return planes.includes(`"${upstream.split(":")[0]}"`) ? "federation" : "local";
  });
}
