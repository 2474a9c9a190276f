// The importer's own gateways as clients: found by what they send on, moved and probed like any other.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { planOf } from "../../test/support/example.ts";
import { examined, phaseSteps } from "../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes, workload } from "../../test/support/world.ts";

const orders = "orders.sales.svc.west-mesh-imports.local";
const api = "networking.istio.io/v1beta1";
const mesh = { key: "east", network: "network-east" };
const front = workload(mesh, "edge", "front", "front", true, 1, { app: "front", istio: "ingressgateway" }, []);
const gateway = (namespace = "edge", selector: JsonObject = { app: "front" }) =>
  kubeObject("east", api, "Gateway", namespace, "front", { spec: { selector } });
const sends = (spec: JsonObject, namespace = "edge") =>
  kubeObject("east", api, "VirtualService", namespace, "front", { spec: { hosts: ["shop.example"], ...spec } });
const to = (host: string, kind = "http"): JsonObject => ({ [kind]: [{ route: [{ destination: { host } }] }] });

function clientsWith(...objects: readonly KubeObject[]): readonly string[] {
  return examined(added(twoMeshes(), ...front, ...objects)).routes[0]?.clientNamespaces ?? [];
}
const without = ["shop", "till"];
const withEdge = ["edge", "shop", "till"];

describe("a gateway", () => {
  test.each<[string, readonly KubeObject[], readonly string[]]>([
    ["that sends to an imported host", [gateway(), sends({ gateways: ["front"], ...to(orders) })], withEdge],
    ["by TCP", [gateway(), sends({ gateways: ["front"], ...to(orders, "tcp") })], withEdge],
    ["by SNI", [gateway(), sends({ gateways: ["front"], ...to(orders, "tls") })], withEdge],
    ["of another namespace", [gateway("shop"), sends({ gateways: ["shop/front"], ...to(orders) })], withEdge],
    ["that sends elsewhere", [gateway(), sends({ gateways: ["front"], ...to("other.example") })], without],
    ["that no VirtualService names", [gateway(), sends({ ...to(orders) })], without],
    ["that is only the mesh", [gateway(), sends({ gateways: ["mesh"], ...to(orders) })], without],
    ["that was not supplied", [sends({ gateways: ["front"], ...to(orders) })], without],
    [
      "whose selector finds nothing",
      [gateway("edge", { app: "x" }), sends({ gateways: ["front"], ...to(orders) })],
      without,
    ],
    ["without a selector", [gateway("edge", {}), sends({ gateways: ["front"], ...to(orders) })], without],
  ])("%s", (_name, objects, namespaces) => {
    expect(clientsWith(...objects)).toEqual(namespaces);
  });

  test("of federation is none, also where it carries the same label", () => {
    const labelled = changed(
      added(
        twoMeshes(),
        ...front,
        gateway("edge", { istio: "ingressgateway" }),
        sends({ gateways: ["front"], ...to(orders) }),
      ),
      "east Pod istio-system/federation-ingress-5d4f-0",
      { "/metadata/labels/istio": "ingressgateway" },
    );
    expect(examined(labelled).routes[0]?.clientNamespaces).toEqual(withEdge);
  });
});

test("it is moved in a wave, probed, and restarted where it has no network", () => {
  const inputs = added(twoMeshes(), ...front, gateway(), sends({ gateways: ["front"], ...to(orders) }));
  const plan = planOf(inputs);
  expect(plan.waves.map(({ namespaces }) => namespaces)).toEqual([["edge"], ["shop"], ["till"], ["*"]]);
  expect(plan.probes[0]?.clients.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(["edge/front"]);
  const bare = changed(inputs, "east Pod edge/front-5d4f-0", { "/spec/containers": [{ name: "istio-proxy" }] });
  const restarts = phaseSteps(planOf(bare), "network").flatMap(({ action }) =>
    action.do === "restart" ? [action.workload.name] : [],
  );
  expect(restarts).toEqual(["front"]);
});

test("a policy that names the old gateway is asked about it too", () => {
  const policy = kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "theirs", {
    spec: {
      selector: { matchLabels: { app: "orders" } },
      rules: [
        {
          from: [
            { source: { namespaces: ["istio-system"] } },
            { source: { principals: ["east.example/ns/shop/*", "east.example/ns/till/*"] } },
          ],
        },
      ],
    },
  });
  const made = (...objects: readonly KubeObject[]) =>
    examined(added(twoMeshes(), policy, ...objects)).target.objects.filter(({ ref }) => ref.name.includes("-allow-"))
      .length;
  expect(made()).toBe(0);
  expect(made(...front, gateway(), sends({ gateways: ["front"], ...to(orders) }))).toBe(1);
});
