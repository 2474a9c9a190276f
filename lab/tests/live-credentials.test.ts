// Tokens that end in the middle of a run: the next one is asked for, once; where there is none, the run says so and stops.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { isFull } from "./extent.ts";
import { apiProxy, type ApiProxy, type Asked } from "./live-api-proxy.ts";
import { made, type Made, runOf, troubles } from "./live-made.ts";
import { liveRun } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";
import { leftBy, twice, undisturbed } from "./live-whole.ts";

interface Tokens {
  readonly here: Made;
  readonly proxy: ApiProxy;
  readonly kubeconfig: string;
  /** What the user's source of tokens gives from now on. */
  readonly give: (token: string) => void;
  /** How often the plugin has run. */
  readonly runs: () => number;
}

const sources = {
  "an exec plugin": (folder: string): { readonly user: JsonObject; readonly give: (token: string) => void } => {
    const program = join(folder, "plugin");
    writeFileSync(program, `#!/bin/sh\necho run >> "${folder}/runs"\ncat "${folder}/answer"\n`);
    chmodSync(program, 0o755);
    const apiVersion = "client.authentication.k8s.io/v1";
    return {
      user: { exec: { apiVersion, command: program, interactiveMode: "Never" } },
      give: (token) =>
        writeFileSync(
          join(folder, "answer"),
          JSON.stringify({ apiVersion, kind: "ExecCredential", status: { token } }),
        ),
    };
  },
  "a token's file": (folder: string) => ({
    user: { tokenFile: join(folder, "token") },
    give: (token: string) => writeFileSync(join(folder, "token"), token),
  }),
} as const;

/** The server takes "first" until `ends` says so of a request, and "second" from then on. */
async function tokens(source: keyof typeof sources, ends: (asked: Asked) => boolean): Promise<Tokens> {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const folder = planFolder();
  const { user, give } = sources[source](folder);
  give("first");
  let taken = "first";
  proxy.judge = (asked) => {
    const known = asked.authorization === `Bearer ${taken}`;
    if (known && taken === "first" && ends(asked)) taken = "second";
    return known ? "pass" : { status: 401 };
  };
  const runs = () =>
    existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").split("\n").length - 1 : 0;
  return { here, proxy, kubeconfig: proxy.kubeconfigFor(user), give, runs };
}

/** Right behind this write. */
const isWriteOf =
  (part: string) =>
  ({ method, path }: Asked): boolean =>
    method === "PATCH" && path.includes(part) && !path.includes("dryRun");

describe.each(isFull ? (["an exec plugin", "a token's file"] as const) : (["an exec plugin"] as const))(
  "a token from %s that ends in the middle of a run",
  (source) => {
    test("is replaced by the next one, and the run goes on", async () => {
      const { here, proxy, kubeconfig, give, runs } = await tokens(source, (asked) => {
        const over = isWriteOf("/namespaces/ours-")(asked);
        if (over) give("second");
        return over;
      });
      const result = await liveRun(runOf(here, kubeconfig));
      expect([result, troubles(result)]).toMatchObject([{ end: "finished", trouble: null }, []]);
      expect(proxy.disturbed).toBeGreaterThan(0);
      expect(new Set(proxy.asked.map(({ authorization }) => authorization)).size).toBe(2);
      if (source === "an exec plugin") expect(runs()).toBe(2);
      expect(twice(proxy)).toEqual([]);
      expect(await leftBy(here)).toEqual(await undisturbed());
    });
  },
);

describe("an exec plugin that has no other token", () => {
  test("stops the run at the next write; logged in again, it goes on", async () => {
    const { here, proxy, kubeconfig, give, runs } = await tokens("an exec plugin", isWriteOf("/namespaces/ours-"));
    const run = runOf(here, kubeconfig);
    const result = await liveRun(run);
    expect(result.end).toBe("stopped");
    const found = [...troubles(result), ...(result.trouble === null ? [] : [result.trouble])];
    expect(found.map(({ code }) => code)).toContain("MF921");
    expect(proxy.disturbed).toBeGreaterThan(0);
    // Steps beside each other, and the Lease: each asks once or twice, and no more.
    expect(runs()).toBeLessThan(20);
    give("second");
    expect(await liveRun(run)).toMatchObject({ end: "finished" });
    expect(twice(proxy)).toEqual([]);
    expect(await leftBy(here)).toEqual(await undisturbed());
  });

  test("ends a wait at once", async () => {
    const { here, proxy, kubeconfig, runs } = await tokens("an exec plugin", isWriteOf("/deployments/app"));
    const began = performance.now();
    const result = await liveRun(runOf(here, kubeconfig));
    expect([result.end, troubles(result)]).toMatchObject([
      "stopped",
      [{ code: "MF870", params: { reason: expect.stringContaining("log in again") as string } }],
    ]);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(proxy.disturbed).toBeGreaterThan(0);
    expect(runs()).toBeLessThan(10);
  });
});
