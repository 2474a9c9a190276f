// The journal on disk: whole lines come back, a torn last one is left out and cut off, a disk that is full or closed is said.
import {
  readdirSync,
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { bodyOf, configMap, one } from "../../test/live/small-plans.ts";
import { MemoryCluster } from "../../test/live/memory-cluster.ts";
import { stepId } from "../core/ids.ts";
import { imagesIn } from "./before-images.ts";
import { JournalDamaged, journalPath, openJournal, readJournal } from "./journal.ts";
import type { RunEvent } from "./run-event.ts";
import { RunTrouble } from "./run-trouble.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "meshferry-journal-"));
  onTestFinished(() => {
    chmodSync(made, 0o700);
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

const event = (seq: number): RunEvent => ({
  v: 1,
  seq,
  at: "2026-11-25T00:00:00.000Z",
  type: "phase-started",
  phase: "export",
});

test("events come back in their order, also those that were written side by side", async () => {
  const plan = folder();
  const journal = openJournal(plan);
  await Promise.all([1, 2, 3, 4].map(async (seq) => journal.append(event(seq))));
  journal.close();
  const again = openJournal(plan);
  await again.append(event(5));
  again.close();
  expect(readJournal(plan)).toEqual([1, 2, 3, 4, 5].map(event));
  expect(readJournal(folder())).toEqual([]);
});

test("a last line that was cut off is left out, and nothing is written behind it", async () => {
  const plan = folder();
  const journal = openJournal(plan);
  await journal.append(event(1));
  journal.close();
  appendFileSync(journalPath(plan), JSON.stringify(event(2)).slice(0, 20));
  expect(readJournal(plan)).toEqual([event(1)]);
  const again = openJournal(plan);
  await again.append(event(3));
  again.close();
  expect(readJournal(plan)).toEqual([event(1), event(3)]);
});

test("damage anywhere else is an error that names the line", () => {
  const plan = folder();
  mkdirSync(join(plan, "journal"));
  writeFileSync(journalPath(plan), `${JSON.stringify(event(1))}\n{"v":\n${JSON.stringify(event(3))}\n`);
  expect(() => readJournal(plan)).toThrow(JournalDamaged);
  expect(() => readJournal(plan)).toThrow(/events\.jsonl:2$/u);
});

test("a folder that is none, and a full disk, are said before anything is done", async () => {
  const plan = folder();
  writeFileSync(join(plan, "journal"), "a file in its place");
  expect(() => openJournal(plan)).toThrow(RunTrouble);
  // Every write to it answers ENOSPC (Linux, full(4)).
  if (process.platform !== "linux") return;
  const full = folder();
  mkdirSync(join(full, "journal"));
  const { symlinkSync } = await import("node:fs");
  symlinkSync("/dev/full", journalPath(full));
  const journal = openJournal(full);
  const trouble = await journal.append(event(1)).catch((error: unknown) => error);
  expect(trouble).toMatchObject({ finding: { code: "MF911", params: { why: "no space is left on the disk" } } });
  await expect(journal.append(event(2))).rejects.toBeInstanceOf(RunTrouble);
  journal.close();
});

test("images hold the object without managedFields, never one of a Secret", async () => {
  const plan = folder();
  const cluster = new MemoryCluster(one);
  const ref = configMap(one, "made");
  await cluster.apply(ref, bodyOf(ref, { a: "1" }));
  const secret = { ...ref, kind: "Secret", name: "cacerts" };
  cluster.put(secret, bodyOf(secret, { key: "canary" }, false));
  const images = imagesIn(plan);
  const absent = configMap(one, "absent");
  const found = await images.keep(stepId("s"), [
    { ref, object: await cluster.get(ref) },
    { ref: secret, object: await cluster.getMetadata(secret) },
    { ref: absent, object: null },
  ]);
  expect(found.map(({ uid, image }) => [uid === null, image === null])).toEqual([
    [false, false],
    [false, true],
    [true, true],
  ]);
  const [first] = found;
  const image = first ? images.read(first) : null;
  expect(image?.applied).toEqual(bodyOf(ref, { a: "1" }));
  expect(JSON.stringify(image?.body)).not.toContain("managedFields");
  expect(first?.image && readFileSync(join(plan, "journal", first.image), "utf8")).not.toContain("canary");
  if (first) expect(imagesIn(folder()).read(first)).toBe(null);
});

test("images of steps side by side are all on disk when they are said to be", async () => {
  const plan = folder();
  const images = imagesIn(plan);
  const cluster = new MemoryCluster(one);
  const keptOf = async (name: string) => {
    const ref = configMap(one, name);
    const found = await images.keep(stepId(name), [{ ref, object: await cluster.apply(ref, bodyOf(ref, { name })) }]);
    // Read at once: nobody has waited for the others.
    return found.map((each) => images.read(each)?.applied);
  };
  const names = Array.from({ length: 50 }, (_, index) => `made-${index}`);
  expect(await Promise.all(names.map(keptOf))).toEqual(names.map((name) => [bodyOf(configMap(one, name), { name })]));
  expect(readdirSync(join(plan, "journal", "before")).filter((each) => !/^[0-9a-f]{32}\.json$/u.test(each))).toEqual(
    [],
  );
});
