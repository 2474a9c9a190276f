import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/cli/user-error.ts";
import { writeFolder } from "../../src/cli/write-folder.ts";
import { bothMeshes, exampleFolder, filesBelow, folderWith, run, stackTrace } from "./run-meshferry.ts";

const files = (...entries: readonly (readonly [string, string])[]) => new Map(entries);
const first = files(["plan.json", "{}"], ["01-a/east/01-x.yaml", "x: 1"], ["01-a/STEPS.md", "# a"]);

function refusal(folder: string, content = first): string {
  try {
    writeFolder(folder, content);
  } catch (error) {
    if (error instanceof UserError) return `${error.trouble.what}; ${error.trouble.why ?? ""}`;
    throw error;
  }
  throw new Error("not refused");
}

/** Nothing temporary is left beside a folder. */
function beside(folder: string): string[] {
  return readdirSync(join(folder, "..")).filter((name) => name.startsWith(`.${basename(folder)}.meshferry-`));
}

describe("a folder is written", () => {
  test.each([["new"], ["deep/er/new"]])("where there was none: %s", (path) => {
    const folder = join(folderWith(), path);
    writeFolder(folder, first);
    const written = filesBelow(folder);
    expect([...written.keys()].sort()).toEqual([".meshferry", "01-a/STEPS.md", "01-a/east/01-x.yaml", "plan.json"]);
    expect(JSON.parse(written.get(".meshferry") ?? "")).toEqual({
      apiVersion: "meshferry/folder.v1",
      files: ["01-a/STEPS.md", "01-a/east/01-x.yaml", "plan.json"],
    });
    expect(beside(folder)).toEqual([]);
  });

  test("where there was an empty one", () => {
    const folder = folderWith();
    writeFolder(folder, first);
    expect(filesBelow(folder).size).toBe(4);
  });

  test("with the permissions of the user's umask", () => {
    const folder = join(folderWith(), "new");
    writeFolder(folder, first);
    mkdirSync(`${folder}-plain`);
    expect(lstatSync(folder).mode).toBe(lstatSync(`${folder}-plain`).mode);
  });

  test("again: our files are replaced, stale ones and their empty folders go, files of others stay", () => {
    const folder = join(folderWith(), "plan");
    writeFolder(folder, first);
    writeFileSync(join(folder, "01-a/notes.txt"), "mine");
    writeFileSync(join(folder, "plan.json"), "changed by hand");
    writeFolder(folder, files(["plan.json", "{2}"], ["02-b/STEPS.md", "# b"]));
    expect(Object.fromEntries(filesBelow(folder))).toEqual({
      ".meshferry": expect.stringContaining("02-b/STEPS.md") as string,
      "01-a/notes.txt": "mine",
      "02-b/STEPS.md": "# b",
      "plan.json": "{2}",
    });
    expect(existsSync(join(folder, "01-a/east"))).toBe(false);
    expect(readFileSync(join(folder, ".meshferry"), "utf8")).not.toContain("01-a");
    expect(beside(folder)).toEqual([]);
  });

  test("through a symbolic link that the user names", () => {
    const root = folderWith();
    mkdirSync(join(root, "real"));
    symlinkSync("real", join(root, "plan"));
    writeFolder(join(root, "plan"), first);
    expect(filesBelow(join(root, "real")).size).toBe(4);
    expect(lstatSync(join(root, "plan")).isSymbolicLink()).toBe(true);
  });
});

describe("a folder is refused, and left as it was,", () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "that holds something and is not ours",
      (folder) => writeFileSync(join(folder, "thesis.txt"), "work"),
      /not empty and holds no \.meshferry/,
    ],
    [
      "whose marker is not ours",
      (folder) => writeFileSync(join(folder, ".meshferry"), "hello"),
      /holds no \.meshferry that lists/,
    ],
    [
      "whose marker is of another version",
      (folder) => writeFileSync(join(folder, ".meshferry"), '{"apiVersion":"meshferry/folder.v9","files":[]}'),
      /holds no \.meshferry/,
    ],
    [
      "whose marker leads out",
      (folder) =>
        writeFileSync(join(folder, ".meshferry"), '{"apiVersion":"meshferry/folder.v1","files":["../other"]}'),
      /holds no \.meshferry/,
    ],
    [
      "whose marker is a symbolic link",
      (folder) => symlinkSync("elsewhere", join(folder, ".meshferry")),
      /holds no \.meshferry/,
    ],
  ])("%s", (_name, prepare, why) => {
    const folder = folderWith();
    writeFileSync(`${folder}-outside`, "safe");
    prepare(folder);
    const before = readdirSync(folder);
    expect(refusal(folder)).toMatch(why);
    expect(readdirSync(folder)).toEqual(before);
    expect(beside(folder)).toEqual([]);
    rmSync(`${folder}-outside`);
  });

  test("that is a file", () => {
    const folder = folderWith({ plan: "a file" });
    expect(refusal(join(folder, "plan"))).toMatch(/not a folder/);
    expect(refusal(join(folder, "plan/below"))).toMatch(/cannot be written/);
  });

  test("in which a symbolic link stands for one of its folders: what it leads to is untouched", () => {
    const root = folderWith({ "other/east/01-x.yaml": "not ours" });
    const folder = join(root, "plan");
    writeFolder(folder, first);
    rmSync(join(folder, "01-a"), { recursive: true });
    symlinkSync("../other", join(folder, "01-a"));
    expect(refusal(folder)).toMatch(/01-a in it is a symbolic link/);
    expect(refusal(folder, files(["plan.json", "{}"]))).toMatch(/01-a in it is a symbolic link/);
    expect(readFileSync(join(root, "other/east/01-x.yaml"), "utf8")).toBe("not ours");
  });

  test("in which somebody else's file stands where ours would go", () => {
    const folder = join(folderWith(), "plan");
    writeFolder(folder, first);
    mkdirSync(join(folder, "02-b"));
    writeFileSync(join(folder, "02-b/STEPS.md"), "mine");
    expect(refusal(folder, files(["02-b/STEPS.md", "ours"]))).toMatch(
      /holds 02-b\/STEPS\.md, which meshferry did not write/,
    );
    expect(readFileSync(join(folder, "02-b/STEPS.md"), "utf8")).toBe("mine");
    expect(readFileSync(join(folder, "plan.json"), "utf8")).toBe("{}");
  });
});

test("a symbolic link in place of a file of ours is replaced, not followed", () => {
  const root = folderWith({ "other.json": "not ours" });
  const folder = join(root, "plan");
  writeFolder(folder, first);
  rmSync(join(folder, "plan.json"));
  symlinkSync("../other.json", join(folder, "plan.json"));
  writeFolder(folder, first);
  expect(readFileSync(join(root, "other.json"), "utf8")).toBe("not ours");
  expect(lstatSync(join(folder, "plan.json")).isFile()).toBe(true);
});

test("a failure while writing leaves the old folder as it was, and nothing beside it", () => {
  const folder = join(folderWith(), "plan");
  writeFolder(folder, first);
  const before = filesBelow(folder);
  const twice = files(["plan.json", "new"], ["x/y.yaml", "below"], ["x", "a file and a folder at once"]);
  expect(refusal(folder, twice)).toMatch(/cannot be written; something stands in its place/);
  expect(refusal(folder, files([`${"x".repeat(300)}.yaml`, "too long"]))).toMatch(/the path is too long/);
  expect(filesBelow(folder)).toEqual(before);
  expect(beside(folder)).toEqual([]);
});

test("what was cut off while files were moved is still ours", () => {
  const folder = join(folderWith(), "plan");
  writeFolder(folder, first);
  // As moveOver leaves it before its last rename: the marker lists old and new files.
  const both = {
    apiVersion: "meshferry/folder.v1",
    files: ["01-a/STEPS.md", "01-a/east/01-x.yaml", "02-b/STEPS.md", "plan.json"],
  };
  writeFileSync(join(folder, ".meshferry"), JSON.stringify(both));
  rmSync(join(folder, "01-a/east"), { recursive: true });
  writeFolder(folder, files(["plan.json", "{3}"]));
  expect([...filesBelow(folder).keys()]).toEqual([".meshferry", "plan.json"]);
});

test("at the command line: refused with 2, what, where, why and what to do", async () => {
  const folder = exampleFolder({ "plan/thesis.txt": "work" });
  const { code, stdout, stderr } = await run(folder, ["plan", ...bothMeshes, "--no-rehearse", "--out", "plan"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^error: the folder is not meshferry's to write\n {2}where: .*\/plan\n {2}why: {3}It is not empty/,
  );
  expect(stderr).toMatch(/ {2}do: {4}Name a folder that does not exist yet/);
  expect(stderr).not.toMatch(stackTrace);
  expect([...filesBelow(join(folder, "plan")).keys()]).toEqual(["thesis.txt"]);
});

test("at the command line: a second run into the same folder changes nothing", async () => {
  const folder = exampleFolder();
  const argv = ["plan", ...bothMeshes, "--no-rehearse", "--out", "plan"];
  await run(folder, argv);
  const before = filesBelow(join(folder, "plan"));
  expect((await run(folder, argv)).code).toBe(0);
  expect(filesBelow(join(folder, "plan"))).toEqual(before);
});
