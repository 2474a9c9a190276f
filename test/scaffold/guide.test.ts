// The example's scaffold.yaml gives what the published guide applies before its migration part, field by field.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readScaffold } from "../../src/config/read-scaffold.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { makeScaffoldPlan } from "../../src/scaffold/make-scaffold-plan.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { nameOf, readDocuments } from "../examples/read-documents.ts";
import { bodiesOf } from "./made.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { value } = await readScaffold(path("../../examples/east-west/scaffold.yaml"));
if (value === null) throw new Error("the example's scaffold.yaml cannot be used");
const plan = makeScaffoldPlan(value.scaffold, value.roots);
const bodies = bodiesOf(plan);
/** The guide's variables for what the clusters report. */
const reported = new Map<string, Json>(
  ["east", "west"].map((name) => [`${name}-ingress`, [`\${${name.toUpperCase()}_INGRESS_IP}`]]),
);

const guide = (["east", "west"] as const).flatMap((side) =>
  readDocuments(path(`guide/${side}.yaml`)).map((body): [string, JsonObject] => [`${side}: ${nameOf(body)}`, body]),
);

test("the guide's fixtures are its control planes, peers and sets", () => {
  expect(guide.map(([key]) => key)).toEqual([
    "east: ServiceMeshControlPlane istio-system/basic",
    "east: ServiceMeshPeer istio-system/west-mesh",
    "east: ImportedServiceSet istio-system/west-mesh",
    "west: ServiceMeshControlPlane istio-system/basic",
    "west: ServiceMeshPeer istio-system/east-mesh",
    "west: ExportedServiceSet istio-system/east-mesh",
  ]);
});

test.each(guide)("%s is the guide's", (key, body) => {
  const made = bodies.get(key);
  if (!isJsonObject(made)) throw new Error(`no ${key}`);
  expect(fillSlots(made, reported)).toEqual(body);
});

test("the guide's namespaces, roots and apps are there, and nothing else", () => {
  const others = [...bodies.keys()].filter((key) => !guide.some(([known]) => known === key));
  expect(others).toEqual([
    "east: Namespace istio-system",
    "east: Namespace client",
    "west: Namespace istio-system",
    "west: Namespace a",
    "west: Namespace b",
    "east: ConfigMap istio-system/west-mesh-ca-root-cert",
    "west: ConfigMap istio-system/east-mesh-ca-root-cert",
    "east: ServiceAccount client/curl",
    "east: Service client/curl",
    "east: Deployment client/curl",
    "west: ServiceAccount a/httpbin",
    "west: ServiceAccount b/httpbin",
    "west: Service a/httpbin",
    "west: Service b/httpbin",
    "west: Deployment a/httpbin",
    "west: Deployment b/httpbin",
  ]);
  expect(bodies.get("west: Namespace a")).toEqual({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "a", labels: { "istio-injection": "enabled" } },
  });
  expect(bodies.get("west: ConfigMap istio-system/east-mesh-ca-root-cert")).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "east-mesh-ca-root-cert", namespace: "istio-system" },
    data: { "root-cert.pem": value.roots.get("east") },
  });
  const labels = { app: "httpbin", version: "v1" };
  expect(bodies.get("west: Deployment a/httpbin")).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "httpbin", namespace: "a" },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { annotations: { "sidecar.istio.io/inject": "true" }, labels },
        spec: {
          serviceAccountName: "httpbin",
          containers: [
            {
              name: "httpbin",
              image: "docker.io/mccutchen/go-httpbin:v2.15.0",
              imagePullPolicy: "IfNotPresent",
              ports: [{ containerPort: 8080 }],
            },
          ],
        },
      },
    },
  });
});

test("the clients can dial what the guide dials", () => {
  expect(plan.probes).toEqual([
    {
      id: "east/istio-system/basic#samples",
      clients: [{ cluster: "east", group: "apps", kind: "Deployment", namespace: "client", name: "curl" }],
      routes: [
        "east/istio-system/basic|httpbin.a.svc.west-mesh-imports.local",
        "east/istio-system/basic|httpbin.b.svc.cluster.local",
      ],
    },
  ]);
});
