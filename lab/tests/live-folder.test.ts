// A plan folder that cannot be written: nothing is done that could not be noted first.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { apiProxy, isWrite } from "./live-api-proxy.ts";
import { clusterDump } from "./live-dump.ts";
import { made, runOf } from "./live-made.ts";
import { liveRun } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";
import { carriedOut, leftBy, twice, undisturbed } from "./live-whole.ts";

test("a full disk stops the run before it acts", async () => {
  const here = await made();
  const whole = runOf(here);
  const journal = join(whole.folder, "journal");
  mkdirSync(journal);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", journal]);
  onTestFinished(() => void execFileSync("umount", [journal]));
  const proxy = await apiProxy(here.shared.cluster);
  const result = await liveRun({ ...whole, kubeconfig: proxy.kubeconfig });
  expect(result).toMatchObject({
    end: "stopped",
    trouble: { code: "MF911", params: { why: "no space is left on the disk" } },
  });
  const before = proxy.asked.filter((each) => isWrite(each) && !each.path.includes("/leases")).length;
  execFileSync("mount", ["-o", "remount,size=4m", journal]);
  expect(await liveRun({ ...whole, kubeconfig: proxy.kubeconfig })).toMatchObject({ end: "finished" });
  expect(before).toBeLessThan(12);
  expect(await leftBy(here)).toEqual(await undisturbed());
});

test("a folder that is read-only is refused before the first write; apply, undo and status say what they can", async () => {
  const here = await made();
  const { shared, plan } = here;
  const folder = planFolder({ "plan.json": [...planJson(plan)].join("") });
  const proxy = await apiProxy(shared.cluster);
  const before = await clusterDump(shared.api);
  const readOnly = (on: boolean) =>
    void execFileSync("mount", ["-o", `remount,bind,${on ? "ro" : "rw"}`, folder, folder]);
  execFileSync("mount", ["--bind", folder, folder]);
  onTestFinished(() => void execFileSync("umount", [folder]));
  const clusters = ["--mesh", "east=context:east", "--kubeconfig", proxy.kubeconfig];
  const apply = async () => run(folder, ["apply", ".", "--without-rehearsal", ...clusters]);
  readOnly(true);
  const refused = await apply();
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toMatch(/the folder cannot be written[^]*the file system is read-only[^]*Make it writable/u);
  expect(proxy.asked.filter(isWrite)).toEqual([]);
  expect(await clusterDump(shared.api)).toEqual(before);
  expect(await run(folder, ["status", ".", ...clusters])).toMatchObject({ code: 0 });

  readOnly(false);
  expect(await run(folder, ["apply", ".", "--without-rehearsal", "--until", "export", ...clusters])).toMatchObject({
    code: 0,
  });
  const there = carriedOut(proxy).length;
  readOnly(true);
  for (const each of [await apply(), await run(folder, ["undo", ".", "--to", "start", "--yes", ...clusters])])
    expect([each.code, each.stderr]).toEqual([
      1,
      expect.stringMatching(/MF911: The journal [^]*events.jsonl\s+cannot be written: the file system is read-only/u),
    ]);
  expect(carriedOut(proxy)).toHaveLength(there);
  readOnly(false);
  expect(await apply()).toMatchObject({ code: 0, stderr: "" });
  expect(twice(proxy)).toEqual([]);
  expect(await leftBy(here)).toEqual(await undisturbed());
});
