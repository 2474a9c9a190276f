// What istioctl is asked for.
import { expect, test } from "vitest";
import { istiodName, istioOperator, overlay } from "./istio-operator.ts";

const mesh = { meshId: "east-mesh", trustDomain: "east.local", network: "network-east-mesh" };
const small = { requests: { cpu: "5m", memory: "16Mi" } };
const plainEnvoy = { PILOT_ENABLE_ALPN_FILTER: "false", PILOT_ENABLE_METADATA_EXCHANGE: "false" };

test("OSSM 2's istiod: default revision, names of the mesh captured", () => {
  expect(istioOperator({ ...mesh, version: "1.20.2", pilotEnv: { PILOT_X: "1" } })).toEqual({
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "lab", namespace: "istio-system" },
    spec: {
      profile: "minimal",
      hub: "docker.io/istio",
      tag: "1.20.2",
      meshConfig: {
        trustDomain: "east.local",
        accessLogFile: "/dev/stdout",
        defaultConfig: {
          proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true" },
        },
      },
      values: {
        global: {
          istioNamespace: "istio-system",
          meshID: "east-mesh",
          network: "network-east-mesh",
          multiCluster: { clusterName: "Kubernetes" },
          proxy: { resources: small },
          proxy_init: { resources: small },
        },
        pilot: { autoscaleEnabled: false, resources: small, env: { ...plainEnvoy, PILOT_X: "1" } },
        telemetry: { enabled: false },
        defaultRevision: "default",
      },
    },
  });
});

test("OSSM 3's istiod: a revision of its own in its own namespace, and no names captured unless asked", () => {
  const options = { ...mesh, version: "1.28.3", revision: "v3", namespace: "istio-3", tags: ["default"] } as const;
  expect(istioOperator({ ...options, meshConfig: { defaultConfig: { concurrency: 1 } } })).toEqual({
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "lab", namespace: "istio-3" },
    spec: {
      profile: "minimal",
      hub: "docker.io/istio",
      tag: "1.28.3",
      revision: "v3",
      meshConfig: {
        trustDomain: "east.local",
        accessLogFile: "/dev/stdout",
        defaultConfig: { proxyMetadata: {}, concurrency: 1 },
      },
      values: {
        global: {
          istioNamespace: "istio-3",
          meshID: "east-mesh",
          network: "network-east-mesh",
          multiCluster: { clusterName: "Kubernetes" },
          proxy: { resources: small },
          proxy_init: { resources: small },
        },
        pilot: { autoscaleEnabled: false, resources: small, env: plainEnvoy },
        telemetry: { enabled: false },
        revisionTags: ["default"],
      },
      components: { base: { enabled: false } },
    },
  });
  expect(istiodName(options)).toBe("istiod-v3");
});

test("objects are merged, lists and texts replaced", () => {
  expect(overlay({ a: { b: 1, c: [1] }, d: "x" }, { a: { c: [2] }, d: { e: 1 } })).toEqual({
    a: { b: 1, c: [2] },
    d: { e: 1 },
  });
});
