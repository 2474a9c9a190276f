import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock, withPassingLock } from "./lock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the second waits for the first, also when the first fails", async () => {
  const file = join(folder, "a", "lock");
  const seen: string[] = [];
  const events = new EventEmitter();
  const entered = once(events, "entered");
  const first = withLock(
    file,
    () => seen.push("first waits"),
    async () => {
      const leave = once(events, "leave");
      events.emit("entered");
      await leave;
      seen.push("first ends");
      throw new Error("first fails");
    },
  );
  await entered;
  const second = withLock(
    file,
    () => {
      seen.push("second waits");
      events.emit("leave");
    },
    async () => seen.push("second runs"),
  );
  await expect(first).rejects.toThrow("first fails");
  await second;
  expect(seen).toEqual(["second waits", "first ends", "second runs"]);
});

test("a killed holder holds nothing", async () => {
  const file = join(folder, "lock");
  const code = `import { withLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
    await withLock(${JSON.stringify(file)}, () => {}, () => new Promise(() => { console.log("holds"); setInterval(() => {}, 1000); }));`;
  const holder = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", code]);
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(
    await withLock(
      file,
      () => {},
      async () => "held",
    ),
  ).toBe("held");
});

test("a passing lock leaves no file, and the one who waited for it keeps out whoever comes later", async () => {
  const file = join(folder, "passing");
  const seen: string[] = [];
  const events = new EventEmitter();
  const waits = once(events, "waits");
  const held = once(events, "held");
  const first = withPassingLock(
    file,
    () => {},
    async () => {
      events.emit("held");
      await waits;
    },
  );
  await held;
  const entered = once(events, "entered");
  const second = withPassingLock(
    file,
    () => events.emit("waits"),
    async () => {
      events.emit("entered");
      await new Promise((resolve) => setTimeout(resolve, 200));
      seen.push("second ends");
    },
  );
  await Promise.all([first, entered]);
  await withPassingLock(
    file,
    () => seen.push("third waits"),
    async () => seen.push("third runs"),
  );
  await second;
  expect(seen).toEqual(["third waits", "second ends", "third runs"]);
  expect(existsSync(file)).toBe(false);
});
