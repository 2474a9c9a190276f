import { describe, expect, test } from "vitest";
import { service as serviceKind } from "../../inventory/kinds/service.ts";
import { serviceEntry as serviceEntryKind } from "../../inventory/kinds/service-entry.ts";
import { isVisibleIn, serviceEntryInRegistry, serviceHostname, serviceInRegistry } from "./registry-service.ts";

const metadata = { name: "a", namespace: "n", labels: { app: "x" } };

function entry(spec: Readonly<Record<string, unknown>>) {
  return serviceEntryInRegistry(serviceEntryKind.parse({ metadata, spec }));
}

test("a Service is called by its name, namespace and the cluster's domain", () => {
  const view = serviceKind.parse({ metadata, spec: { ports: [{ name: "http-web", port: 80 }] } });
  expect(serviceInRegistry(view, { clusterDomain: "corp.internal" })).toEqual({
    source: "Service",
    hostname: "a.n.svc.corp.internal",
    name: "a",
    namespace: "n",
    labels: { app: "x" },
    ports: [{ name: "http-web", number: 80, protocol: "HTTP" }],
    meshExternal: false,
    exportTo: [],
  });
  expect(serviceHostname("a", "n")).toBe("a.n.svc.cluster.local");
  expect(serviceHostname("a", "n", "")).toBe("a.n.svc.cluster.local");
});

test("the exportTo annotation is split at commas and not trimmed", () => {
  const annotations = { "networking.istio.io/exportTo": "bookinfo, mesh" };
  const hidden = serviceInRegistry(serviceKind.parse({ metadata: { ...metadata, annotations } }));
  expect(hidden.exportTo).toEqual(["bookinfo", " mesh"]);
  expect(isVisibleIn("mesh", hidden)).toBe(false);
  expect(isVisibleIn("bookinfo", hidden)).toBe(true);
});

describe("a ServiceEntry", () => {
  test("is one service per host, called like the host", () => {
    const ports = [{ number: 443, name: "tls", protocol: "TLS" }];
    const services = entry({
      hosts: ["vmhost", "vm.corp", "vmhost"],
      location: "MESH_INTERNAL",
      ports,
      exportTo: ["."],
    });
    expect(services.map(({ name, hostname, namespace }) => [name, hostname, namespace])).toEqual([
      ["vmhost", "vmhost", "n"],
      ["vm.corp", "vm.corp", "n"],
    ]);
    expect(services[0]).toMatchObject({
      labels: { app: "x" },
      ports: [{ name: "tls", number: 443, protocol: "TLS" }],
      meshExternal: false,
      exportTo: ["."],
    });
  });

  test("is mesh-external unless it says MESH_INTERNAL", () => {
    expect(entry({ hosts: ["a.b"] })[0]?.meshExternal).toBe(true);
    expect(entry({ hosts: ["a.b"], location: "MESH_EXTERNAL" })[0]?.meshExternal).toBe(true);
  });
});
