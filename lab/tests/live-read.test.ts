// The command line on live clusters: what it asks of an API server, what it never sees, and that a snapshot stands in for the clusters.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Ran, run as runMeshferry } from "../../test/cli/run-meshferry.ts";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { kindsRead } from "../../src/pipeline.ts";
import { withoutStandIn } from "../ossm2/marks.ts";
import { countingProxy } from "./counting-proxy.ts";
import { liveClient } from "./live-world.ts";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-live-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** As the stand-in's clusters look to users of OSSM 2. */
async function run(cwd: string, argv: readonly string[], now = new Date()): Promise<Ran> {
  return runMeshferry(cwd, argv, { now: () => now, liveLabels: withoutStandIn });
}

/** A control plane and a peer in each cluster, with a Secret beside them: enough for a plan to have something to say. */
async function twoMeshes() {
  const [east, west] = [await sharedCluster("east"), await sharedCluster("west")];
  const namespace = await newNamespace(east, west);
  for (const { api } of [east, west]) {
    const object = (apiVersion: string, kind: string, name: string, more: JsonObject) =>
      api.apply({ apiVersion, kind, metadata: { namespace, name }, ...more }, "tests");
    await object("maistra.io/v2", "ServiceMeshControlPlane", "live", { spec: { version: "v2.6" } });
    await object("v1", "Secret", "cacerts", {
      type: "kubernetes.io/tls",
      data: { "tls.key": canary, "tls.crt": canary },
    });
    await object("v1", "Secret", "other", { data: { password: canary } });
    await object("v1", "ConfigMap", "peer-root", { data: { "root-cert.pem": "no certificate" } });
  }
  return { east, west, namespace };
}

const canary = Buffer.from("canary-of-the-live-tests").toString("base64");

test("one list per kind, in pages; no value of a Secret comes over the wire; a snapshot gives the same plan", async () => {
  const { east, west, namespace } = await twoMeshes();
  const folder = workFolder();
  const proxy = await countingProxy(east, folder);
  const live = [
    ...["--mesh", "east=context:", "--kubeconfig", `east=${proxy.kubeconfig}`],
    ...["--mesh", "west=context:", "--kubeconfig", `west=${west.cluster.kubeconfig}`],
  ];
  const inspected = await run(folder, ["inspect", ...live, "-o", "json", "--save", "seen"]);
  expect(inspected.stderr).toMatch(/files written to seen/u);
  const asked = proxy.counted.map(
    ({ path, query }) => `${path}?${query.get("fieldSelector") ?? ""}${query.get("continue") ?? ""}`,
  );
  expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
  const client = await liveClient(east);
  const served = await Promise.all(
    kindsRead.map(async (key) => {
      const dot = key.indexOf(".");
      const [kind, group] = dot < 0 ? [key, ""] : [key.slice(0, dot), key.slice(dot + 1)];
      return client.served({ group, kind });
    }),
  );
  const installed = served.filter((each) => each !== null && each.kind !== "Secret").length;
  const lists = proxy.counted.filter(
    ({ query, path }) => query.has("limit") && !query.has("continue") && !path.endsWith("/secrets"),
  );
  expect(lists).toHaveLength(installed);
  expect(proxy.counted.filter(({ path }) => path.endsWith("/secrets"))).toHaveLength(3);
  expect(proxy.counted.filter(({ path }) => path === "/api" || path === "/apis")).toHaveLength(2);
  expect(proxy.counted.every(({ method }) => method === "GET")).toBe(true);

  // Canaries: in no answer, in nothing that was written or shown.
  const keys = await secretValues(east.api);
  expect(keys.length).toBeGreaterThan(1);
  const texts = [
    inspected.stdout,
    ...proxy.counted.map(({ body }) => body),
    ...readdirSync(join(folder, "seen"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
  ];
  for (const key of keys) for (const text of texts) expect(text.includes(key)).toBe(false);

  // The plan is read from the clusters again, so that what changed in between (statuses of pods, leases) would show.
  const view = JSON.parse(inspected.stdout) as { readonly meshes: readonly { readonly id: string }[] };
  expect(view.meshes.map(({ id }) => id)).toEqual(
    expect.arrayContaining([`east/${namespace}/live`, `west/${namespace}/live`]),
  );
  const saved = ["--mesh", "east=seen/east", "--mesh", "west=seen/west"];
  const later = new Date(Date.now() + 10 * 365 * 86_400_000);
  expect((await run(folder, ["inspect", ...saved, "-o", "json"], later)).stdout).toBe(inspected.stdout);
  const plan = ["plan", "-o", "json", "--no-rehearse", "--as-of", "2027-01-01"];
  const fromLive = await run(folder, [...plan, ...live]);
  expect((await run(folder, [...plan, ...saved])).stdout).toBe(fromLive.stdout);
  // The type of cacerts is known, though it is no metadata.
  expect(inspected.stdout).toContain("is of type kubernetes.io/tls");
});

/** All values of all Secrets, as they would stand in an answer. */
async function secretValues(api: Awaited<ReturnType<typeof sharedCluster>>["api"]): Promise<string[]> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Secret" });
  return items
    .flatMap(({ data }) => (isJsonObject(data) ? Object.values(data) : []))
    .filter((value) => typeof value === "string" && value.length > 24) as string[];
}
