// What acts on federation's gateways, on servers and on clients: what blocks, what goes without harm, and what is no matter.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { codesOf, examined } from "../../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../../test/support/world.ts";

const api: Readonly<Record<string, string>> = {
  AuthorizationPolicy: "security.istio.io/v1beta1",
  RequestAuthentication: "security.istio.io/v1beta1",
  PeerAuthentication: "security.istio.io/v1beta1",
  NetworkPolicy: "networking.k8s.io/v1",
  WasmPlugin: "extensions.istio.io/v1alpha1",
  Telemetry: "telemetry.istio.io/v1alpha1",
};
/** "KIND CLUSTER/NAMESPACE". */
function theirs(place: string, spec: JsonObject = {}, labels: JsonObject = {}): KubeObject {
  const [kind = "", cluster = "", namespace = ""] = place.split(/[ /]/u);
  return kubeObject(cluster, api[kind] ?? "networking.istio.io/v1beta1", kind, namespace, "theirs", {
    metadata: { labels },
    spec,
  });
}
function said(object: KubeObject, inputs = twoMeshes()): string[] {
  return codesOf(examined(added(inputs, object)).findings);
}
const matching = (app: string): JsonObject => ({ selector: { matchLabels: { app } } });
const filter = (context: string, app?: string, applyTo = "NETWORK_FILTER"): JsonObject => ({
  ...(app === undefined ? {} : { workloadSelector: { labels: { app } } }),
  configPatches: [{ applyTo, match: { context } }],
});
const operator = { "app.kubernetes.io/managed-by": "maistra-istio-operator" };
const ingress = "federation-ingress";

describe("at the federation gateways", () => {
  test.each<[string, KubeObject, string[]]>([
    ["a policy for the ingress gateway", theirs("AuthorizationPolicy west/istio-system", matching(ingress)), ["MF406"]],
    [
      "a policy for the egress gateway",
      theirs("AuthorizationPolicy east/istio-system", matching("federation-egress")),
      ["MF406"],
    ],
    ["a policy for another gateway", theirs("AuthorizationPolicy west/istio-system", matching("front")), []],
    ["a policy with its label elsewhere", theirs("AuthorizationPolicy west/lab", matching(ingress)), []],
    [
      "a policy for the whole mesh, which servers go on to ask",
      theirs("AuthorizationPolicy west/istio-system", { rules: [{}] }),
      [],
    ],
    ["the operator's own", theirs("AuthorizationPolicy west/istio-system", matching(ingress), operator), []],
    [
      "tokens, which a TCP gateway never sees",
      theirs("RequestAuthentication west/istio-system", matching(ingress)),
      ["MF407"],
    ],
    ["an HTTP filter", theirs("EnvoyFilter west/istio-system", filter("GATEWAY", ingress, "HTTP_FILTER")), ["MF407"]],
    ["a TCP filter", theirs("EnvoyFilter west/istio-system", filter("GATEWAY", ingress)), ["MF406"]],
    ["a TCP filter for all gateways", theirs("EnvoyFilter west/istio-system", filter("GATEWAY")), ["MF406"]],
    ["a filter for sidecars of another namespace", theirs("EnvoyFilter west/lab", filter("SIDECAR_INBOUND")), []],
    ["a plug-in for HTTP", theirs("WasmPlugin west/istio-system", matching(ingress)), ["MF407"]],
    ["a plug-in for TCP", theirs("WasmPlugin west/istio-system", { ...matching(ingress), type: "NETWORK" }), ["MF406"]],
    ["metrics", theirs("Telemetry west/istio-system", matching(ingress)), ["MF407"]],
    ["metrics of the whole mesh", theirs("Telemetry west/istio-system"), []],
    ["proxy settings", theirs("ProxyConfig west/istio-system", matching(ingress)), ["MF407"]],
    ["a network policy before the ingress gateway", theirs("NetworkPolicy west/istio-system"), ["MF406"]],
    ["one for where pods go", theirs("NetworkPolicy west/istio-system", { policyTypes: ["Egress"], egress: [{}] }), []],
    [
      "one before other pods",
      theirs("NetworkPolicy west/istio-system", { podSelector: { matchLabels: { app: "front" } } }),
      [],
    ],
    [
      "a policy of a gateway of the Gateway API",
      theirs("AuthorizationPolicy west/istio-system", { targetRef: { kind: "Gateway", name: "x" } }),
      [],
    ],
  ])("%s", (_name, object, codes) => {
    expect(said(object)).toEqual(codes);
  });

  test("a gateway whose pods were not supplied may be meant by any selector", () => {
    const without = ["Deployment istio-system/federation-ingress", "Pod istio-system/federation-ingress-5d4f-0"].reduce(
      (inputs, at) => changed(inputs, `west ${at}`, undefined),
      twoMeshes(),
    );
    expect(said(theirs("AuthorizationPolicy west/istio-system", matching("front")), without)).toEqual(["MF406"]);
  });
});

describe("on servers and clients", () => {
  test.each<[string, KubeObject, string[]]>([
    ["a filter before the servers", theirs("EnvoyFilter west/sales", filter("SIDECAR_INBOUND", "orders")), ["MF304"]],
    ["a filter before other pods", theirs("EnvoyFilter west/sales", filter("SIDECAR_INBOUND", "front")), []],
    ["a filter of what servers send", theirs("EnvoyFilter west/sales", filter("SIDECAR_OUTBOUND", "orders")), []],
    ["a filter of what clients send", theirs("EnvoyFilter east/till", filter("SIDECAR_OUTBOUND")), ["MF304"]],
    ["a filter before clients", theirs("EnvoyFilter east/till", filter("SIDECAR_INBOUND")), []],
    ["a filter without patches", theirs("EnvoyFilter east/till"), ["MF304"]],
    ["a filter elsewhere", theirs("EnvoyFilter west/lab"), []],
    ["a filter of the operator", theirs("EnvoyFilter east/till", {}, operator), []],
    ["a plug-in that says who may pass", theirs("WasmPlugin west/sales", { phase: "AUTHZ" }), ["MF304"]],
    ["a plug-in for statistics", theirs("WasmPlugin west/sales", { phase: "STATS" }), []],
    [
      "request authentication of a server, to whom tokens come as before",
      theirs("RequestAuthentication west/sales"),
      [],
    ],
    [
      "a network policy for where clients go, which is evaluated",
      theirs("NetworkPolicy east/shop", { policyTypes: ["Egress"], egress: [{}] }),
      [],
    ],
    ["a Sidecar of a server", theirs("Sidecar west/sales"), []],
  ])("%s", (_name, object, codes) => {
    expect(said(object)).toEqual(codes);
  });
});

describe("mTLS at the servers", () => {
  const off = { mtls: { mode: "DISABLE" } };
  const one = (place: string, name: string, spec: JsonObject) => {
    const object = theirs(`PeerAuthentication west/${place}`, spec);
    return { ...object, ref: { ...object.ref, name }, body: { ...object.body, metadata: { name, namespace: place } } };
  };
  const of = (...objects: KubeObject[]) => codesOf(examined(added(twoMeshes(), ...objects)).findings);
  test.each<[string, KubeObject[], string[]]>([
    ["on", [one("sales", "a", { mtls: { mode: "STRICT" } })], []],
    ["off in the namespace", [one("sales", "a", off)], ["MF413"]],
    ["off in the mesh", [one("istio-system", "a", off)], ["MF413"]],
    [
      "off in the mesh, on in the namespace",
      [one("istio-system", "a", off), one("sales", "b", { mtls: { mode: "PERMISSIVE" } })],
      [],
    ],
    [
      "off in the mesh, unset in the namespace",
      [one("istio-system", "a", off), one("sales", "b", { mtls: { mode: "UNSET" } })],
      ["MF413"],
    ],
    ["off for other pods", [one("sales", "a", { ...matching("front"), ...off })], []],
    ["off for the pods", [one("sales", "a", { ...matching("orders"), ...off })], ["MF413"]],
    [
      "off for the pods' port",
      [one("sales", "a", { ...matching("orders"), portLevelMtls: { 8080: { mode: "DISABLE" } } })],
      ["MF413"],
    ],
    [
      "off for another port",
      [one("sales", "a", { ...matching("orders"), portLevelMtls: { 9090: { mode: "DISABLE" } } })],
      [],
    ],
    ["off for a port, without a selector", [one("sales", "a", { portLevelMtls: { 8080: { mode: "DISABLE" } } })], []],
    ["off elsewhere", [one("lab", "a", off)], []],
  ])("%s", (_name, objects, codes) => {
    expect(of(...objects)).toEqual(codes);
  });
});

describe("rules for what passes between the gateways", () => {
  const exported = "orders.sales.svc.east-mesh-exports.local";
  test.each<[string, KubeObject, string[]]>([
    ["a route of an exported host", theirs("VirtualService west/istio-system", { hosts: [exported] }), ["MF410"]],
    [
      "a route of all of them",
      theirs("VirtualService west/istio-system", { hosts: ["*.svc.east-mesh-exports.local"] }),
      ["MF410"],
    ],
    ["a route of every host", theirs("VirtualService west/istio-system", { hosts: ["*"] }), []],
    ["a route of the service's own host", theirs("VirtualService west/sales", { hosts: ["orders"] }), []],
    ["a route of the importer's", theirs("VirtualService east/shop", { hosts: [exported] }), []],
    ["a rule for the egress gateway", theirs("DestinationRule east/istio-system", { host: exported }), ["MF411"]],
    [
      "a rule for all of them",
      theirs("DestinationRule east/istio-system", { host: "*.svc.east-mesh-exports.local" }),
      ["MF411"],
    ],
    ["a rule for every host", theirs("DestinationRule east/istio-system", { host: "*.local" }), []],
    ["a rule that the gateway does not look up", theirs("DestinationRule east/shop", { host: exported }), []],
  ])("%s", (_name, object, codes) => {
    expect(said(object)).toEqual(codes);
  });
});

describe("others at the pods of the federation ingress", () => {
  const gateway = (number: number, app = ingress) =>
    theirs("Gateway west/shop", { selector: { app }, servers: [{ port: { number }, hosts: ["shop.example"] }] });
  const service = (port: number) =>
    kubeObject("west", "v1", "Service", "istio-system", "front", {
      spec: { selector: { app: ingress }, ports: [{ port, targetPort: 8443 }] },
    });
  const of = (...objects: KubeObject[]) => codesOf(examined(added(twoMeshes(), ...objects)).findings);
  test("are told where a Service leads to them", () => {
    expect(of(gateway(8443), service(443))).toEqual(["MF408"]);
    expect(of(gateway(8443))).toEqual([]);
    expect(of(gateway(443), service(443))).toEqual([]);
    expect(of(gateway(8443, "front"), service(443))).toEqual([]);
  });
});
