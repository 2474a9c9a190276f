// Every code has its scenario: the finding appears with it, alone, and goes when one object is mended.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { defaultConfig } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { sortedBy } from "../../src/core/order.ts";
import { catalogue } from "../../src/findings/codes/catalogue.ts";
import { type CheckName, checks } from "../../src/findings/checks/registry.ts";
import { examine, makePlan } from "../../src/pipeline.ts";
import { root } from "../support/example.ts";
import { codesOf } from "../support/seen.ts";
import { type CodeScenario, differences } from "./scenario.ts";
import { seenElsewhere } from "./seen-elsewhere.ts";

const folder = new URL("codes/", import.meta.url);
const modules = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith(".ts"));
const loaded = await Promise.all(
  modules.map(async (name) => (await import(new URL(name, folder).href)) as { scenarios: readonly CodeScenario[] }),
);
const scenarios = sortedBy(
  loaded.flatMap((module) => module.scenarios),
  ({ code }) => code,
);
const byCheck = (Object.keys(checks) as CheckName[]).map((name) => ({
  name,
  codes: checks[name].codes.map(({ code }) => code as string),
}));

function planned(inputs: readonly ClusterInput[], config: Partial<Config> | undefined): string[] {
  const settings = { ...defaultConfig, ...config };
  return codesOf(makePlan(examine(inputs, settings), settings).findings);
}

describe.each(scenarios)("$code", ({ code, base, found, mended, with: implied = [], config, mendedConfig }) => {
  const name = catalogue.find((text) => text.code === code)?.name ?? "unknown";
  test(`${name} appears, and nothing beside it`, () => {
    const before = planned(base, mendedConfig ?? config);
    const after = planned(found, config);
    expect(before).not.toContain(code);
    expect(after.filter((each) => !before.includes(each))).toEqual([code, ...implied].sort());
  });
  test(`${name} goes when one object is mended`, () => {
    expect(differences(found, mended)).toHaveLength(mendedConfig ? 0 : 1);
    expect(planned(mended, mendedConfig ?? config)).not.toContain(code);
  });
});

describe("every code has a scenario, or a test of what only files can show", () => {
  const covered = new Set([...scenarios.map(({ code }) => code), ...Object.keys(seenElsewhere)]);
  test.each(catalogue)("$code $name", ({ code }) => {
    expect([...covered]).toContain(code);
  });
  test.each(Object.entries(seenElsewhere))("%s is shown in %s", (code, path) => {
    expect(readFileSync(join(root, path), "utf8")).toContain(code);
  });
  test("nothing is listed twice, and no listed code is unknown", () => {
    const known = new Set<string>(catalogue.map(({ code }) => code));
    expect([...covered].filter((code) => !known.has(code))).toEqual([]);
    expect(scenarios.filter(({ code }) => Object.hasOwn(seenElsewhere, code))).toEqual([]);
  });
});

describe("every check answers in a scenario of its own", () => {
  test.each(byCheck)("$name", ({ name, codes }) => {
    const own = scenarios.filter(({ code }) => codes.includes(code));
    expect(own.length).toBeGreaterThan(0);
    const answering = own.filter(({ code, found, config }) => said(name, found, config).includes(code));
    // A code may be shared with a station before the checks, which then says it; one of the check's own must be here.
    expect(answering.length).toBeGreaterThan(0);
    for (const { code, mended, mendedConfig, config } of answering) {
      expect(said(name, mended, mendedConfig ?? config)).not.toContain(code);
    }
  });
});

function said(name: CheckName, inputs: readonly ClusterInput[], config: Partial<Config> | undefined): string[] {
  const answer = examine(inputs, { ...defaultConfig, ...config }).answers.get(name);
  return answer?.findings.map(({ code }) => code) ?? [];
}
