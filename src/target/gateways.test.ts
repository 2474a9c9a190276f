// How new gateways are reached, for each way in which federation's are; and one gateway for each importer.
import { describe, expect, test } from "vitest";
import { type Config, defaultConfig } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { GatewayOptions, StatedService } from "../core/east-west-options.ts";
import type { Json } from "../core/json.ts";
import { refText } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { byNodePort, east, ingressOfWest, nodeObject, west, withIngress } from "../../test/support/gateways.ts";
import { codesOf, examined, textOf } from "../../test/support/seen.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";
import { slotValues } from "../../test/support/slots.ts";
import { added, asLocal, changed, makeWorld, named, twoMeshes } from "../../test/support/world.ts";
import type { DesiredObject } from "./desired-object.ts";
import { fillSlots } from "./fill-slots.ts";

const set = (options: Partial<GatewayOptions>): Partial<Config> => ({
  eastWest: { ...defaultConfig.eastWest, ...options },
});
const service = (fields: Partial<StatedService>): Partial<Config> =>
  set({
    service: [
      {
        mesh: west,
        importer: null,
        type: null,
        annotations: {},
        loadBalancerIP: null,
        loadBalancerClass: null,
        loadBalancerSourceRanges: null,
        externalTrafficPolicy: null,
        externalIPs: null,
        ...fields,
      },
    ],
  });
const addresses = (list: readonly string[], port: number | null = null) =>
  ({ addresses: [{ mesh: west, importer: null, addresses: list, port }] }) satisfies Partial<GatewayOptions>;

/** The only object of a role. */
function one(inputs: readonly ClusterInput[], role: DesiredObject["role"], config?: Partial<Config>): Json | undefined {
  const found = examined(inputs, config).target.objects.filter((each) => each.role === role);
  if (found.length > 1) throw new Error(`${found.length} objects for ${role}`);
  return found[0]?.template;
}

/** What the importer is told, slots filled: "TYPE VALUE" of each address, and the port. */
function told(inputs: readonly ClusterInput[], config?: Partial<Config>): readonly [readonly string[], Json] {
  const { target } = examined(inputs, config);
  const remote = target.objects.find(({ role }) => role === "remote");
  if (!remote) throw new Error("no remote gateway");
  const filled = fillSlots(remote.template, slotValues(target));
  expect(validateObject(filled)).toEqual([]);
  const list = valueAt(filled, "/spec/addresses") as readonly Json[];
  return [
    list.map((each) => `${textOf(valueAt(each, "/type"))} ${textOf(valueAt(each, "/value"))}`),
    valueAt(filled, "/spec/listeners/0/port") ?? null,
  ];
}

const serviceType = "/metadata/annotations/networking.istio.io~1service-type";

describe("an importer is told", () => {
  test("the load balancer's addresses", () => {
    expect(told(twoMeshes())).toEqual([["IPAddress 192.0.2.1"], 15443]);
    expect(valueAt(one(twoMeshes(), "east-west"), serviceType)).toBeUndefined();
  });

  test("the nodes that it dials already and the new node port, where federation is dialled so", () => {
    expect(told(byNodePort())).toEqual([["IPAddress 10.0.0.5"], 31443]);
    expect(valueAt(one(byNodePort(), "east-west"), serviceType)).toBe("NodePort");
    expect(codesOf(examined(byNodePort()).findings)).toEqual(["MF324"]);
  });

  test("the same where a load balancer has no address and its node ports are dialled", () => {
    const dialled = changed(byNodePort(), "east ServiceMeshPeer istio-system/west-mesh", {
      "/spec/remote/servicePort": 30443,
    });
    const inputs = changed(dialled, ingressOfWest, { "/spec/type": "LoadBalancer" });
    expect(told(inputs)).toEqual([["IPAddress 10.0.0.5"], 31443]);
    expect(codesOf(examined(inputs).findings)).toEqual(["MF324"]);
  });

  test("stated addresses, IPs and names, at the stated port", () => {
    const stated = ["192.0.2.9", "2001:db8::9", "gw.example"];
    expect(told(twoMeshes(), set(addresses(stated, 443)))).toEqual([
      ["IPAddress 192.0.2.9", "IPAddress 2001:db8::9", "Hostname gw.example"],
      443,
    ]);
    expect(told(twoMeshes(), set(addresses(["192.0.2.9"])))).toEqual([["IPAddress 192.0.2.9"], 15443]);
    expect(told(byNodePort(), set(addresses(["gw.example"])))).toEqual([["Hostname gw.example"], 31443]);
  });

  test("external IPs that the new Service is given", () => {
    const config = service({ type: "ClusterIP", externalIPs: ["198.51.100.9"] });
    expect(told(withIngress({ "/spec/externalIPs": ["198.51.100.8"] }), config)).toEqual([
      ["IPAddress 198.51.100.9"],
      15443,
    ]);
  });
});

describe("a node port behind something else", () => {
  test("blocks, and does not once the address is stated", () => {
    const inputs = changed(byNodePort(), "east ServiceMeshPeer istio-system/west-mesh", {
      "/spec/remote/addresses": ["proxy.example"],
    });
    const pairs = [{ peers: ["east/istio-system/west-mesh", "west/istio-system/east-mesh"] as const }];
    expect(codesOf(examined(inputs, { pairs }).findings)).toEqual(["MF102", "MF318"]);
    expect(codesOf(examined(inputs, { pairs, ...set(addresses(["proxy.example"])) }).findings)).toEqual(["MF102"]);
  });
});

describe("the Service is made before the Gateway", () => {
  const ports = [
    { name: "status-port", port: 15021, protocol: "TCP" },
    { name: "cross-network", port: 15443, protocol: "TCP" },
  ];
  test("with everything that closes federation's, where it has any such thing", () => {
    const inputs = withIngress({
      "/metadata/annotations": { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
      "/spec/loadBalancerSourceRanges": ["198.51.100.0/24", "192.0.2.0/24"],
      "/spec/loadBalancerClass": "example.com/inner",
      "/spec/externalTrafficPolicy": "Local",
      "/spec/internalTrafficPolicy": "Cluster",
      "/spec/sessionAffinity": "None",
      "/spec/ipFamilies": ["IPv4", "IPv6"],
      "/spec/ipFamilyPolicy": "PreferDualStack",
    });
    expect(one(inputs, "gateway-service")).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "eastwestgateway-istio",
        namespace: "istio-ingress",
        labels: {
          "app.kubernetes.io/managed-by": "meshferry",
          "gateway.istio.io/managed": "istio.io-gateway-controller",
        },
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
      },
      spec: {
        externalTrafficPolicy: "Local",
        ipFamilies: ["IPv4", "IPv6"],
        ipFamilyPolicy: "PreferDualStack",
        loadBalancerClass: "example.com/inner",
        loadBalancerSourceRanges: ["192.0.2.0/24", "198.51.100.0/24"],
        ports,
        type: "LoadBalancer",
      },
    });
    expect(codesOf(examined(inputs).findings)).toEqual([]);
  });

  test("never where its fields are what they are by default", () => {
    const fields = { "/spec/externalTrafficPolicy": "Cluster", "/spec/ipFamilies": ["IPv4"] };
    expect(one(withIngress({ ...fields, "/spec/ipFamilyPolicy": "SingleStack" }), "gateway-service")).toBeUndefined();
  });

  test("as the user says, above what federation has; a field that the type cannot have is left out", () => {
    const inputs = withIngress({
      "/spec/loadBalancerSourceRanges": ["192.0.2.0/24"],
      "/spec/externalTrafficPolicy": "Local",
    });
    const fields = (config: Partial<Config>) => valueAt(one(inputs, "gateway-service", config), "/spec");
    expect(fields(service({ loadBalancerSourceRanges: [], loadBalancerIP: "192.0.2.3" }))).toEqual({
      externalTrafficPolicy: "Local",
      loadBalancerIP: "192.0.2.3",
      ports,
      type: "LoadBalancer",
    });
    expect(fields(service({ type: "NodePort" }))).toEqual({ externalTrafficPolicy: "Local", ports, type: "NodePort" });
    expect(fields(service({ type: "ClusterIP" }))).toBeUndefined();
  });
});

describe("the pods run where federation's run", () => {
  const placed = (...pods: readonly Json[]) =>
    changed(twoMeshes(), "west ServiceMeshControlPlane istio-system/basic", {
      "/spec/gateways/additionalIngress/federation-ingress/runtime": { pod: pods[0] ?? {} },
      "/spec/runtime": { defaults: { pod: pods[1] ?? {} } },
    });
  test("nodes, tolerations, priority, and apart from each other", () => {
    const apart = { key: "app", operator: "In", values: ["x"], topologyKey: "topology.kubernetes.io/zone" };
    const inputs = placed(
      { nodeSelector: { edge: "yes" }, affinity: { podAntiAffinity: { requiredDuringScheduling: [apart] } } },
      { nodeSelector: { any: "node" }, tolerations: [{ key: "edge", operator: "Exists" }], priorityClassName: "high" },
    );
    expect(one(inputs, "placement")).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "eastwestgateway-istio",
        namespace: "istio-ingress",
        labels: { "app.kubernetes.io/managed-by": "meshferry" },
      },
      spec: {
        template: {
          spec: {
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  {
                    labelSelector: { matchLabels: { "meshferry.dev/east-west": "eastwestgateway" } },
                    topologyKey: "topology.kubernetes.io/zone",
                  },
                ],
              },
            },
            nodeSelector: { edge: "yes" },
            priorityClassName: "high",
            tolerations: [{ key: "edge", operator: "Exists" }],
          },
        },
      },
    });
  });
  test("wherever they like where nothing is asked", () => {
    expect(one(placed({ nodeSelector: {}, tolerations: [] }), "placement")).toBeUndefined();
  });
});

describe("one gateway for each importer", () => {
  /** "left" and "right" know two services of "hub" under one name. */
  const world = (second: string) =>
    makeWorld({
      meshes: [
        {
          key: "hub",
          services: [
            { namespace: "a", name: "one" },
            { namespace: second, name: "two" },
          ],
        },
        { key: "left", clients: ["app"] },
        { key: "right", clients: ["app"] },
      ],
      links: [
        ["left", named("a", "one"), asLocal("a", "one", { namespace: "x", name: "api" })] as const,
        ["right", named(second, "two"), asLocal(second, "two", { namespace: "x", name: "api" })] as const,
      ].map(([key, exported, imported]) => ({
        between: ["hub", key] as const,
        exports: [[exported], null] as const,
        imports: [null, [imported]] as const,
      })),
    });
  const perPeer = set({ per: "peer" });
  const host = "api.x.svc.cluster.local";

  test("has its own namespace, label, exposure and addresses, and sees its own entry", () => {
    const { target, findings } = examined(world("b"), perPeer);
    expect(codesOf(findings)).toEqual(["MF315", "MF326"]);
    const [left, right] = target.gateways.map(({ places }) => places);
    if (!left || !right || target.gateways.length !== 2) throw new Error("not two gateways");
    expect([left.importer, right.importer]).toEqual(["left/istio-system/basic", "right/istio-system/basic"]);
    expect(left.gatewayNamespace).toMatch(/^istio-ingress-left-[0-9a-f]{8}$/u);
    expect(left.gatewaySelector).not.toBe(right.gatewaySelector);
    const of = (role: DesiredObject["role"], path: string) =>
      target.objects
        .filter((each) => each.role === role && each.ref.cluster === "hub")
        .map(({ template }) => valueAt(template, path));
    expect(of("expose", "/spec/selector/meshferry.dev~1east-west")).toEqual([
      left.gatewaySelector,
      right.gatewaySelector,
    ]);
    expect(of("expose", "/spec/servers/0/hosts")).toEqual([[host], [host]]);
    expect(of("east-west", "/metadata/labels/meshferry.dev~1east-west")).toEqual([
      left.gatewaySelector,
      right.gatewaySelector,
    ]);
    expect(of("export-entry", "/metadata/namespace")).toEqual(["a", "b"]);
    expect(of("export-entry", "/spec/exportTo")).toEqual([[left.gatewayNamespace], [right.gatewayNamespace]]);
    expect(target.slots.map(({ type }) => type)).toEqual(["addresses", "addresses"]);
  });

  test("does not help two services of one namespace, whose endpoints istiod would mix", () => {
    expect(codesOf(examined(world("a"), perPeer).findings)).toContain("MF206");
    expect(codesOf(examined(world("b")).findings)).toContain("MF206");
  });

  test("one host for several importers has one entry, seen by all of their gateways", () => {
    const same = makeWorld({
      meshes: [
        { key: "hub", services: [{ namespace: "a", name: "one" }] },
        { key: "left", clients: ["app"] },
        { key: "right", clients: ["app"] },
      ],
      links: ["left", "right"].map((key) => ({
        between: ["hub", key] as const,
        exports: [[named("a", "one")], null] as const,
        imports: [null, [{ ...named("*", "*"), domainSuffix: "global" }]] as const,
      })),
    });
    const { target } = examined(same, perPeer);
    const entries = target.objects.filter(({ role }) => role === "export-entry");
    expect(entries.map(({ ref }) => refText(ref))).toEqual(["hub: ServiceEntry a/meshferry-one.one.a.global"]);
    expect(valueAt(entries[0]?.template, "/spec/exportTo")).toEqual(
      target.gateways.map(({ places }) => places.gatewayNamespace),
    );
  });

  test("has the Service settings of its own federation ingress, and those stated for it", () => {
    const inputs = byNodePort();
    const stated = {
      ...perPeer.eastWest,
      addresses: [{ mesh: west, importer: east, addresses: ["10.9.9.9"], port: 7 }],
    };
    expect(told(inputs, perPeer)).toEqual([["IPAddress 10.0.0.5"], 31443]);
    expect(told(inputs, { eastWest: { ...defaultConfig.eastWest, ...stated } })).toEqual([["IPAddress 10.9.9.9"], 7]);
  });
});

test("nodes of another family or cluster do not count", () => {
  const inputs = added(byNodePort(), nodeObject("east", "c", ["10.0.0.5"]));
  expect(told(inputs)).toEqual([["IPAddress 10.0.0.5"], 31443]);
});
