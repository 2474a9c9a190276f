// The plain Istio resources that stand for what istiod of OSSM 2 keeps in memory.
import { expect, test } from "vitest";
import { decideExports } from "../../src/federation/rules/export-decision.ts";
import type { RegistryService } from "../../src/federation/rules/registry-service.ts";
import { exportObjects } from "./export-objects.ts";
import { importAddress, importObjects } from "./import-objects.ts";
import { emptyImports, resync, withImportSet } from "./import-memory.ts";
import type { PeerView } from "./meshes.ts";
import type { ImportSet } from "./service-sets.ts";

const peer: PeerView = {
  name: "west-mesh",
  namespace: "istio-system",
  uid: "uid",
  addresses: ["192.0.2.9"],
  servicePort: 15443,
  ingress: "federation-ingress",
  egress: "federation-egress",
  clientID: "west.local/ns/istio-system/sa/federation-egress-service-account",
  trustDomain: "west.local",
  root: { configMap: "west-mesh-ca-root-cert", key: "root-cert.pem" },
};
const service: RegistryService = {
  source: "Service",
  hostname: "httpbin.a.svc.cluster.local",
  name: "httpbin",
  namespace: "a",
  labels: {},
  ports: [{ name: "http", number: 8000, protocol: "HTTP" }],
  meshExternal: false,
  exportTo: [],
};
const meta = { generation: 1, resourceVersion: "1", labels: {}, annotations: {}, ownerReferences: [] };
const ofPeer = { ...meta, name: "west-mesh", namespace: "istio-system" };
const { decisions } = decideExports({
  peerName: "west-mesh",
  meshNamespace: "istio-system",
  ingressName: "federation-ingress",
  set: {
    metadata: ofPeer,
    spec: {
      exportRules: [
        { type: "NameSelector", nameSelector: { namespace: "a", name: "", alias: null }, labelSelector: null },
      ],
    },
  },
  services: [service],
});
const labels = { "lab.meshferry/stand-in": "ossm2" };
const exportedHosts = ["httpbin.a.svc.west-mesh-exports.local", "*.httpbin.a.svc.west-mesh-exports.local"];

function pair(name: string, gateway: string, hosts: readonly string[], route: unknown) {
  const metadata = { name, namespace: "istio-system", labels };
  const port = { name: "tls-federation", number: 15443, protocol: "TLS" };
  const gateways = [`istio-system/${name}`];
  return [
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "Gateway",
      metadata,
      spec: {
        selector: { "service.istio.io/canonical-name": gateway },
        servers: [{ name, hosts, port, tls: { mode: "ISTIO_MUTUAL" } }],
      },
    },
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata,
      spec: { hosts, gateways, exportTo: ["."], tcp: [{ match: [{ gateways }], route }] },
    },
  ];
}

test("an export: a terminating gateway to the service, for the peer's egress gateway and nobody else", () => {
  const route = [{ destination: { host: "httpbin.a.svc.cluster.local" } }];
  expect(exportObjects(peer, decisions, null)).toEqual([
    ...pair("fed-exp-httpbin-a-west-mesh", "federation-ingress", exportedHosts, route),
    {
      apiVersion: "security.istio.io/v1beta1",
      kind: "AuthorizationPolicy",
      metadata: { name: "federation-exports-west-mesh", namespace: "istio-system", labels },
      spec: {
        selector: { matchLabels: { "service.istio.io/canonical-name": "federation-ingress" } },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: [peer.clientID] } }],
            to: [{ operation: { ports: ["15443"] } }],
            when: [{ key: "connection.sni", values: exportedHosts }],
          },
        ],
      },
    },
  ]);
  expect(exportObjects(peer, [], null)).toEqual([]);
});

test("a half-removed export loses every second connection", () => {
  const [, routes] = exportObjects(peer, decisions, "httpbin.a.svc.cluster.local");
  expect(routes).toEqual(
    pair("fed-exp-httpbin-a-west-mesh", "federation-ingress", exportedHosts, [
      { destination: { host: "httpbin.a.svc.cluster.local" }, weight: 50 },
      { destination: { host: "half-removed.lab.meshferry" }, weight: 50 },
    ])[1],
  );
});

const set = (importAsLocal: boolean): ImportSet => ({
  metadata: ofPeer,
  spec: {
    domainSuffix: "",
    locality: { region: "r", zone: "z", subzone: "" },
    importRules: [
      {
        type: "NameSelector",
        importAsLocal,
        domainSuffix: "",
        nameSelector: { namespace: "", name: "", alias: importAsLocal ? { namespace: "b", name: "" } : null },
      },
    ],
  },
});
const offer = {
  name: { name: "httpbin", namespace: "a", hostname: "httpbin.a.svc.east-mesh-exports.local" },
  ports: [
    { name: "http", number: 8000, protocol: "HTTP" },
    { name: "", number: 9000, protocol: "UnsupportedProtocol" },
  ],
  portsAmbiguous: false,
  sources: [],
};
const place = {
  peer,
  peerIndex: 0,
  network: "network-east",
  egressAddresses: ["10.1.0.5"],
  egressLabels: { app: "federation-egress", "service.istio.io/canonical-name": "federation-egress" },
  egressIdentity: "spiffe://east.local/ns/istio-system/sa/federation-egress-service-account",
  farIngressIdentity: "spiffe://west.local/ns/istio-system/sa/federation-ingress-service-account",
  namespaces: new Set(["istio-system"]),
  serviceAddresses: new Map<string, string>(),
};
const memory = (importAsLocal: boolean) =>
  resync({ ...withImportSet(emptyImports("west-mesh", "istio-system"), set(importAsLocal)), round: 71 }, [offer]);

test("an import: what clients dial, what the egress gateway dials, and the gateway between", () => {
  const ports = [
    { number: 8000, name: "http", protocol: "HTTP" },
    { number: 9000, name: "port-9000", protocol: "" },
  ];
  const endpointPorts = { http: 15443, "port-9000": 15443 };
  const host = "httpbin.a.svc.west-mesh-imports.local";
  const common = { location: "MESH_INTERNAL", resolution: "STATIC", ports };
  expect(importObjects(memory(false), place)).toEqual([
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { name: "fed-imp-httpbin-a-west-mesh.20", namespace: "istio-system", labels },
      spec: {
        ...common,
        hosts: [host],
        addresses: ["240.241.0.2"],
        subjectAltNames: [place.egressIdentity],
        endpoints: [
          {
            address: "10.1.0.5",
            ports: endpointPorts,
            labels: {
              app: "federation-egress",
              "security.istio.io/tlsMode": "istio",
              "service.istio.io/canonical-name": "federation-egress",
              "service.istio.io/canonical-revision": "west-mesh",
              "topology.istio.io/cluster": "west-mesh",
              "topology.istio.io/network": "network-east",
              "topology.istio.io/subzone": "",
              "topology.kubernetes.io/region": "r",
              "topology.kubernetes.io/zone": "z",
            },
            network: "network-east",
            locality: "r/z/",
          },
        ],
      },
    },
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { name: "fed-imp-httpbin-a-west-mesh.remote", namespace: "istio-system", labels },
      spec: {
        ...common,
        hosts: [offer.name.hostname],
        exportTo: ["."],
        subjectAltNames: [place.farIngressIdentity],
        endpoints: [
          {
            address: "192.0.2.9",
            ports: endpointPorts,
            labels: { "security.istio.io/tlsMode": "istio" },
            network: "network-west-mesh",
          },
        ],
      },
    },
    ...pair(
      "fed-imp-httpbin-a-west-mesh",
      "federation-egress",
      [host, `*.${host}`],
      [{ destination: { host: offer.name.hostname } }],
    ),
  ]);
});

test("an import as a local service lives in its alias namespace, where that is there, and has the local Service's address", () => {
  const [absent] = importObjects(memory(true), place);
  expect([absent?.metadata["namespace"], absent?.["spec"]]).toEqual([
    "istio-system",
    expect.objectContaining({ hosts: ["httpbin.b.svc.cluster.local"], addresses: ["240.241.0.2"] }),
  ]);
  const [joined] = importObjects(memory(true), {
    ...place,
    namespaces: new Set(["istio-system", "b"]),
    serviceAddresses: new Map([["httpbin.b.svc.cluster.local", "10.96.0.7"]]),
  });
  expect([joined?.metadata["namespace"], joined?.["spec"]]).toEqual([
    "b",
    expect.objectContaining({ hosts: ["httpbin.b.svc.cluster.local"], addresses: ["10.96.0.7"] }),
  ]);
});

test("no import keeps its address over a round, no two share one", () => {
  for (const count of [1, 2, 700]) {
    for (const round of [1, 2, 3]) {
      const addresses = Array.from({ length: count }, (_, index) => importAddress(3, index, count, round));
      expect(new Set(addresses).size).toBe(count);
      expect(addresses.every((each) => /^240\.241\.(4[89]|5\d|6[0-3])\.([1-9]\d?\d?)$/u.test(each))).toBe(true);
      for (const [index, address] of addresses.entries())
        expect(importAddress(3, index, count, round + 1)).not.toBe(address);
    }
  }
});
