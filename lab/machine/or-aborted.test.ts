// Waiting ends with the work or with the signal, whichever is first.
import { expect, test } from "vitest";
import { orAborted } from "./or-aborted.ts";

const never = new Promise<never>(() => {});

test("work that ends is given, its failure too", async () => {
  const { signal } = new AbortController();
  expect(await orAborted(signal, Promise.resolve(1))).toBe(1);
  expect(await orAborted(undefined, Promise.resolve(2))).toBe(2);
  await expect(orAborted(signal, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("an abort ends the wait, before and during the work", async () => {
  const controller = new AbortController();
  const waiting = orAborted(controller.signal, never);
  controller.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(orAborted(controller.signal, never)).rejects.toThrow("stopped");
});
