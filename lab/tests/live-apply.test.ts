// A plan of every kind of step on a real API server: applied once, a second time without a write, and undone to what was before.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { made, troubles } from "./live-made.ts";
import { liveRun, east } from "./live-run.ts";
import { planFolder, refs } from "./live-run-plan.ts";
import { apiProxy, isWrite } from "./live-api-proxy.ts";
import { clusterDump } from "./live-dump.ts";

test("applied once; a second apply writes nothing, not even its Lease; undone, everything is as before", async () => {
  const { shared, client, world, plan } = await made();
  const at = refs(world);
  const proxy = await apiProxy(shared.cluster);
  const before = await clusterDump(shared.api);
  const folder = planFolder();
  const run = { folder, plan, cluster: east, kubeconfig: proxy.kubeconfig };

  const first = await liveRun(run);
  expect([first, troubles(first)]).toMatchObject([{ end: "finished", trouble: null }, []]);
  const entry = await client.get(at.entry);
  expect(entry?.body).toMatchObject({
    metadata: { annotations: { "meshferry.dev/plan": "555555555555" } },
    spec: { exportTo: ["canary", "shop"] },
  });
  expect((await client.get(at.endpoint))?.body).toMatchObject({
    spec: { ports: { tls: world.nodePort } },
  });
  expect((await client.get(at.remote))?.body).toMatchObject({
    spec: { addresses: [{ type: "IPAddress", value: shared.cluster.nodeAddress }] },
  });
  const secret = await shared.api.get({ apiVersion: "v1", kind: "Secret", namespace: world.theirs, name: "cacerts" });
  expect(secret).toMatchObject({ data: { "root-cert.pem": Buffer.from("old and other").toString("base64") } });
  for (const ref of [...at.peers, at.exports, at.imports]) expect(await client.get(ref)).toBe(null);
  const after = await clusterDump(shared.api);

  proxy.asked.length = 0;
  expect(await liveRun(run)).toMatchObject({ end: "finished" });
  expect(proxy.asked.filter(isWrite)).toEqual([]);
  expect(proxy.asked.length).toBeGreaterThan(10);
  // Without the journal too: objects say what is done. The Secret is asked by a dry run of tests alone.
  proxy.asked.length = 0;
  const bare = await liveRun({ ...run, folder: planFolder() });
  expect([bare.end, proxy.asked.filter(isWrite)]).toEqual(["finished", []]);
  expect(await clusterDump(shared.api)).toEqual(after);

  const undone = await liveRun({ ...run, direction: "undo" });
  expect([undone, troubles(undone)]).toMatchObject([{ end: "finished", trouble: null }, []]);
  expect(await clusterDump(shared.api)).toEqual(before);
  expect(await liveRun(run)).toMatchObject({ end: "finished", trouble: null });
  expect(await clusterDump(shared.api)).toEqual(after);
});

test("no value of a Secret comes over the wire, nor into the folder", async () => {
  const { shared, world, plan } = await made();
  const proxy = await apiProxy(shared.cluster);
  const folder = planFolder();
  const canary = Buffer.from("canary of the key").toString("base64");
  const secret = { apiVersion: "v1", kind: "Secret", namespace: world.theirs, name: "cacerts" };
  await shared.api.patch(secret, "merge", { data: { "ca-key.pem": canary } });
  const run = { folder, plan, cluster: east, kubeconfig: proxy.kubeconfig };
  expect(await liveRun(run)).toMatchObject({ end: "finished" });
  expect(await liveRun({ ...run, direction: "undo" })).toMatchObject({ end: "finished" });
  expect(await shared.api.get(secret)).toMatchObject({ data: { "ca-key.pem": canary } });
  expect(proxy.asked.filter(({ path }) => path.includes("/secrets/cacerts")).length).toBeGreaterThan(4);
  expect(proxy.answers.length).toBeGreaterThan(50);
  for (const text of [...proxy.answers, ...textsIn(folder)]) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain('root-cert.pem":"');
  }
});

function textsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
}
