// Nothing secret is kept: neither in objects nor in what is said about them.
import { describe, expect, it } from "vitest";
import { brief, names, readContents, service } from "./folder.ts";

const canary = "hunter2canary";
const pem = `-----BEGIN RSA PRIVATE KEY-----\\n${canary}\\n-----END RSA PRIVATE KEY-----\\n`;
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  type: "Opaque",
  metadata: {
    name: "s",
    namespace: "shop",
    labels: { app: "x" },
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": canary,
      "x.cert-manager.io/other": canary,
      other: canary,
      "cert-manager.io/certificate-name": "istio-ca",
    },
    managedFields: [canary],
    resourceVersion: "7",
    ownerReferences: [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "istio-ca", uid: "1" }],
  },
  data: { a: canary },
  stringData: { b: canary },
};
const kept = {
  apiVersion: "v1",
  kind: "Secret",
  type: "Opaque",
  metadata: {
    name: "s",
    namespace: "shop",
    labels: { app: "x" },
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": "",
      "x.cert-manager.io/other": "",
      other: "",
      "cert-manager.io/certificate-name": "istio-ca",
    },
    resourceVersion: "7",
    ownerReferences: [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "istio-ca", uid: "1" }],
  },
};

describe("secrets", () => {
  it.each([
    ["alone", secret],
    ["in a List", { apiVersion: "v1", kind: "List", items: [secret] }],
    ["in a SecretList", { apiVersion: "v1", kind: "SecretList", items: [{ ...secret, kind: undefined }] }],
  ])("keeps of a Secret who it is and who keeps it, %s", async (_, document) => {
    const input = await readContents({ "a.json": JSON.stringify(document, null, 1) });
    expect(input.objects.map((object) => object.body)).toEqual([kept]);
    expect(input.findings).toEqual([]);
    expect(JSON.stringify(input)).not.toContain(canary);
  });

  it("drops the data of Secrets inside other objects", async () => {
    const template = {
      apiVersion: "template.openshift.io/v1",
      kind: "Template",
      metadata: { name: "t" },
      objects: [secret],
    };
    const input = await readContents({ "a.json": JSON.stringify(template) });
    expect(names(input)).toEqual(["Template t"]);
    expect(JSON.stringify(input.objects[0]?.body["objects"])).not.toContain(`"data"`);
    expect(JSON.stringify(input.objects[0]?.body["objects"])).not.toContain(`"annotations"`);
  });

  it("empties private keys elsewhere, and says where they were", async () => {
    const base64 = Buffer.from(pem.replaceAll("\\n", "\n")).toString("base64");
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata:\n  key.pem: "${pem}"\n  b: plain\nbinaryData:\n  k: ${base64}\n`;
    const input = await readContents({ "a.yaml": map });
    expect(input.objects[0]?.body["data"]).toEqual({ "key.pem": "", b: "plain" });
    expect(input.objects[0]?.body["binaryData"]).toEqual({ k: "" });
    expect(input.findings.map((each) => [brief(each), each.params["pointer"]])).toEqual([
      ["MF020 a.yaml:1", "/binaryData/k"],
      ["MF020 a.yaml:1", "/data/key.pem"],
    ]);
    expect(JSON.stringify(input)).not.toContain(canary);
  });

  it("keeps certificates", async () => {
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata:\n  root: "-----BEGIN CERTIFICATE-----\\nabc"\n`;
    const input = await readContents({ "a.yaml": map });
    expect(input.objects[0]?.body["data"]).toEqual({ root: "-----BEGIN CERTIFICATE-----\nabc" });
  });

  it.each([
    ["an unknown alias", `password: *${canary}\n`],
    ["a bad tag", `password: !<${canary} x\n`],
    ["an undeclared tag handle", `password: !${canary}!x y\n`],
    ["an unknown directive", `%TAG ${canary}\n---\na: b\n`],
    ["bad JSON", `{"password": "${canary}" x}`],
    ["a bad indentation", `a: ${canary}\n  b: ${canary}: c\n`],
    ["a key twice", `${canary}: 1\n${canary}: 2\n`],
    ["a missing name", `kind: ${canary}\n`],
  ])("quotes nothing of a file with %s", async (_, text) => {
    const input = await readContents({ "a.yaml": text, "b.yaml": service("good") });
    expect(input.findings).toHaveLength(1);
    expect(JSON.stringify(input)).not.toContain(canary);
  });
});
