import { expect, test } from "vitest";
import { exportedServiceSet } from "../../inventory/kinds/exported-service-set.ts";
import { service as serviceKind } from "../../inventory/kinds/service.ts";
import { decideExports } from "./export-decision.ts";
import { conflictsOf } from "./name-conflicts.ts";
import { offeredHosts } from "./offered-host.ts";
import { serviceInRegistry } from "./registry-service.ts";

function service(name: string, port: number, exportTo = "*") {
  return serviceInRegistry(
    serviceKind.parse({
      metadata: { name, namespace: "n", annotations: { "networking.istio.io/exportTo": exportTo } },
      spec: { ports: [{ name: "http", port }] },
    }),
  );
}

function offers(alias: string, ...services: readonly ReturnType<typeof service>[]) {
  const set = exportedServiceSet.parse({
    metadata: { name: "west", namespace: "mesh" },
    spec: { exportRules: [{ type: "NameSelector", nameSelector: { alias: { name: alias } } }] },
  });
  const peer = { peerName: "west", meshNamespace: "mesh", ingressName: "ingress" };
  return offeredHosts(decideExports({ ...peer, set, services }).decisions);
}

test("hosts stand in their order; a hidden service is not offered", () => {
  const hosts = offers("", service("b", 80), service("a", 80), service("c", 80, "~"));
  expect(hosts.map(({ name }) => name.name)).toEqual(["a", "b"]);
});

test("two services under one name are one host, whose ports are chance where they differ", () => {
  expect(offers("x", service("a", 80), service("b", 80))).toMatchObject([{ portsAmbiguous: false }]);
  expect(offers("x", service("a", 80), service("b", 81))).toMatchObject([
    { portsAmbiguous: true, sources: ["a.n.svc.cluster.local", "b.n.svc.cluster.local"] },
  ]);
});

test("a conflict is a target with two sources or more", () => {
  const mappings = [
    { source: "b", target: "y" },
    { source: "a", target: "y" },
    { source: "c", target: "z" },
    { source: "c", target: "z" },
    { source: "e", target: "x" },
    { source: "d", target: "x" },
  ];
  expect(conflictsOf(mappings)).toEqual([
    { target: "x", sources: ["d", "e"] },
    { target: "y", sources: ["a", "b"] },
  ]);
});
