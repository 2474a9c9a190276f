import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { nameOf, readDocuments, readFolder, textAt } from "../examples/read-documents.ts";
import { validateObject } from "./validate-object.ts";

const pathTo = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const guide = ["export.yaml", "remote-gateway.yaml", "import.yaml"].flatMap((file) =>
  readDocuments(pathTo(`../guide/${file}`)),
);

const entry = (spec: unknown, metadata: unknown = { name: "httpbin", namespace: "client" }): unknown => ({
  apiVersion: "networking.istio.io/v1beta1",
  kind: "ServiceEntry",
  metadata,
  spec,
});
const policy = (spec: unknown): unknown => ({
  apiVersion: "security.istio.io/v1beta1",
  kind: "AuthorizationPolicy",
  metadata: { name: "httpbin" },
  spec,
});

test.each(guide.map((object) => [`${textAt(object, "apiVersion")} ${nameOf(object)}`, object]))(
  "accepts the guide's %s",
  (_, object) => {
    expect(validateObject(object)).toEqual([]);
  },
);

test("accepts the Istio objects of the example", () => {
  const objects = ["east", "west"].flatMap((side) => readFolder(pathTo(`../../examples/east-west/${side}`)));
  const istio = objects.filter((object) => textAt(object, "apiVersion").includes(".istio.io/"));
  expect(new Set(istio.map((object) => textAt(object, "kind")))).toEqual(
    new Set(["DestinationRule", "PeerAuthentication"]),
  );
  expect(istio.flatMap((object) => validateObject(object))).toEqual([]);
});

test("accepts policies in both versions", () => {
  const spec = { action: "DENY", rules: [{ from: [{ source: { principals: ["other.local/*"] } }] }] };
  expect(validateObject(policy(spec))).toEqual([]);
  expect(validateObject({ ...Object(policy(spec)), apiVersion: "security.istio.io/v1" })).toEqual([]);
});

describe("refuses", () => {
  test("a field that does not exist", () => {
    expect(validateObject(entry({ hosts: ["a.b"], subjectAltName: ["x"] }))).toEqual([
      "/spec/subjectAltName: unknown field",
    ]);
  });

  test("a field that does not exist, deep in a list", () => {
    expect(validateObject(entry({ hosts: ["a.b"], ports: [{ number: 80, name: "http", nodePort: 1 }] }))).toEqual([
      "/spec/ports/0/nodePort: unknown field",
    ]);
    expect(validateObject(policy({ rules: [{ from: [{ source: { principal: ["x"] } }] }] }))).toEqual([
      "/spec/rules/0/from/0/source/principal: unknown field",
    ]);
  });

  test("a field that does not exist, beside spec and in metadata", () => {
    expect(validateObject({ ...Object(entry({ hosts: ["a.b"] })), specs: {} })).toEqual(["/specs: unknown field"]);
    expect(validateObject(entry({ hosts: ["a.b"] }, { name: "x", label: {} }))).toEqual([
      "/metadata/label: unknown field",
    ]);
  });

  test("a wrong type", () => {
    expect(validateObject(entry({ hosts: "a.b" }))).toEqual(["/spec/hosts: must be array"]);
    expect(validateObject(entry({ hosts: ["a.b"], ports: [{ number: "80", name: "http" }] }))).toEqual([
      "/spec/ports/0/number: must be integer",
    ]);
    expect(validateObject(entry({ hosts: ["a.b"] }, { name: "x", labels: { app: 1 } }))).toEqual([
      "/metadata/labels/app: must be string",
    ]);
  });

  test("a wrong enum value", () => {
    const [message = "", ...more] = validateObject(entry({ hosts: ["a.b"], location: "MESH_INTERN" }));
    expect(message).toContain("/spec/location: must be equal to one of the allowed values: MESH_EXTERNAL");
    expect(more).toEqual([]);
  });

  test("a Gateway listener that breaks the real API's rules", () => {
    const gateway = (listener: object): unknown => ({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "eastwest" },
      spec: { gatewayClassName: "istio", listeners: [{ name: "tls", port: 15443, protocol: "TLS", ...listener }] },
    });
    expect(validateObject(gateway({}))).toEqual([]);
    expect(validateObject(gateway({ port: 70000 }))).toEqual(["/spec/listeners/0/port: must be <= 65535"]);
    expect(validateObject(gateway({ tls: { mode: "PassThrough" } })).join()).toContain("/spec/listeners/0/tls/mode");
    expect(validateObject(gateway({ hostName: "x" }))).toEqual(["/spec/listeners/0/hostName: unknown field"]);
    expect(validateObject(gateway({ protocol: undefined })).join()).toContain("'protocol'");
  });

  test("what has no name or is no object", () => {
    expect(validateObject(entry({ hosts: ["a.b"] }, {}))).toEqual(["/metadata/name: must be a name"]);
    expect(validateObject([])).toEqual(["not an object"]);
    expect(validateObject(null)).toEqual(["not an object"]);
  });

  test("kinds and versions without a schema", () => {
    expect(validateObject({ apiVersion: "networking.istio.io/v1", kind: "ServiceEntry" })).toEqual([
      "no schema for networking.istio.io/v1 ServiceEntry",
    ]);
    expect(validateObject({})).toEqual(["no schema for undefined undefined"]);
  });
});

describe("core kinds, by their outer shape", () => {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "east-mesh", labels: { a: "b" } } };

  test("a Namespace is accepted", () => {
    expect(validateObject(namespace)).toEqual([]);
    expect(validateObject({ ...namespace, spec: {} })).toEqual([]);
  });

  test("a field beside spec is refused, and labels that are no strings", () => {
    expect(validateObject({ ...namespace, data: {} })).toEqual(["/data: unknown field"]);
    expect(validateObject({ ...namespace, metadata: { name: "x", labels: { a: true } } })).toEqual([
      "/metadata/labels/a: must be string",
    ]);
  });
});
