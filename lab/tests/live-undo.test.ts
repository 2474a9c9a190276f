// Undo between two federated meshes: from the end of each phase everything is again as it was before, and forward again it ends as ever.
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../machine/until.ts";
import { httpClients, tcpClient } from "../load/load-client.ts";
import { reportLines } from "../load/report-text.ts";
import type { RunningLoad } from "../load/start-load.ts";
import { oursIn } from "./live-dump.ts";
import { apply, type Dumps, type Migration, migration, phases, undo } from "./migrated-meshes.ts";
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

/** The dump that equals the one before; where none does for so long, the last one. istiod follows a moment behind. */
async function dumpLike(wanted: Dumps, timeoutMs = 60_000): Promise<Dumps> {
  let last: Dumps = {};
  const same = async (): Promise<Dumps | null> => {
    last = await migrated.dumps();
    return JSON.stringify(last) === JSON.stringify(wanted) ? last : null;
  };
  return until("the dump", same, { timeoutMs, everyMs: 1_000 }).catch(() => last);
}

async function done(...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await migrated.meshferry(words);
  expect([words.join(" "), code, stderr], stdout).toEqual([words.join(" "), 0, ""]);
}

test.each(phases.slice(0, phases.indexOf("retire-exports") + 1))(
  "from the end of %s",
  async (phase) => {
    await load.mark(`to ${phase}`);
    await done(...apply, "--until", phase);
    await load.mark(`back from ${phase}`);
    await done(...undo, "--to", "start");
    const after = await dumpLike(before);
    for (const [cluster, dump] of Object.entries(after)) {
      expect([cluster, oursIn(dump)]).toEqual([cluster, []]);
      expect(dump).toEqual(before[cluster]);
    }
  },
  900_000,
);

test("forward again, to the end", async () => {
  await load.mark("forward to the end");
  await done(...apply);
  const { report, envoy } = await load.stop();
  process.stdout.write(`${reportLines("undo", report, envoy).join("\n")}\n`);
  expect(report.gaps).toEqual([]);
}, 900_000);
