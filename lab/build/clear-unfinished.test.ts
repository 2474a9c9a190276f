import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearUnfinished } from "./clear-unfinished.ts";

test("what is half made goes, what is whole stays", async () => {
  const cache = mkdtempSync(join(tmpdir(), "lab-cache-"));
  for (const name of ["bin/.new-coredns-a", "bin/coredns-1-b", "images/app.tar.new-c/root/proc"])
    mkdirSync(join(cache, name), { recursive: true });
  writeFileSync(join(cache, "images", "app.tar"), "");
  await clearUnfinished(cache);
  expect([readdirSync(join(cache, "bin")), readdirSync(join(cache, "images"))]).toEqual([["coredns-1-b"], ["app.tar"]]);
  rmSync(cache, { recursive: true });
});
