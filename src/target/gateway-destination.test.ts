// Where clients will dial, for each way in which a gateway can be reached: known as early as it can be, and null until then.
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { byNodePort, nodeObject, west, withIngress } from "../../test/support/gateways.ts";
import { examined } from "../../test/support/seen.ts";
import { added, kubeObject, twoMeshes } from "../../test/support/world.ts";
import { type Config, defaultConfig } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { OutsideDestination } from "../policies/egress-verdict.ts";
import { gatewayDestination } from "./gateway-destination.ts";

const eastWest = (over: Partial<Config["eastWest"]>): Partial<Config> => ({
  eastWest: { ...defaultConfig.eastWest, ...over },
});
const stated = (addresses: readonly string[], port: number | null): Partial<Config> =>
  eastWest({ addresses: [{ mesh: west, importer: null, addresses, port }] });

/** The gateway's Service as it is after phase export. */
const made = (spec: Json, status: Json = {}) =>
  kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", { spec, status });
const balanced = (...ingress: Json[]) => made({ type: "LoadBalancer" }, { loadBalancer: { ingress } });
const atNodes = made({ type: "NodePort", ports: [{ port: 15443, protocol: "TCP", nodePort: 31443 }] });

function destination(inputs: readonly ClusterInput[], config?: Partial<Config>): OutsideDestination {
  const { inventory, target } = examined(inputs, config);
  const [route] = target.carried;
  if (!route) throw new Error("nothing is carried");
  return gatewayDestination(inventory, target.gateways, route.exporter, route.importer.mesh);
}

describe("a load balancer", () => {
  test("has addresses once its Service does, IPs and names", () => {
    expect(destination(twoMeshes())).toEqual({ addresses: null, port: 15443 });
    expect(destination(added(twoMeshes(), balanced({ ip: "203.0.113.9" }, { hostname: "gw.example" })))).toEqual({
      addresses: ["203.0.113.9", "gw.example"],
      port: 15443,
    });
  });
});

describe("nodes", () => {
  test("are known by what is dialled today, their port once the Service has it", () => {
    expect(destination(byNodePort())).toEqual({ addresses: ["10.0.0.5"], port: null });
    expect(destination(added(byNodePort(), atNodes))).toEqual({ addresses: ["10.0.0.5"], port: 31443 });
  });
  test("that nobody dials today are not known", () => {
    const service = { mesh: west, importer: null, type: "NodePort", annotations: {} } as const;
    const rest = { loadBalancerIP: null, loadBalancerClass: null, loadBalancerSourceRanges: null };
    const none = { externalTrafficPolicy: null, externalIPs: null };
    const config = eastWest({ service: [{ ...service, ...rest, ...none }] });
    const inputs = added(twoMeshes(), nodeObject("west", "a", ["10.9.9.9"]));
    expect(destination(inputs, config)).toEqual({ addresses: null, port: null });
    expect(destination(added(inputs, atNodes), config)).toEqual({ addresses: null, port: 31443 });
  });
});

describe("stated addresses", () => {
  test("are known from the start, at the stated port or the load balancer's", () => {
    expect(destination(twoMeshes(), stated(["gw.example", "192.0.2.9"], 443))).toEqual({
      addresses: ["192.0.2.9", "gw.example"],
      port: 443,
    });
    expect(destination(twoMeshes(), stated(["192.0.2.9"], null))).toEqual({ addresses: ["192.0.2.9"], port: 15443 });
    // What the Service gets does not matter then.
    expect(destination(added(twoMeshes(), balanced({ ip: "203.0.113.9" })), stated(["192.0.2.9"], 443))).toEqual({
      addresses: ["192.0.2.9"],
      port: 443,
    });
  });
  test("before a node port wait for its number alone", () => {
    expect(destination(byNodePort(), stated(["gw.example"], null))).toEqual({ addresses: ["gw.example"], port: null });
    expect(destination(added(byNodePort(), atNodes), stated(["gw.example"], null)).port).toBe(31443);
  });
});

test("external IPs are known from the start", () => {
  const service = {
    mesh: west,
    importer: null,
    type: "ClusterIP",
    annotations: {},
    externalIPs: ["198.51.100.9"],
  } as const;
  const rest = {
    loadBalancerIP: null,
    loadBalancerClass: null,
    loadBalancerSourceRanges: null,
    externalTrafficPolicy: null,
  };
  const inputs = withIngress({ "/spec/externalIPs": ["198.51.100.8"] });
  expect(destination(inputs, eastWest({ service: [{ ...service, ...rest }] }))).toEqual({
    addresses: ["198.51.100.9"],
    port: 15443,
  });
});

test("a gateway for each importer has the addresses stated for that one", () => {
  const config = eastWest({
    per: "peer",
    addresses: [
      { mesh: west, importer: "east/istio-system/basic", addresses: ["192.0.2.7"], port: 7443 },
      { mesh: west, importer: "north/istio-system/basic", addresses: ["192.0.2.8"], port: 8443 },
    ],
  });
  expect(destination(twoMeshes(), config)).toEqual({ addresses: ["192.0.2.7"], port: 7443 });
});
