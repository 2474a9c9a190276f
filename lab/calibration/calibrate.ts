// `npm run lab -- calibrate`: starts a lab of its own, runs the cases of a seed, and writes down what came of it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Built } from "../build/run-build.ts";
import { orAborted } from "../machine/or-aborted.ts";
import { labFolder, labsFolder, labTag, type Places } from "../machine/places.ts";
import type { Say } from "../machine/progress.ts";
import { stages } from "./case.ts";
import { drawCases } from "./draw-cases.ts";
import { differenceText, reportText, surprises, tallyOf, tallyText } from "./report.ts";
import { type Result, runCases } from "./run-cases.ts";
import { slots } from "./site.ts";
import { startSite } from "./start-site.ts";
import { toStage } from "./to-stage.ts";

/** Those of the parts that a case meets (docs/lab.md). */
const versions = { Kubernetes: "1.34.4", Istio: "1.20.2", Envoy: "1.36.4" };

export interface Calibration {
  readonly cases: number;
  readonly seed: number;
  /** Whether the result is kept in docs/proof. */
  readonly keep: boolean;
}

/** True where all differences were known before. */
export async function calibrate(
  places: Places,
  built: Built,
  wanted: Calibration,
  { say, signal }: { readonly say: Say; readonly signal: AbortSignal },
): Promise<boolean> {
  const begun = Date.now();
  const state = join(labsFolder, `calibration-${labTag(labFolder)}`);
  const site = await startSite({ built, cache: places.cache, state, slots, say, signal });
  const results: Result[] = [];
  const all = async (): Promise<void> => {
    const drawn = drawCases(wanted.seed, wanted.cases, stages);
    for (const stage of stages) {
      if (results.length === drawn.length) break;
      await toStage(site, stage, say);
      const own = drawn.filter(({ change }) => (change.stage ?? "federated") === stage);
      await runCases(site, own, (found) => {
        results.push(...found);
        for (const each of found) if (!each.agrees) say(`lab: ${differenceText(each)}`);
        say(`lab: ${stage}: ${tallyText(tallyOf(results))}`);
      });
    }
  };
  try {
    await orAborted(signal, all());
  } finally {
    await site.end();
  }
  const inOrder = results.toSorted((left, right) => left.index - right.index);
  if (wanted.keep) {
    const folder = join(labFolder, "..", "docs", "proof");
    await mkdir(folder, { recursive: true });
    const text = reportText({
      date: new Date().toISOString().slice(0, 10),
      seed: wanted.seed,
      slots,
      minutes: (Date.now() - begun) / 60_000,
      versions,
      results: inOrder,
    });
    await writeFile(join(folder, "calibration.md"), text);
  }
  const unknown = surprises(inOrder);
  for (const each of unknown) say(`lab: not known before: ${each}`);
  say(`lab: ${tallyText(tallyOf(inOrder))}`);
  return unknown.length === 0;
}
