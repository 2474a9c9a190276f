// Names from the input reach terminals, file systems, shells, Markdown and Mermaid: none of them obeys a name.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { isJsonObject } from "../../src/core/json.ts";
import { planFolder } from "../../src/present/folder/plan-folder.ts";
import { safeName, variableName } from "../../src/present/folder/safe-name.ts";
import { shellWord } from "../../src/present/folder/shell-word.ts";
import { mermaid } from "../../src/present/graph/mermaid.ts";
import type { InspectView } from "../../src/present/model/inspect-view.ts";
import { jsonText } from "../../src/present/model/json-text.ts";
import { planView } from "../../src/present/model/plan-view.ts";
import { displayWidth } from "../../src/present/text/display-width.ts";
import { inspectText } from "../../src/present/text/inspect-text.ts";
import { paint } from "../../src/present/text/paint.ts";
import { planText } from "../../src/present/text/plan-text.ts";
import { yamlText } from "../../src/present/yaml-text.ts";
import { controlCharacters } from "./run-meshferry.ts";
import { hostile, inventory, plan } from "./sample-plan.ts";
import { inspectViewOf } from "./sample-view.ts";

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(hostile, "", "-rf", "..", "~", "*", "a".repeat(300), "END", "$HOME"),
);

describe("in a terminal", () => {
  test.each([40, 80, 200])("a plan in %i columns holds no control character and no wide line", (columns) => {
    const lines = planText(planView(plan, inventory), paint(columns, false));
    for (const line of lines) {
      expect(line).not.toMatch(controlCharacters);
      expect(line).not.toContain("\n");
      expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
    expect(lines.join("\n").replaceAll(/\s+/gu, "")).toContain("␛[31mvil␊");
  });

  test("whatever the names: no control character, no wide line", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 40, max: 160 }), (name, columns) => {
        for (const line of inspectText(inspectViewOf(name), paint(columns, false))) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a Secret's bytes are never shown, nor looked for in the input", () => {
    const text = planText(planView(plan, inventory), paint(100, false)).join("\n");
    expect(text).toContain('data["root-cert.pem"]: 1 certificate → 2 certificates');
    expect(text).toContain("data.other: ? → (not shown)");
    expect(text).not.toMatch(/SECRET|LS0t|AAAA/);
    expect(jsonText(planView(plan, inventory))).not.toMatch(/SECRETSECRET|LS0t|AAAA|bm90IGEg/);
  });
});

describe("in files", () => {
  const files = planFolder(plan, inventory);

  test("every path stays inside the folder and is plain", () => {
    for (const path of files.keys()) {
      expect(path).toMatch(/^[A-Za-z0-9.-]+(\/[A-Za-z0-9.-]+)*$/);
      expect(path.split("/")).not.toContain("..");
    }
    expect([...files.keys()]).toContain("02-retire-peers/STEPS.md");
  });

  test("no page holds a control character; a fence holds what is put into it", () => {
    for (const [path, text] of files) {
      expect(text).not.toMatch(controlCharacters);
      if (!path.endsWith(".md")) continue;
      const fences = text.split("\n").filter((line) => /^`{3,}/u.test(line));
      expect(fences.length % 2).toBe(0);
      for (let at = 0; at < fences.length; at += 2) expect(fences[at]).toBe(`${fences[at + 1] ?? ""}sh`);
    }
  });

  test("every manifest is read back as it was meant", () => {
    const manifest = files.get([...files.keys()].find((path) => path.includes("/01-configmap-")) ?? "") ?? "";
    expect(loadAll(manifest)).toEqual([
      expect.objectContaining({
        metadata: { name: hostile, namespace: "apps" },
        data: { [hostile]: hostile, home: "${HOME}" },
        spec: { exportTo: ["client"] },
      }),
    ]);
  });

  test("the commands of STEPS.md are accepted by bash, and run nothing but themselves", () => {
    for (const [path, text] of files) {
      if (!path.endsWith("STEPS.md")) continue;
      const commands = [...text.matchAll(/^(`{3,})sh\n([\s\S]*?)\n\1$/gmu)].map(([, , body]) => body ?? "").join("\n");
      // Every command becomes a function that does nothing; what a name would run by itself shows as output.
      const stubs =
        "kubectl() { :; }; istioctl() { :; }; envsubst() { :; }; grep() { :; }; touch() { echo PWNED; }; id() { echo PWNED; }\n";
      const script = `${stubs}${commands.replaceAll(/ < \S+/gu, "").replaceAll(/^echo.*$/gmu, "")}`;
      expect(
        execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
      ).toBe("");
    }
  });

  test("the same plan gives the same bytes", () => expect(planFolder(plan, inventory)).toEqual(files));

  test("names of files and variables are plain, and different names stay different", () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        for (const name of [one, other]) {
          expect(safeName(name)).toMatch(/^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/);
          expect(safeName(name)).not.toContain("..");
          expect(variableName("X", name)).toMatch(/^X_[A-Z0-9_]*$/);
        }
        if (one !== other) {
          expect(safeName(one)).not.toBe(safeName(other));
          expect(variableName("X", one)).not.toBe(variableName("X", other));
        }
      }),
    );
    expect(safeName("httpbin.a.svc.local")).toBe("httpbin.a.svc.local");
    expect(variableName("CONTEXT", "east-1")).toBe("CONTEXT_EAST_1");
  });
});

test("bash reads a quoted word as the text that was quoted", () => {
  const texts = [
    ...fc.sample(fc.string({ unit: "binary" }), { numRuns: 150, seed: 7 }),
    hostile,
    "",
    "a b",
    "it's",
    "$(id)",
    "-n",
  ];
  // bash cannot hold NUL, and UTF-8 no lone surrogate.
  const words = texts.map((text) => text.replaceAll(/\0|\p{Cs}/gu, ""));
  const script = words.map((text) => `printf '%s\\0' ${shellWord(text)}`).join("\n");
  const read = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", env: { LC_ALL: "C.UTF-8" } });
  expect(read.split("\0").slice(0, -1)).toEqual(words);
});

test("YAML is read back as the value, and holds no control character", () => {
  fc.assert(
    fc.property(fc.dictionary(nasty, fc.oneof(nasty, fc.array(nasty, { maxLength: 3 }))), (value) => {
      const clean = JSON.parse(JSON.stringify(value).replaceAll(/\\ud[89a-f][0-9a-f]{2}/gu, "")) as unknown;
      if (!isJsonObject(clean)) return;
      const text = yamlText(clean);
      expect(text).not.toMatch(controlCharacters);
      expect(loadAll(text)).toEqual([clean]);
    }),
    { numRuns: 200 },
  );
});

test("a Mermaid label cannot be left", () => {
  fc.assert(
    fc.property(nasty, (name) => {
      const lines = mermaid(inspectViewOf(name) satisfies InspectView)
        .trimEnd()
        .split("\n");
      for (const line of lines) {
        const outside = line.replaceAll(/"[A-Za-z0-9 ./:,_#;<>-]*"/gu, "L");
        expect(outside).toMatch(
          /^(flowchart LR| {2}end| {2}subgraph mesh\d+\[L\]| {4}mesh\d+gate\{\{L\}\}| {4}host\d+\(\[L\]\)| {4}service\d+\[L\]| {2}mesh\d+gate <-->\|L\| mesh\d+gate| {2}host\d+ -\.?->\|L\| service\d+)$/,
        );
      }
    }),
    { numRuns: 100 },
  );
});
