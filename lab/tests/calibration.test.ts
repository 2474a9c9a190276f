// Twenty drawn worlds on two meshes: what real clients meet is what the rehearsal's model says of the same objects.
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { drawCases } from "../calibration/draw-cases.ts";
import { surprises, tallyOf, tallyText } from "../calibration/report.ts";
import { runCases } from "../calibration/run-cases.ts";
import { slots } from "../calibration/site.ts";
import { type Site, startSite } from "../calibration/start-site.ts";
import { placesFrom } from "../machine/places.ts";
import { sayOnTerminal as say } from "../machine/progress.ts";
import { testLabs } from "./test-labs.ts";

let site: Site | null = null;

beforeAll(async () => {
  const { cache } = placesFrom(process.env);
  site = await startSite({ built: inject("built"), cache, state: join(testLabs, "calibration"), slots, say });
}, 300_000);
afterAll(async () => site?.end(), 60_000);

test("twenty cases agree, but for known gaps", async () => {
  if (site === null) throw new Error("the meshes did not start");
  const results = await runCases(site, drawCases(1, 20, ["federated"]));
  say(`lab: calibration: ${tallyText(tallyOf(results))}`);
  expect(surprises(results)).toEqual([]);
  expect(results).toHaveLength(20);
  expect(tallyOf(results).failing).toBeGreaterThanOrEqual(8);
}, 240_000);
