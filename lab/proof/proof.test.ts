import { expect, test } from "vitest";
import { ageLine, type LabProof, proofLine } from "./proof.ts";

const proof: LabProof = {
  version: "lab-full.v1",
  at: "2026-11-25T18:30:00Z",
  commit: "0123456789abcdef0123456789abcdef01234567",
  changed: false,
  hashes: { src: "s1", lab: "l1" },
  seed: null,
  passed: 90,
  failed: 1,
  skipped: 0,
  minutes: 14.26,
  minutesByFile: { "lab/tests/mesh.test.ts": 0.5 },
  machine: { cores: 2, memoryGiB: 23 },
};
const standing = { at: Date.parse("2026-11-28T18:29:00Z"), commitsSince: 7, hashes: { src: "s1", lab: "l1" } };
const said = "lab:full on 2026-11-25 at 0123456789ab: 90 passed, 1 failed, 0 skipped, 14.3 min on 2 cores, 23 GiB";

test("one line says when, of what, how many and how long", () => {
  expect(proofLine(proof)).toBe(said);
  expect(proofLine({ ...proof, changed: true, seed: "42" })).toContain("at 0123456789ab with changes, seed 42: 90");
});

test("its age is told in days and commits, with what changed", () => {
  expect(ageLine(proof, standing)).toBe(`${said}; 2 days and 7 commits old, src and lab are as they were then`);
  expect(ageLine(proof, { ...standing, hashes: { src: "s1", lab: "l2" } })).toMatch(/old, lab changed since then$/);
  expect(ageLine(proof, { ...standing, hashes: { src: "s2", lab: "l2" } })).toMatch(/old, src and lab changed since/);
  expect(ageLine(proof, { ...standing, commitsSince: null })).toContain(
    "2 days and of a commit that is not known here",
  );
  expect(ageLine(null, standing)).toBe("no result of lab:full is kept: run it");
});
