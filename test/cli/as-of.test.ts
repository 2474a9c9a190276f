// Certificates are judged as of a time that is given, or of now; it changes findings, and no byte of manifests and steps.
import { expect, test } from "vitest";
import { bothMeshes, exampleFolder, filesBelow, run } from "./run-meshferry.ts";

const codes = (json: string): string[] =>
  (JSON.parse(json) as { findings: { code: string }[] }).findings
    .map(({ code }) => code)
    .filter((code) => code > "MF340");

test("inspect, check and plan take --as-of, and the clock where nothing is given", async () => {
  const folder = exampleFolder();
  for (const command of ["inspect", "check", "plan"]) {
    const judged = async (...flags: readonly string[]) =>
      codes((await run(folder, [command, ...bothMeshes, "-o", "json", ...flags])).stdout).filter(
        (code) => code < "MF400",
      );
    expect(await judged(), command).toEqual([]);
    expect(await judged("--as-of", "2036-10-01"), command).toEqual(["MF343", "MF343"]);
    expect(await judged("--as-of", "2036-12-01"), command).toEqual(["MF342", "MF342"]);
    const later = { now: () => new Date("2036-12-01T00:00:00Z") };
    expect(codes((await run(folder, [command, ...bothMeshes, "-o", "json"], later)).stdout)).toContain("MF342");
  }
});

test("the time is not in the plan's steps or manifests", async () => {
  const folder = exampleFolder();
  await run(folder, ["plan", ...bothMeshes, "--out", "one", "--as-of", "2027-01-01"]);
  await run(folder, ["plan", ...bothMeshes, "--out", "two", "--as-of", "2028-01-01"]);
  expect(filesBelow(`${folder}/one`)).toEqual(filesBelow(`${folder}/two`));
  await run(folder, ["plan", ...bothMeshes, "--out", "late", "--as-of", "2036-10-01"]);
  const [early, late] = [filesBelow(`${folder}/one`), filesBelow(`${folder}/late`)];
  const differing = [...early].filter(([path, text]) => late.get(path) !== text).map(([path]) => path);
  expect(differing.filter((path) => !["README.md", "plan.json", "rehearsal.json"].includes(path))).toEqual([]);
  expect([...late.keys()]).toEqual([...early.keys()]);
});

test("a time that is none is refused", async () => {
  const ran = await run(exampleFolder(), ["inspect", ...bothMeshes, "--as-of", "soon"]);
  expect([ran.code === 0, ran.stdout]).toEqual([false, ""]);
});
