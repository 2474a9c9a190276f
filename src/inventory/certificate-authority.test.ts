// Every kind of CA by what shows it, and that what the control plane says comes first.
import { describe, expect, test } from "vitest";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { certificateHashes } from "../core/certificates.ts";
import type { Json } from "../core/json.ts";
import { pem } from "../../test/support/world.ts";
import { takesRoots } from "./certificate-authority.ts";
import { takeInventory } from "./take-inventory.ts";

const secret = "west Secret istio-system/cacerts";
const control = "west ServiceMeshControlPlane istio-system/basic";
const caOf = (inputs: readonly ClusterInput[]) => {
  const mesh = takeInventory(inputs).meshes.find(({ cluster }) => cluster === "west");
  if (!mesh) throw new Error("no mesh");
  return mesh.ca;
};
const withSecret = (fields: Readonly<Record<string, Json>>) => changed(twoMeshes(), secret, fields);
const withSpec = (path: string, value: Json) => changed(twoMeshes(), control, { [path]: value });
const pod = (spec: Json) =>
  added(
    twoMeshes(),
    kubeObject("west", "v1", "Pod", "istio-system", "a-gateway", { spec, status: { phase: "Running" } }),
  );
const proxyAsking = (value: string) =>
  pod({ containers: [{ name: "istio-proxy", env: [{ name: "CA_ADDR", value }] }] });
const unseen = (inputs: readonly ClusterInput[]): ClusterInput[] =>
  inputs.map((input) => ({ ...input, coverage: { ...input.coverage, Secret: "not-supplied" } }));
const none = changed(twoMeshes(), secret, undefined);

describe("the CA is", () => {
  const authority = "/spec/security/certificateAuthority";
  test.each<[string, readonly ClusterInput[], string, boolean | null]>([
    ["plugged-in: cacerts, and nobody else's", twoMeshes(), "plugged-in", true],
    ["plugged-in: annotations of no keeper", withSecret({ "/metadata/annotations": { note: "" } }), "plugged-in", true],
    ["self-signed: no cacerts", none, "self-signed", false],
    [
      "self-signed: istio-ca-secret",
      added(none, kubeObject("west", "v1", "Secret", "istio-system", "istio-ca-secret", { type: "istio.io/ca-root" })),
      "self-signed",
      false,
    ],
    [
      "self-signed in cacerts",
      withSpec("/spec/runtime", {
        components: { pilot: { container: { env: { USE_CACERTS_FOR_SELF_SIGNED_CA: "true" } } } },
      }),
      "self-signed",
      false,
    ],
    [
      "cert-manager by annotation",
      withSecret({ "/metadata/annotations": { "cert-manager.io/certificate-name": "mesh-ca" } }),
      "cert-manager",
      false,
    ],
    [
      "cert-manager by owner",
      withSecret({
        "/metadata/ownerReferences": [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "mesh-ca" }],
      }),
      "cert-manager",
      false,
    ],
    [
      "owned: ExternalSecret",
      withSecret({
        "/metadata/ownerReferences": [{ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", name: "ca" }],
      }),
      "owned",
      false,
    ],
    [
      "owned: external secrets by label",
      withSecret({ "/metadata/labels": { "reconcile.external-secrets.io/managed": "true" } }),
      "owned",
      false,
    ],
    [
      "owned: CSI driver",
      withSecret({ "/metadata/labels": { "secrets-store.csi.k8s.io/managed": "true" } }),
      "owned",
      false,
    ],
    ["owned: the form of a TLS Secret", withSecret({ "/type": "kubernetes.io/tls" }), "owned", false],
    ["istio-csr, as the control plane says", withSpec(authority, { type: "cert-manager" }), "istio-csr", false],
    [
      "istio-csr at a custom address",
      withSpec(authority, { type: "Custom", custom: { address: "cert-manager-istio-csr.cert-manager.svc:443" } }),
      "istio-csr",
      false,
    ],
    [
      "SPIRE at a custom address",
      withSpec(authority, { type: "Custom", custom: { address: "spire-server.spire.svc:443" } }),
      "spire",
      false,
    ],
    [
      "somebody at a custom address",
      withSpec(authority, { type: "Custom", custom: { address: "ca.corp:443" } }),
      "custom",
      false,
    ],
    ["istiod, said so", withSpec(authority, { type: "Istiod" }), "plugged-in", true],
    [
      "elsewhere: istiod signs nothing",
      withSpec("/spec/runtime", { components: { pilot: { container: { env: { ENABLE_CA_SERVER: "false" } } } } }),
      "custom",
      false,
    ],
    [
      "elsewhere: Kubernetes signs",
      withSpec("/spec/runtime", {
        components: { pilot: { container: { env: { EXTERNAL_CA: "ISTIOD_RA_KUBERNETES_API" } } } },
      }),
      "custom",
      false,
    ],
    ["where the proxies ask", proxyAsking("istio-csr.cert-manager.svc:443"), "istio-csr", false],
    ["istiod, which the proxies ask", proxyAsking("istiod-basic.istio-system.svc:15012"), "plugged-in", true],
    [
      "SPIRE by its volume",
      pod({ containers: [], volumes: [{ name: "v", csi: { driver: "csi.spiffe.io" } }] }),
      "spire",
      false,
    ],
    ["not known", unseen(none), "unknown", null],
  ])("%s", (_name, inputs, kind, possible) => {
    const ca = caOf(inputs);
    expect([ca.kind, takesRoots(ca)]).toEqual([kind, possible]);
    expect(ca.shownBy).not.toBe("");
  });

  test("self-signed where the root is called after the trust domain alone", () => {
    const [hash] = certificateHashes(pem("west"));
    if (!hash) throw new Error("no hash");
    const reading = (subject: string) => {
      const facts = {
        ...{ subject, issuer: subject, selfSigned: true, ca: true, digest: "SHA-256", keyUsage: null, fingerprint: "" },
        ...{ validFrom: "2026-01-01T00:00:00.000Z", validTo: "2036-01-01T00:00:00.000Z" },
        key: { type: "RSA", bits: 2048, curve: null },
      };
      return unseen(none).map((input) => ({ ...input, certificates: new Map([[hash, facts]]) }));
    };
    expect([caOf(reading("O=west.example")).kind, caOf(reading("O=west.example, CN=x")).kind]).toEqual([
      "self-signed",
      "unknown",
    ]);
  });
});
