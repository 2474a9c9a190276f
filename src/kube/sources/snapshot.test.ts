// What was read of a cluster, saved and read again: the same, but for where it was read.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import { clusterId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { kindsForbidden } from "../../findings/codes/live.ts";
import { privateKeyDropped } from "../../findings/codes/inputs.ts";
import { readFiles } from "./files/read-files.ts";
import { snapshotFiles } from "./snapshot.ts";

const east = clusterId("east");

function object(kind: string, name: string, body: JsonObject, cluster = east) {
  const ref = { cluster, group: "", kind, namespace: "n", name };
  const whole = { apiVersion: "v1", kind, metadata: { name, namespace: "n" }, ...body };
  return { ref, apiVersion: "v1", origin: { cluster }, body: whole };
}

const map = object("ConfigMap", "m", { data: { b: "1", a: "ü\n", key: "" } });
const input: ClusterInput = {
  id: east,
  objects: [map, object("Secret", "cacerts", { type: "kubernetes.io/tls" }), object("Service", "s", { spec: {} })],
  // Of Pods there are none, Services were seen in part, Nodes not at all.
  coverage: {
    ConfigMap: "listed",
    Node: "forbidden",
    Pod: "listed",
    Secret: "listed",
    Service: "forbidden",
    "Sidecar.x": "not-installed",
  },
  findings: [
    privateKeyDropped.at([map.ref, { cluster: east }], { pointer: "/data/key" }),
    kindsForbidden.at([{ cluster: east }], { cluster: east, kinds: "Node" }),
  ],
  certificates: new Map(),
  asOf: "2026-11-25T10:00:00.000Z",
};

function saved(of: ClusterInput): string {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-snapshot-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, pieces] of snapshotFiles(of)) writeFileSync(join(folder, name), [...pieces()].join(""));
  return folder;
}

test("a snapshot reads back equal, under its own name and under another", async () => {
  const folder = saved(input);
  const withoutOrigins = (of: ClusterInput) => ({
    ...of,
    objects: of.objects.map(({ ref, body, apiVersion }) => ({ ref, body, apiVersion })),
  });
  expect(withoutOrigins(await readFiles(east, [folder]))).toEqual(withoutOrigins(input));
  const other = clusterId("other");
  const renamed = await readFiles(other, [folder]);
  expect(renamed.objects.map(({ ref }) => ref.cluster)).toEqual([other, other, other]);
  expect(renamed.findings).toEqual([
    privateKeyDropped.at([{ ...map.ref, cluster: other }, { cluster: other }], { pointer: "/data/key" }),
    kindsForbidden.at([{ cluster: other }], { cluster: other, kinds: "Node" }),
  ]);
});

test("manifests beside a snapshot are read too; of its kinds it knows better what was seen", async () => {
  const folder = saved(input);
  writeFileSync(join(folder, "more.yaml"), 'apiVersion: v1\nkind: Endpoints\nmetadata: {name: e, namespace: "n"}\n');
  const { coverage, objects } = await readFiles(east, [folder]);
  expect(coverage).toEqual({ ...input.coverage, Endpoints: "listed" });
  expect(objects).toHaveLength(4);
});

test("values of a Secret that somebody hands over do not get out", () => {
  const secret = object("Secret", "cacerts", { data: { key: "canary" }, stringData: { a: "canary" } });
  const texts = [...snapshotFiles({ ...input, objects: [secret] }).values()].flatMap((pieces) => [...pieces()]);
  expect(texts.join("")).not.toContain("canary");
});

test("what a snapshot says wrongly is passed over", async () => {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-snapshot-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const document = {
    apiVersion: "meshferry.dev/v1",
    kind: "Snapshot",
    coverage: { Pod: "seen", Node: "listed" },
    asOf: "soon",
  };
  const findings = [
    null,
    { code: "MF999", params: {} },
    { code: "MF804" },
    { code: "MF804", params: {}, subjects: [1, { kind: 1 }] },
  ];
  writeFileSync(join(folder, "s.json"), JSON.stringify({ ...document, findings }));
  const read = await readFiles(east, [folder]);
  expect([read.coverage, read.asOf]).toEqual([{ Node: "listed" }, undefined]);
  expect(read.findings.map(({ code, subjects }) => [code, subjects])).toEqual([
    ["MF002", [{ cluster: east }]],
    ["MF804", [{ cluster: east }]],
  ]);
});
