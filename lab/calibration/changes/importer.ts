// What can be wrong on the client's side of an east-west route.
import type { Manifest } from "../../api/live-object.ts";
import type { ReasonCode } from "../../../src/dataplane/reached.ts";
import { type Change, made, type Made } from "../case.ts";
import {
  freshConnections,
  identity,
  istio,
  type Parts,
  partsOf,
  policy,
  renamed,
  type Route,
  withField,
} from "../route.ts";
import { eastWestPort, places, trustDomain } from "../site.ts";
import { sidecar } from "./harmless.ts";

/** The route with other objects on the client's side. */
function near(route: Route, change: (parts: Parts) => readonly Manifest[]): Made {
  const parts = partsOf(route);
  return made(route, change(parts), [parts.exported, parts.exposure]);
}

function wrong(
  causes: ReasonCode | null,
  what: string,
  change: (parts: Parts, route: Route) => readonly Manifest[],
  more: Partial<Change> = {},
): Change {
  return { causes, what, ...more, make: (route) => near(route, (parts) => change(parts, route)) };
}

export const importer: readonly Change[] = [
  wrong("no-service", "no entry", ({ workload, remote }) => [remote, workload]),
  wrong("no-service", "an entry for another namespace", ({ entry, workload, remote }) => [
    remote,
    workload,
    withField(entry, "/spec/exportTo", [places.marker]),
  ]),
  wrong("no-service", "an entry of another host", ({ entry, workload, remote }, { host }) => [
    remote,
    workload,
    withField(entry, "/spec/hosts", [`not.${host}`]),
  ]),
  wrong("no-service", "an entry without the port", ({ entry, workload, remote }, { port }) => [
    remote,
    workload,
    withField(entry, "/spec/ports/0/number", port + 1000),
  ]),
  wrong("no-service", "a Sidecar that hides the entry", ({ entry, workload, remote }, route) => [
    remote,
    workload,
    entry,
    sidecar(route, [`${places.local}/*`]),
  ]),
  wrong("no-endpoint", "no WorkloadEntry", ({ entry, remote }) => [remote, entry]),
  wrong("no-endpoint", "a WorkloadEntry with other labels", ({ entry, workload, remote }) => [
    remote,
    withField(workload, "/metadata/labels/case", "nobody"),
    entry,
  ]),
  wrong("no-endpoint", "a WorkloadEntry in another namespace", ({ entry, workload, remote }) => [
    remote,
    withField(workload, "/metadata/namespace", places.marker),
    entry,
  ]),
  {
    what: "a client whose proxy has no network",
    causes: "proxy-without-network",
    weight: 5,
    holds: "the blind client",
    make: (route) => ({
      ...near({ ...route, home: places.imports }, ({ entry, workload, remote }) => [
        remote,
        workload,
        withField(entry, "/spec/exportTo", [places.blind]),
      ]),
      client: places.blind,
    }),
  },
  {
    what: "a client whose proxy has no network, an endpoint with an address",
    causes: null,
    holds: "the blind client",
    make: (route) => ({
      ...near({ ...route, home: places.imports }, ({ entry, workload, remote }) => [
        remote,
        withField(withField(workload, "/spec/address", route.gateway), "/spec/ports", {
          http: eastWestPort,
          tcp: eastWestPort,
        }),
        withField(entry, "/spec/exportTo", [places.blind]),
      ]),
      client: places.blind,
    }),
  },
  wrong("no-gateway-address", "no remote gateway", ({ entry, workload }) => [workload, entry]),
  wrong("no-gateway-address", "a remote gateway of another network", ({ entry, workload, remote }) => [
    withField(remote, "/metadata/labels", { "topology.istio.io/network": "network-nowhere" }),
    workload,
    entry,
  ]),
  wrong("no-gateway-address", "a remote gateway without a network label", ({ entry, workload, remote }) => [
    withField(remote, "/metadata/labels", {}),
    workload,
    entry,
  ]),
  wrong("no-gateway-address", "a remote gateway whose listener passes nothing on", ({ entry, workload, remote }) => [
    withField(withField(remote, "/spec/listeners/0/tls", { mode: "Passthrough" }), "/spec/listeners/0/port", 15999),
    workload,
    entry,
  ]),
  wrong(null, "a remote gateway whose listener is known by its port", ({ entry, workload, remote }) => [
    withField(remote, "/spec/listeners/0/tls", { mode: "Passthrough" }),
    workload,
    entry,
  ]),
  wrong("no-gateway-address", "an endpoint of another network", ({ entry, workload, remote }) => [
    remote,
    withField(workload, "/spec/network", "network-nowhere"),
    entry,
  ]),
  wrong("no-gateway-address", "one endpoint of two has no gateway", ({ entry, workload, remote }, { name }) => [
    remote,
    workload,
    withField(renamed(workload, `${name}-2`), "/spec/network", "network-nowhere"),
    entry,
  ]),
  wrong(
    "no-gateway",
    "a remote gateway at an address of nobody's",
    ({ entry, workload, remote }) => [withField(remote, "/spec/addresses/0/value", "192.0.2.7"), workload, entry],
    { weight: 2 },
  ),
  wrong(
    "no-gateway",
    "a remote gateway with another port",
    ({ entry, workload, remote }) => [withField(remote, "/spec/listeners/0/port", 15999), workload, entry],
    { weight: 2 },
  ),
  wrong("no-gateway", "one of two remote gateways is nobody's", ({ entry, workload, remote }, { name }) => [
    remote,
    withField(renamed(remote, `${name}-2`), "/spec/addresses/0/value", "192.0.2.7"),
    workload,
    entry,
  ]),
  wrong("no-mtls", "an endpoint that is not said to take mTLS", ({ entry, workload, remote }, { name }) => [
    remote,
    withField(workload, "/metadata/labels", { case: name }),
    entry,
  ]),
  wrong("no-mtls", "a PeerAuthentication switches the endpoint's mTLS off", ({ entry, workload, remote }, route) => [
    remote,
    policy("PeerAuthentication", route.name, route.home, {
      selector: { matchLabels: { case: route.name } },
      mtls: { mode: "DISABLE" },
    }),
    workload,
    entry,
  ]),
  wrong(null, "one endpoint of two is not said to take mTLS", ({ entry, workload, remote }, { name }) => [
    remote,
    workload,
    withField(renamed(workload, `${name}-2`), "/metadata/labels", { case: name }),
    entry,
  ]),
  wrong("name-refused", "the name of another account", ({ entry, workload, remote }, { serverNamespace }) => [
    remote,
    workload,
    withField(entry, "/spec/subjectAltNames", [identity("west", serverNamespace, "other")]),
  ]),
  wrong("name-refused", "the name in another trust domain", ({ entry, workload, remote }, { serverIdentity }) => [
    remote,
    workload,
    withField(entry, "/spec/subjectAltNames", [serverIdentity.replace(trustDomain.west, trustDomain.east)]),
  ]),
  wrong("name-refused", "only the account that the endpoint states", ({ entry, workload, remote }) => [
    remote,
    withField(workload, "/spec/serviceAccount", "server"),
    withField(entry, "/spec/subjectAltNames", []),
  ]),
  wrong("no-mtls", "a DestinationRule switches TLS off", ({ entry, workload, remote }, route) => [
    remote,
    workload,
    entry,
    rule(route, { tls: { mode: "DISABLE" } }),
  ]),
  wrong("name-refused", "a DestinationRule with another name", ({ entry, workload, remote }, route) => [
    remote,
    workload,
    entry,
    rule(route, { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: [identity("west", "elsewhere", "other")] } }),
  ]),
  wrong(null, "a DestinationRule with the server's name", ({ entry, workload, remote }, route) => [
    remote,
    workload,
    withField(entry, "/spec/subjectAltNames", [identity("west", "elsewhere", "other")]),
    rule(route, { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: [route.serverIdentity] } }),
  ]),
];

function rule({ name, clientNamespace, host }: Route, trafficPolicy: Manifest["metadata"]): Manifest {
  return {
    apiVersion: istio,
    kind: "DestinationRule",
    metadata: { name, namespace: clientNamespace },
    spec: { host, trafficPolicy: { ...freshConnections, ...trafficPolicy } },
  };
}
