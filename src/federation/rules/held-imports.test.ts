import { describe, expect, test } from "vitest";
import { importedServiceSet } from "../../inventory/kinds/imported-service-set.ts";
import { type HeldImport, heldImports, importedEndpoints, joinLocal, peersOnOneHost } from "./held-imports.ts";
import { decideImports } from "./import-decision.ts";
import { mappedName } from "./name-mapping.ts";
import type { OfferedHost } from "./offered-host.ts";

const http = { name: "http", number: 80, protocol: "HTTP" };
const grpc = { name: "grpc", number: 9090, protocol: "GRPC" };

function offer(name: string, ports: OfferedHost["ports"]): OfferedHost {
  return { name: mappedName(name, "n", "svc.west-exports.local"), ports, portsAmbiguous: false, sources: [] };
}

function held(rules: readonly unknown[], offers: readonly OfferedHost[]): ReadonlyMap<string, HeldImport> {
  const peer = { peerName: "east", meshNamespace: "mesh" };
  const set = importedServiceSet.parse({ metadata: { name: "east", namespace: "mesh" }, spec: { importRules: rules } });
  return heldImports({ ...peer, decisions: decideImports({ ...peer, set, offers }).decisions });
}

const all = { type: "NameSelector", nameSelector: {} };
const service: HeldImport = {
  role: "dialled",
  hostname: "a.n.svc.cluster.local",
  name: "a.n.east.local",
  namespace: "n",
  ports: [http, grpc],
  portsAmbiguous: false,
};

describe("the registry of a peer", () => {
  test("holds the dialled host in its home namespace and the exporter's host in the control plane's", () => {
    const local = { type: "NameSelector", importAsLocal: true, nameSelector: { alias: { namespace: "x" } } };
    const registry = held([local], [offer("a", [http])]);
    expect(registry.get("a.x.svc.cluster.local")).toMatchObject({
      role: "dialled",
      name: "a.x.east.local",
      namespace: "x",
    });
    expect(registry.get("a.n.svc.west-exports.local")).toMatchObject({ role: "remote", namespace: "mesh" });
  });

  test("holds nothing of what is not imported", () => {
    expect(held([], [offer("a", [http])]).size).toBe(0);
  });

  test("keeps the ports of the last offer that leads to a host", () => {
    const merged = { type: "NameSelector", nameSelector: { alias: { name: "x" } } };
    expect(held([merged], [offer("a", [http]), offer("b", [grpc])]).get("x.n.svc.east-imports.local")?.ports).toEqual([
      grpc,
    ]);
  });

  test("loses an import whose host is another offer's own", () => {
    const clash = {
      type: "NameSelector",
      nameSelector: { name: "a", alias: { name: "b" } },
      domainSuffix: "svc.west-exports.local",
    };
    const registry = held([clash, all], [offer("a", [http]), offer("b", [grpc])]);
    expect(registry.get("b.n.svc.west-exports.local")).toMatchObject({ role: "remote", ports: [grpc] });
  });
});

test("an import has the egress gateway's addresses once per port, with the set's locality", () => {
  const endpoints = importedEndpoints(service, {
    peerName: "east",
    network: "net",
    egressAddresses: ["10.0.0.1", "10.0.0.2"],
    locality: { region: "r", zone: "z", subzone: "" },
  });
  expect(endpoints.map(({ address, port, portName, workloadName }) => [address, port, portName, workloadName])).toEqual(
    [
      ["10.0.0.1", 15443, "http", "a.n.east.local-0"],
      ["10.0.0.2", 15443, "http", "a.n.east.local-1"],
      ["10.0.0.1", 15443, "grpc", "a.n.east.local-0"],
      ["10.0.0.2", 15443, "grpc", "a.n.east.local-1"],
    ],
  );
  expect(endpoints[0]?.locality).toBe("r/z/");
  expect(endpoints[0]?.labels).toMatchObject({ "topology.kubernetes.io/zone": "z", "topology.istio.io/subzone": "" });
});

describe("a local Service of the same host", () => {
  const local = {
    hostname: service.hostname,
    namespace: "n",
    ports: [
      { ...http, number: 8080 },
      { ...grpc, name: "x" },
    ],
  };

  test("gives the ports; endpoints join where the port's name is the same", () => {
    expect(joinLocal(service, local)).toEqual({ ports: local.ports, joinedPorts: [local.ports[0]] });
  });

  test("is not joined from another namespace", () => {
    expect(joinLocal({ ...service, namespace: "m" }, local)?.joinedPorts).toEqual([]);
  });

  test("is another one with another host", () => {
    expect(joinLocal(service, { ...local, hostname: "b.n.svc.cluster.local" })).toBeNull();
  });
});

test("two peers on one host bring the ports of both, and chance decides where they differ", () => {
  const other = { ...service, ports: [http] };
  expect(peersOnOneHost([service, other])).toEqual({
    hostname: service.hostname,
    ports: [http, grpc],
    portsAmbiguous: true,
  });
  expect(peersOnOneHost([other, other]).portsAmbiguous).toBe(false);
  expect(peersOnOneHost([other, { ...other, portsAmbiguous: true }]).portsAmbiguous).toBe(true);
});
