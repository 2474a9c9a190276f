// Undo between two federated meshes: from the end of each phase everything is again as it was before, and forward again it ends as ever.
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpClients, tcpClient } from "../load/load-client.ts";
import { reportLines } from "../load/report-text.ts";
import type { RunningLoad } from "../load/start-load.ts";
import { apply, type Dumps, expectUndone, type Migration, migration, phases, undo } from "./migrated-meshes.ts";
import { hosts } from "./ossm2-world.ts";

/** What is lost is counted for the record: an eye on it, and no strain. New and kept connections, none retried by Istio. */
const light = [
  ...httpClients("a", hosts.a, 8000),
  ...httpClients("b", hosts.b, 8000),
  tcpClient("echo", hosts.tcp, 9000),
]
  .filter(({ kind, retries }) => kind === "tcp" || retries === "off")
  .map((client) => ({ ...client, perSecond: 4 }));

let migrated: Migration;
let load: RunningLoad;
let before: Dumps;

beforeAll(async () => {
  migrated = await migration("undo", false);
  load = await migrated.load(light);
  before = await migrated.dumps();
}, 400_000);

afterAll(async () => {
  await load?.discard();
  await migrated?.end();
});

test.each(phases)(
  "from the end of %s",
  async (phase) => {
    await load.mark(`to ${phase}`);
    await migrated.finish(...apply, "--until", phase);
    await load.mark(`back from ${phase}`);
    await migrated.finish(...undo, "--to", "start");
    expectUndone(await migrated.dumpsLike(before), before);
  },
  900_000,
);

test("forward again, to the end", async () => {
  await load.mark("forward to the end");
  await migrated.finish(...apply);
  const { report, envoy } = await load.stop();
  process.stdout.write(`${reportLines("undo", report, envoy).join("\n")}\n`);
  expect(report.gaps).toEqual([]);
}, 900_000);
