// The OSSM 3 stand-in on a real cluster: an Istio becomes an istiod that injects, says how it goes, and takes it away again.
import { expect, inject, onTestFinished, test } from "vitest";
import { hasCondition, waitFor, waitForNone } from "../api/wait-for.ts";
import { runOssm3 } from "../ossm3/run-ossm3.ts";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

const apiVersion = "sailoperator.io/v1";

test("Istio and IstioCNI become Ready, pods get the revision's sidecar, and a deleted Istio takes its istiod along", async () => {
  const west = await sharedCluster("west");
  const { api } = west;
  const end = new AbortController();
  const said: string[] = [];
  const running = runOssm3({ api, built: inject("built"), say: (line) => void said.push(line), signal: end.signal });
  onTestFinished(async () => {
    end.abort();
    await running;
  });
  const namespace = await newNamespace(west);
  const istio = { apiVersion, kind: "Istio", name: namespace };
  const values = { global: { meshID: "m", network: "n" }, meshConfig: { trustDomain: "west.local" } };
  await api.apply(
    { apiVersion, kind: "IstioCNI", metadata: { name: "default" }, spec: { version: "v1.28.3", namespace } },
    "tests",
  );
  await api.apply(
    { apiVersion, kind: "Istio", metadata: { name: namespace }, spec: { version: "v1.24.0", namespace, values } },
    "tests",
  );
  const refused = await waitFor(
    api,
    istio,
    "refused",
    ({ status }) => JSON.stringify(status ?? "").includes("ReconcileError"),
    30_000,
  );
  expect(refused["status"]).toMatchObject({ state: "ReconcileError", revisions: { total: 0, ready: 0 } });

  await api.apply(
    { apiVersion, kind: "Istio", metadata: { name: namespace }, spec: { version: "v1.28.3", namespace, values } },
    "tests",
  );
  const healthy = await waitFor(api, istio, "Ready", hasCondition("Ready"), 120_000);
  expect(healthy["status"]).toMatchObject({
    state: "Healthy",
    activeRevisionName: namespace,
    observedGeneration: healthy.metadata.generation,
    revisions: { total: 1, ready: 1 },
  });
  await waitFor(api, { apiVersion, kind: "IstioRevision", name: namespace }, "Ready", hasCondition("Ready"), 10_000);
  await waitFor(api, { apiVersion, kind: "IstioCNI", name: "default" }, "Ready", hasCondition("Ready"), 10_000);

  const pod = { apiVersion: "v1", kind: "Pod", namespace, name: "injected" };
  const container = { name: "app", image: "lab.local/app:1", command: ["sleep", "infinity"] };
  const created = await api.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace, labels: { "istio.io/rev": namespace, "sidecar.istio.io/inject": "true" } },
    spec: { containers: [container], terminationGracePeriodSeconds: 0 },
  });
  expect(JSON.stringify(created["spec"])).toContain("docker.io/istio/proxyv2:1.28.3");

  await api.delete(pod);
  await api.delete(istio);
  await api.delete({ apiVersion, kind: "IstioCNI", name: "default" });
  await waitForNone(api, { apiVersion: "apps/v1", kind: "Deployment", namespace, name: `istiod-${namespace}` }, 60_000);
  expect(said).toEqual([]);
});
