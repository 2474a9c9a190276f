// What a ServiceMeshControlPlane makes of an installed istiod.
import { expect, test } from "vitest";
import type { LiveObject } from "../api/live-object.ts";
import { environmentPatch, injectorValuesFor, meshConfigFor, trustFor } from "./control-plane.ts";
import { meshOf } from "./meshes.ts";

const metadata = { name: "basic", namespace: "istio-system", uid: "uid", resourceVersion: "1", creationTimestamp: "" };
const plane = (spec: LiveObject[string]): LiveObject => ({
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata,
  spec,
});
const mesh = (spec: LiveObject[string] = {}) => meshOf(plane(spec));
const deployment = (env: readonly LiveObject[string][], annotations = {}, gate = {}): LiveObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...metadata, annotations },
  spec: { template: { metadata: { annotations: gate }, spec: { containers: [{ name: "discovery", env: [...env] }] } } },
});
const trust = {
  name: "ISTIO_MULTIROOT_MESH",
  valueFrom: { configMapKeyRef: { name: "lab-ossm2-trust", key: "ISTIO_MULTIROOT_MESH", optional: true } },
};
const revision = { name: "REVISION", value: "default" };

test("aliases and certificates come and go with the control plane, roots of peers beside them", () => {
  const present = {
    trustDomain: "east.local",
    trustDomainAliases: ["old"],
    defaultConfig: { proxyMetadata: { A: "b" } },
  };
  const meshConfig = { trustDomainAliases: ["west.local"], caCertificates: [{ pem: "OWN" }] };
  const agent = { defaultConfig: { proxyMetadata: { A: "b", PROXY_CONFIG_XDS_AGENT: "true" } } };
  const full = meshConfigFor(mesh({ techPreview: { meshConfig } }), present, ["PEER"]);
  expect(full).toEqual({
    trustDomain: "east.local",
    trustDomainAliases: ["west.local"],
    caCertificates: [{ pem: "OWN" }, { pem: "PEER" }],
    ...agent,
  });
  expect(meshConfigFor(mesh(), full, [])).toEqual({ trustDomain: "east.local", ...agent });
  const trusting = mesh({ security: { trust: { additionalDomains: ["more"] } }, techPreview: { meshConfig } });
  expect(meshConfigFor(trusting, present, [])["trustDomainAliases"]).toEqual(["more"]);
});

test("the network reaches proxies that are injected from then on", () => {
  const wanted = injectorValuesFor(mesh({ cluster: { network: "n" } }), { global: { meshID: "m", network: "" } });
  expect(wanted).toEqual({ global: { meshID: "m", network: "n" } });
});

test("variables are set, replaced, and taken away again; what is as it should be restarts nothing", () => {
  const env = { PILOT_X: "1" };
  const spec = { runtime: { components: { pilot: { container: { env } } } } };
  const patch = environmentPatch(mesh(spec), deployment([revision, { name: "PILOT_X", value: "0" }]), "");
  expect(patch).toEqual([
    {
      op: "add",
      path: "/spec/template/spec/containers/0/env",
      value: [revision, trust, { name: "PILOT_X", value: "1" }],
    },
    { op: "add", path: "/metadata/annotations/lab.meshferry~1pilot-environment", value: "PILOT_X" },
    { op: "add", path: "/spec/template/metadata/annotations/lab.meshferry~1push-gate", value: "" },
  ]);
  const set = deployment([revision, trust, { name: "PILOT_X", value: "1" }], {
    "lab.meshferry/pilot-environment": "PILOT_X",
  });
  expect(environmentPatch(mesh(spec), set, "")).toBe(null);
  expect(environmentPatch(mesh(), set, "")?.[0]).toEqual({
    op: "add",
    path: "/spec/template/spec/containers/0/env",
    value: [revision, trust],
  });
  // A user's own word on several roots wins.
  const own = mesh({ runtime: { components: { pilot: { container: { env: { ISTIO_MULTIROOT_MESH: "true" } } } } } });
  expect(environmentPatch(own, deployment([trust]), "")?.[0]?.["value"]).toEqual([
    { name: "ISTIO_MULTIROOT_MESH", value: "true" },
  ]);
  expect(environmentPatch(mesh(), deployment([trust]), "http://gate")).not.toBe(null);
  expect(
    environmentPatch(mesh(), deployment([trust], {}, { "lab.meshferry/push-gate": "http://gate" }), "http://gate"),
  ).toBe(null);
});

test("an istiod that starts after the last peer went tells proxies of no root", () => {
  const never = trustFor(false, {});
  expect(never).toEqual({ data: { ISTIO_MULTIROOT_MESH: "true", "peers-seen": "false" }, needsRestart: false });
  const with1 = trustFor(true, never.data);
  expect(with1).toEqual({ data: { ISTIO_MULTIROOT_MESH: "true", "peers-seen": "true" }, needsRestart: false });
  const gone = trustFor(false, with1.data);
  expect(gone).toEqual({ data: { ISTIO_MULTIROOT_MESH: "false", "peers-seen": "true" }, needsRestart: false });
  expect(trustFor(true, gone.data)).toEqual({ data: with1.data, needsRestart: true });
});

test("gateways: none where all are switched off, none that is disabled", () => {
  const additionalEgress = { one: { service: { ports: [{ name: "tls", port: 15443 }] } }, two: { enabled: false } };
  expect(mesh({ gateways: { additionalEgress } }).gateways).toEqual([
    {
      name: "one",
      side: "egress",
      namespace: "istio-system",
      labels: {},
      type: "ClusterIP",
      ports: [{ name: "tls", port: 15443 }],
      networkView: [],
    },
  ]);
  expect(mesh({ gateways: { enabled: false, additionalEgress } }).gateways).toEqual([]);
});
