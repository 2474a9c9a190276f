// How a changed root-cert.pem reaches istiod and its proxies on Istio 1.20.2, on which OSSM 2.6 rests (docs/facts.md, trust.*).
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { defaultPlan } from "../../src/certs/certificate-plan.ts";
import { makeMeshFiles } from "../../src/certs/make-mesh-files.ts";
import { cacertsSecret } from "../../src/certs/mesh-manifests.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { KubeApi } from "../api/kube-api.ts";
import { hasCondition, isRolledOut, waitFor } from "../api/wait-for.ts";
import { appImage } from "../build/images.ts";
import { down } from "../cluster/down.ts";
import { kubectl } from "../cluster/kubectl.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import { up } from "../cluster/up.ts";
import { placesFrom } from "../machine/places.ts";
import { sayOnTerminal as say } from "../machine/progress.ts";
import { until } from "../machine/until.ts";
import { installMesh } from "../mesh/install-mesh.ts";
import { labCrds } from "../mesh/lab-crds.ts";
import { textAt } from "../ossm2/read-fields.ts";
import { testLabs } from "./test-labs.ts";

const state = join(testLabs, "trust");
const controlPlane = "istio-system";
const apps = "apps";
const own = "Own Root CA";
const other = "Other Root CA";

let cluster: LabCluster | null = null;
let api: KubeApi | null = null;
let files = new Map<string, ReadonlyMap<string, string>>();
const theApi = (): KubeApi => {
  if (api === null) throw new Error("the cluster is not up");
  return api;
};
const rootOf = (name: string): string => files.get(name)?.get("root-cert.pem") ?? "";

beforeAll(async () => {
  const built = inject("built");
  const made = await makeMeshFiles({ ...defaultPlan, key: { type: "ec" }, meshes: ["own", "other"] }, new Date());
  files = new Map(made.meshes.map((each) => [each.mesh, each.files]));
  await down(state, say);
  const lab = await up(["trust"], { ...placesFrom(process.env), state, built, say, crds: await labCrds(built) });
  cluster = lab.clusters[0] ?? null;
  api = await KubeApi.open(cluster?.kubeconfig ?? "");
  const labels = { "istio-injection": "enabled" };
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: apps, labels } }, "tests");
}, 180_000);
afterAll(async () => {
  await api?.close();
  await down(state, say);
}, 60_000);

describe("root-cert.pem with the other root behind the own one", () => {
  test("without ISTIO_MULTIROOT_MESH istiod takes it when it restarts; a proxy takes it with its next certificate, not from the ConfigMap", async () => {
    await started({});
    await Promise.all([pod("old"), pod("renewing", { SECRET_TTL: "1m0s" })]);
    expect(await rootsIn("old")).toEqual([own]);
    await changeRoot(rootOf("own") + rootOf("other"));
    expect(await heardOf("not supported")).toBe(true);
    await pod("fresh");
    expect(await rootsIn("fresh")).toEqual([own]);

    await restartIstiod();
    await until("the ConfigMap names both", async () => ((await configMap()).includes(rootOf("other")) ? true : null), {
      timeoutMs: 30_000,
    });
    await pod("fresher");
    expect(await rootsIn("fresher")).toEqual([own, other]);
    // The one that asks for a certificate every half minute gets both; the one that has a day left does not.
    await until("a renewed proxy trusts both", async () => ((await rootsIn("renewing")).length === 2 ? true : null), {
      timeoutMs: 120_000,
      everyMs: 1000,
    });
    await until(
      "the file in the old pod names both",
      async () => (await mountedIn("old")).includes(rootOf("other")) || null,
      {
        timeoutMs: 120_000,
        everyMs: 1000,
      },
    );
    expect(await rootsIn("old")).toEqual([own]);
    await pod("old");
    expect(await rootsIn("old")).toEqual([own, other]);
  }, 300_000);

  test("with ISTIO_MULTIROOT_MESH istiod takes it as it runs, but only with the present bytes inside", async () => {
    await started({ ISTIO_MULTIROOT_MESH: "true" });
    // The same roots, but not the same bytes.
    await changeRoot(`# ours\n${rootOf("own").trimEnd().replaceAll("\n", "\r\n")}\n${rootOf("other")}`);
    expect(await heardOf("not supported")).toBe(true);
    await pod("fresh");
    expect(await rootsIn("fresh")).toEqual([own]);
    await changeRoot(rootOf("own") + rootOf("other"));
    expect(await heardOf("Updating new ROOT-CA\n")).toBe(true);
    await pod("fresh");
    expect(await rootsIn("fresh")).toEqual([own, other]);
  }, 180_000);
});

beforeEach(async () => {
  const { items } = await theApi().list({ apiVersion: "v1", kind: "Pod" }, { namespace: apps });
  for (const { metadata } of items)
    await theApi().delete({ apiVersion: "v1", kind: "Pod", namespace: apps, name: metadata.name });
}, 60_000);

/** istiod as it is with its own root alone. */
async function started(pilotEnv: Readonly<Record<string, string>>): Promise<void> {
  await installMesh(theApi(), inject("built"), {
    version: "1.20.2",
    meshId: "trust",
    trustDomain: "own.local",
    network: "network-own",
    ca: { ...cacertsSecret(files.get("own") ?? new Map(), controlPlane) },
    pilotEnv,
  });
  await restartIstiod();
}

const istiod = { apiVersion: "apps/v1", kind: "Deployment", namespace: controlPlane, name: "istiod" } as const;

async function restartIstiod(): Promise<void> {
  const annotations = { restarted: new Date().toISOString() };
  await theApi().patch(istiod, "merge", { spec: { template: { metadata: { annotations } } } });
  await waitFor(theApi(), istiod, "restarted", isRolledOut, 90_000);
}

/** Until the file in istiod's pod is this one. */
async function changeRoot(pem: string): Promise<void> {
  const secret = { apiVersion: "v1", kind: "Secret", namespace: controlPlane, name: "cacerts" };
  await theApi().patch(secret, "merge", { data: { "root-cert.pem": Buffer.from(pem).toString("base64") } });
  const look = async () => {
    const pods = await theApi().list({ apiVersion: "v1", kind: "Pod" }, { labels: "app=istiod" });
    for (const { metadata } of pods.items) await refreshFiles(controlPlane, metadata.name);
    const seen = await inContainer(controlPlane, "deploy/istiod", "discovery", ["cat", "/etc/cacerts/root-cert.pem"]);
    return seen === pem ? true : null;
  };
  await until("root-cert.pem in istiod's pod", look, { timeoutMs: 120_000, everyMs: 1000 });
}

/** The kubelet looks after a pod's files when the pod changes, else about each minute. */
async function refreshFiles(namespace: string, name: string): Promise<void> {
  const annotations = { looked: String(Date.now()) };
  await theApi().patch({ apiVersion: "v1", kind: "Pod", namespace, name }, "merge", { metadata: { annotations } });
}

/** Whether istiod says this within some seconds. */
async function heardOf(text: string): Promise<boolean> {
  const look = async () => {
    const { stdout } = await command(["logs", "-n", controlPlane, "deploy/istiod", "--tail", "200"]);
    return stdout.includes(text) ? true : null;
  };
  return until(`istiod says "${text}"`, look, { timeoutMs: 20_000, everyMs: 300 });
}

/** A fresh pod with a sidecar, in place of an older one of this name. */
async function pod(name: string, proxyMetadata: Readonly<Record<string, string>> = {}): Promise<void> {
  const ref = { apiVersion: "v1", kind: "Pod", namespace: apps, name };
  const before = await theApi().get(ref);
  await theApi().delete(ref);
  await until(
    `the older ${name} is gone`,
    async () => ((await theApi().get(ref))?.metadata.uid === before?.metadata.uid && before ? null : true),
    { timeoutMs: 60_000 },
  );
  const container = { name: "app", image: appImage, imagePullPolicy: "IfNotPresent", command: ["sleep", "infinity"] };
  await theApi().create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: apps,
      labels: { "sidecar.istio.io/inject": "true" },
      annotations: { "proxy.istio.io/config": JSON.stringify({ proxyMetadata }) },
    },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  });
  await waitFor(theApi(), ref, "ready", hasCondition("Ready"), 60_000);
}

/** Names of the roots by which the pod's Envoy judges others. */
async function rootsIn(name: string): Promise<string[]> {
  const dump = await inContainer(apps, name, "istio-proxy", [
    ...["pilot-agent", "request", "GET", "config_dump?resource=dynamic_active_secrets"],
  ]);
  const { configs = [] } = JSON.parse(dump) as { readonly configs?: readonly { readonly name?: string }[] };
  const root = configs.find((each) => each.name === "ROOTCA");
  const bytes = textAt({ root: JSON.parse(JSON.stringify(root ?? {})) as never }, validation);
  const pem = Buffer.from(bytes, "base64").toString("utf8");
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return certificates.map((each) => /CN=(.+)/.exec(new X509Certificate(each).subject)?.[1] ?? "");
}

const validation = "/root/secret/validation_context/trusted_ca/inline_bytes";

async function configMap(): Promise<string> {
  const name = { apiVersion: "v1", kind: "ConfigMap", namespace: apps, name: "istio-ca-root-cert" };
  const text = valueAt((await theApi().get(name)) ?? {}, "/data/root-cert.pem");
  return typeof text === "string" ? text : "";
}

/** The ConfigMap as it lies in the pod. */
async function mountedIn(name: string): Promise<string> {
  await refreshFiles(apps, name);
  return inContainer(apps, name, "istio-proxy", ["cat", "/var/run/secrets/istio/root-cert.pem"]);
}

async function inContainer(
  namespace: string,
  target: string,
  container: string,
  words: readonly string[],
): Promise<string> {
  return (await command(["exec", "-n", namespace, target, "-c", container, "--", ...words])).stdout;
}

async function command(args: readonly string[]) {
  if (cluster === null) throw new Error("the cluster is not up");
  return kubectl(inject("built"), cluster, args);
}
