// Live clusters among the input of a command: how they are named, and what one that cannot be read does to the others.
import { expect, test } from "vitest";
import { readEastWest } from "../support/example.ts";
import { playCluster, writeKubeconfig } from "../live/play-cluster.ts";
import { discovery, page, playServer } from "../live/play-server.ts";
import { exampleFolder, folderWith, run } from "./run-meshferry.ts";

const namespaces = { group: "", kind: "Namespace", plural: "namespaces", namespaced: false };

const serving = async (uid: string) =>
  playServer((asked) => discovery([namespaces])(asked) ?? page([{ metadata: { name: "kube-system", uid } }]));

test("the plan from live clusters is that from their manifests, byte by byte", async () => {
  const folder = exampleFolder();
  const [east, west] = await Promise.all((await readEastWest()).map(async (input) => playCluster(input)));
  writeKubeconfig(folder, "k", { one: east?.url ?? "", two: west?.url ?? "" });
  const plan = ["plan", "-o", "json", "--no-rehearse"];
  const fromFiles = await run(folder, [...plan, "--mesh", "east=east", "--mesh", "west=west"]);
  const live = ["--mesh", "east=context:one", "--mesh", "west=context:two", "--kubeconfig", "k"];
  const fromLive = await run(folder, [...plan, ...live]);
  // Kinds that the example's files lack are "not supplied" there, and "not installed" in a cluster that does not serve them.
  const without = (text: string) => ({ ...(JSON.parse(text) as object), findings: [], counts: {} });
  expect(without(fromLive.stdout)).toEqual(without(fromFiles.stdout));
});

test("what inspect --save writes gives the same plan as the clusters, byte by byte, and the same inspection", async () => {
  const folder = folderWith();
  const [east, west] = await Promise.all((await readEastWest()).map(async (input) => playCluster(input)));
  writeKubeconfig(folder, "k", { east: east?.url ?? "", west: west?.url ?? "" });
  const live = ["--mesh", "east=context:east", "--mesh", "west=context:west", "--kubeconfig", "k"];
  const inspected = await run(folder, ["inspect", ...live, "--save", "seen", "-o", "json"]);
  expect(inspected.stderr).toMatch(
    /^note: \d+ files written to seen; read them with --mesh east=seen\/east --mesh west=seen\/west\n$/u,
  );
  const saved = ["--mesh", "east=seen/east", "--mesh", "west=seen/west"];
  // Read a year later, it is judged as of the day that it was read.
  const later = { now: () => new Date("2028-01-01T00:00:00Z") };
  expect((await run(folder, ["inspect", ...saved, "-o", "json"], later)).stdout).toBe(inspected.stdout);
  const plan = ["plan", "-o", "json", "--no-rehearse"];
  const fromLive = await run(folder, [...plan, ...live]);
  expect((await run(folder, [...plan, ...saved], later)).stdout).toBe(fromLive.stdout);
});

test("a cluster that cannot be reached does not hide the others; the command ends as with any finding that blocks", async () => {
  const folder = exampleFolder();
  writeKubeconfig(folder, "k", { away: "http://127.0.0.1:1" });
  const input = ["--mesh", "east=east", "--mesh", "west=context:away", "--kubeconfig", "k"];
  const { code, stdout } = await run(folder, ["inspect", ...input]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/MF800 cluster-unreachable[^]*connection refused/u);
  expect(stdout).toMatch(/^ {2}east\/\S+/mu);
  expect((await run(folder, ["plan", ...input])).code).toBe(1);
});

test("a kubeconfig may be one cluster's own, with the context that is current in it", async () => {
  const folder = folderWith();
  const [one, two] = [await serving("1"), await serving("2")];
  writeKubeconfig(folder, "one", { admin: one.url });
  writeKubeconfig(folder, "two", { admin: two.url });
  const { code, stdout } = await run(folder, [
    ...["inspect", "-o", "json", "--mesh", "east=context:", "--mesh", "west=context:admin"],
    ...["--kubeconfig", "east=one", "--kubeconfig", "two"],
  ]);
  expect(code).toBe(1);
  const { clusters } = JSON.parse(stdout) as { readonly clusters: readonly { readonly name: string }[] };
  expect(clusters.map(({ name }) => name)).toEqual(["east", "west"]);
  expect([one.asked.length > 2, two.asked.length > 2]).toEqual([true, true]);
});

test("one cluster under two names is refused, by the uid of kube-system", async () => {
  const folder = folderWith();
  const server = await serving("same");
  writeKubeconfig(folder, "k", { one: server.url, two: server.url });
  const { code, stderr } = await run(folder, [
    ...["inspect", "--mesh", "east=context:one", "--mesh", "west=context:two", "--kubeconfig", "k"],
  ]);
  expect([code, stderr]).toEqual([
    2,
    [
      "error: east and west are one cluster",
      "  why:   Their namespaces kube-system have the same uid.",
      "  do:    Name the cluster once: all meshes in it are read.",
      "",
    ].join("\n"),
  ]);
});

test("a cluster is either live or of files", async () => {
  const { code, stderr } = await run(folderWith(), ["inspect", "--mesh", "east=context:a", "--mesh", "east=east"]);
  expect([code, stderr.split("\n")[0]]).toEqual([2, "error: the cluster east is named twice"]);
});

test("a kubeconfig without a name of a file", async () => {
  const { code, stderr } = await run(folderWith(), ["inspect", "--mesh", "east=context:a", "--kubeconfig", "east="]);
  expect([code, stderr.split("\n")[0]]).toEqual([2, "error: --kubeconfig east=: names no file"]);
});
