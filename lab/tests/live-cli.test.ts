// apply, undo and status as a user calls them, on a real API server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { always } from "../../src/conditions/condition.ts";
import { makeStep } from "../../src/plan/make-step.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { readJournal } from "../../src/run/journal.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { until } from "../machine/until.ts";
import { clusterDump } from "./live-dump.ts";
import { made } from "./live-made.ts";
import { planFolder, refs } from "./live-run-plan.ts";
import type { SharedCluster } from "./shared-cluster.ts";

/** Namespaces of earlier tests go in the background: what `status` counts must be this test's alone. */
async function nothingOfOurs({ api }: SharedCluster): Promise<void> {
  const kinds = ["ServiceEntry", "WorkloadEntry"].map((kind) => ({ apiVersion: "networking.istio.io/v1beta1", kind }));
  const labels = "app.kubernetes.io/managed-by=meshferry";
  const isClear = async (): Promise<true | null> => {
    const left = await Promise.all(kinds.map(async (kind) => (await api.list(kind, { labels })).items));
    return left.flat().length === 0 ? true : null;
  };
  await until("nothing of earlier tests is left", isClear, { timeoutMs: 60_000 });
}

test("a plan folder is tried, applied in two parts, looked at, and taken back", async () => {
  const { shared, client, world, plan } = await made();
  await nothingOfOurs(shared);
  const at = refs(world);
  const folder = planFolder({ "plan.json": [...planJson(plan)].join("") });
  const clusters = ["--mesh", "east=context:east", "--kubeconfig", shared.cluster.kubeconfig];
  const call = async (...args: string[]) => run(folder, [...args, ...clusters]);
  const before = await clusterDump(shared.api);

  expect(await call("apply", ".")).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("not rehearsed"),
  });
  const tried = await call("apply", ".", "--dry-run");
  expect([tried.code, tried.stderr]).toEqual([0, ""]);
  expect(tried.stdout).toContain("would write: patch ServiceMeshControlPlane");
  expect(await clusterDump(shared.api)).toEqual(before);

  const first = await call("apply", ".", "--without-rehearsal", "--until", "export");
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toMatch(/phase export is done\n.* finished\n$/u);
  expect(await client.get(at.entry)).toBe(null);

  const rest = await call("apply", ".", "--without-rehearsal", "-o", "json");
  const events = rest.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  expect([rest.code, events.at(-1)]).toMatchObject([0, { v: 1, type: "run-ended", result: "finished" }]);
  expect(await client.get(at.exports)).toBe(null);

  const status = JSON.parse((await call("status", ".", "-o", "json")).stdout) as { run: unknown };
  expect(status.run).toMatchObject({
    state: "finished",
    direction: "apply",
    holders: [{ cluster: "east", holder: null }],
  });
  const text = await call("status", ".");
  expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/shift +ended +1\/1 +1\/1\n/u)]);
  const alone = await run(folder, ["status", ...clusters, "-o", "json"]);
  expect(JSON.parse(alone.stdout)).toMatchObject({
    run: null,
    clusters: [{ cluster: "east", objects: { ServiceEntry: 1, WorkloadEntry: 1 } }],
  });

  expect(await call("undo", ".", "--to", "start")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("nothing was changed: not confirmed"),
  });
  const back = await call("undo", ".", "--to", "start", "--yes");
  expect([back.code, back.stderr]).toEqual([0, ""]);
  expect(await clusterDump(shared.api)).toEqual(before);
});

test("Ctrl-C ends a wait, says how to go on, and exits with 3; the journal says so", async () => {
  const { shared, world, plan } = await made();
  const ref = { ...refs(world).secret, kind: "ConfigMap", name: "never" };
  const wait = makeStep({
    phase: "prepare",
    title: "wait for what never comes",
    rule: "prepare.healthy-start",
    about: "never",
    action: { do: "wait" },
    done: { kind: "present", ref },
  });
  const phases = [{ id: "prepare", gate: always, steps: [wait], verify: [], reversible: true } as const];
  const folder = planFolder({ "plan.json": [...planJson({ ...plan, phases })].join("") });
  const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const tsx = pathToFileURL(fileURLToPath(new URL("../../node_modules/tsx/dist/loader.mjs", import.meta.url))).href;
  const clusters = ["--mesh", "east=context:east", "--kubeconfig", shared.cluster.kubeconfig];
  const child = spawn(process.execPath, [
    "--import",
    tsx,
    program,
    "apply",
    folder,
    "--without-rehearsal",
    ...clusters,
  ]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    const before = out;
    out += chunk.toString("utf8");
    if (out.includes("waiting:") && !before.includes("waiting:")) child.kill("SIGINT");
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number];
  expect([code, err]).toEqual([
    3,
    expect.stringContaining(`note: go on with: meshferry apply ${folder} --without-rehearsal --mesh east=context:east`),
  ]);
  expect(readJournal(folder).at(-1)).toMatchObject({ type: "run-ended", result: "interrupted" });
});
