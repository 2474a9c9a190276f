import { expect, test } from "vitest";
import type { LiveObject } from "../api/live-object.ts";
import { wantedIstio } from "./istio-options.ts";

const istio = (spec: LiveObject["spec"] = {}): LiveObject => ({
  apiVersion: "sailoperator.io/v1",
  kind: "Istio",
  metadata: { name: "v3", uid: "1", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: spec ?? null,
});

test("Helm values become the lab's options, and what they do not name is passed on", () => {
  const values = {
    global: { meshID: "m", network: "n", multiCluster: { clusterName: "c" }, logging: { level: "x" } },
    meshConfig: { trustDomain: "t", defaultConfig: { proxyMetadata: { A: "1" }, concurrency: 2 }, caCertificates: [] },
    pilot: { env: { B: true }, cni: { enabled: true } },
  };
  expect(wantedIstio(istio({ version: "v1.28.3", namespace: "istio-3", values }))).toEqual({
    revision: "v3",
    options: {
      version: "1.28.3",
      revision: "v3",
      namespace: "istio-3",
      meshId: "m",
      network: "n",
      clusterName: "c",
      trustDomain: "t",
      proxyMetadata: { A: "1" },
      pilotEnv: { B: "true" },
      meshConfig: { caCertificates: [], defaultConfig: { concurrency: 2 } },
      values: { global: { logging: { level: "x" } }, pilot: { cni: { enabled: true } } },
    },
  });
});

test("the strategy RevisionBased names the revision after the version too; the revision default has no name", () => {
  const spec = { version: "v1.28.3", namespace: "istio-3" };
  expect(wantedIstio(istio({ ...spec, updateStrategy: { type: "RevisionBased" } }))).toMatchObject({
    revision: "v3-v1-28-3",
    options: { revision: "v3-v1-28-3" },
  });
  const named = istio(spec);
  const wanted = wantedIstio({ ...named, metadata: { ...named.metadata, name: "default" } });
  expect(typeof wanted === "string" ? wanted : [wanted.revision, wanted.options.revision]).toEqual([
    "default",
    undefined,
  ]);
});

test.each([
  [{ namespace: "x" }, "spec.version not set"],
  [{ version: "v1.28.3" }, "spec.namespace not set"],
  [{ version: "v1.24.0", namespace: "x" }, "version v1.24.0 not found: the lab has v1.28.3 and v1.28-latest"],
])("refused: %j", (spec, why) => {
  expect(wantedIstio(istio(spec))).toBe(why);
});
