// The lock file has to install on every platform, whatever registry it was last written with.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { completedLock, type LockedPackages, missingEntries } from "../../tools/ci/complete-lock.ts";

const packages: LockedPackages = {
  "": { version: "0.1.0" },
  "node_modules/lint": {
    version: "1.2.0",
    dev: true,
    optionalDependencies: {
      "@lint/binding-darwin-arm64": "1.2.0",
      "@lint/binding-linux-arm-musleabihf": "1.2.0",
      "@lint/binding-linux-x64-gnu": "1.2.0",
      "@lint/binding-linux-x64-musl": "1.2.0",
      "@lint/nested": "1.2.0",
      fsevents: "^2.0.0",
    },
  },
  "node_modules/lint/node_modules/@lint/nested": { version: "1.2.0" },
  "node_modules/@lint/binding-linux-x64-gnu": { version: "1.2.0", os: ["linux"], cpu: ["x64"], optional: true },
};

test("optional packages of other platforms are added, so that npm knows them and fetches none", () => {
  expect(missingEntries(packages)).toEqual({
    "node_modules/@lint/binding-darwin-arm64": { ...added, os: ["darwin"], cpu: ["arm64"] },
    "node_modules/@lint/binding-linux-arm-musleabihf": { ...added, os: ["linux"], cpu: ["arm"] },
    "node_modules/@lint/binding-linux-x64-musl": { ...added, os: ["linux"], cpu: ["x64"], libc: ["musl"] },
  });
});
const added = { version: "1.2.0", dev: true, optional: true };

test("a completed lock file lacks nothing, and completing it again changes nothing", () => {
  const once = completedLock(JSON.stringify({ name: "x", packages }));
  const read = JSON.parse(once) as { readonly name: string; readonly packages: LockedPackages };
  expect(read.name).toBe("x");
  expect(Object.keys(read.packages).slice(0, 2)).toEqual(["", "node_modules/@lint/binding-darwin-arm64"]);
  expect(missingEntries(read.packages)).toEqual({});
  expect(completedLock(once)).toBe(once);
});

test("package-lock.json is complete (if not: npx tsx tools/ci/complete-lock.ts)", () => {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  const lock = JSON.parse(text) as { readonly packages: LockedPackages };
  expect(Object.keys(missingEntries(lock.packages))).toEqual([]);
});
