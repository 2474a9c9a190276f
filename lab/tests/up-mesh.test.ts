// `up --mesh` as who uses it: federated meshes that answer, and a migration that can be planned and begun there.
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderWith, run } from "../../test/cli/run-meshferry.ts";
import { down } from "../cluster/down.ts";
import { viewsConfig } from "../ossm2/views-for-users.ts";
import { labCommand } from "./lab-command.ts";
import { testLabs } from "./test-labs.ts";
import { footprint, hostLists, leftOf, nothing } from "./traces.ts";

test("a migration can be planned and begun on federated meshes", { timeout: 300_000 }, async () => {
  const state = join(testLabs, "up-mesh");
  onTestFinished(async () => down(state, () => {}));
  const before = await hostLists(state);
  const up = await labCommand(state, "up", "--mesh").ended;
  expect(up).toMatchObject({ code: 0, said: expect.stringContaining(`--config ${viewsConfig({ folder: state })}`) });
  expect(up.said).toContain("spiffe://west.local/ns/istio-system/sa/federation-ingress-service-account");

  const folder = folderWith();
  const meshferry = async (...words: readonly string[]) =>
    run(folder, [...words, "--config", viewsConfig({ folder: state })], { now: () => new Date() });
  const planned = await meshferry("plan", "--out", "plan");
  expect([planned.code, planned.stderr]).toEqual([0, expect.stringMatching(/^note: rehearsed: .* lose nothing$/mu)]);
  const begun = await meshferry("apply", "plan", "--yes", "--until", "prepare");
  expect([begun.code, begun.stderr], begun.stdout).toEqual([0, ""]);

  const running = await footprint(state);
  expect(await labCommand(state, "down").ended).toMatchObject({ code: 0 });
  expect(await leftOf(running)).toEqual(nothing);
  expect(await hostLists(state)).toEqual(before);
});
