// apply, undo and status as a user calls them, on a real API server.
import { expect, test } from "vitest";
import { planJson } from "../../src/present/folder/plan-json.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { clusterDump } from "./live-dump.ts";
import { made } from "./live-made.ts";
import { planFolder, refs } from "./live-run-plan.ts";

test("a plan folder is tried, applied in two parts, looked at, and taken back", async () => {
  const { shared, client, world, plan } = await made();
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
