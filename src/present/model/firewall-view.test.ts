// The firewall requests of a plan: who opens connections where, and until when the old way is needed.
import { describe, expect, test } from "vitest";
import type { Config } from "../../config/config.ts";
import { defaultConfig } from "../../config/config.ts";
import type { ClusterInput } from "../../core/cluster.ts";
import { examine, makePlan } from "../../pipeline.ts";
import { added, changed, kubeObject, makeWorld, named, twoMeshes } from "../../../test/support/world.ts";
import { firewallPage } from "../folder/firewall-page.ts";
import { firewallText } from "../text/firewall-text.ts";
import { paint } from "../text/paint.ts";
import { type FirewallRequest, firewallRequests } from "./firewall-view.ts";

const combined: Partial<Config> = { trust: { ...defaultConfig.trust, order: "combined-root" } };

function requests(inputs: readonly ClusterInput[], config: Partial<Config> = {}): FirewallRequest[] {
  const settings = { ...defaultConfig, ...config };
  const examination = examine(inputs, settings);
  return firewallRequests(makePlan(examination, settings), examination.inventory);
}

const service = {
  cluster: "west",
  group: "",
  kind: "Service",
  namespace: "istio-ingress",
  name: "eastwestgateway-istio",
};
const request = {
  from: { mesh: "east/istio-system/basic", cluster: "east" },
  to: { mesh: "west/istio-system/basic", cluster: "west" },
  protocol: "TCP",
  port: 15443,
  service,
  addresses: null,
  sources: [
    { namespace: "shop", egressIps: [] },
    { namespace: "till", egressIps: [] },
  ],
  nodes: [],
  openBefore: "import",
  today: {
    gateways: [{ name: "federation-egress", namespace: "istio-system", egressIps: [] }],
    addresses: ["west.lb.example"],
    servicePorts: [15443],
    discoveryPorts: [8188],
    serviceUntil: "retire-imports",
    discoveryUntil: null,
  },
};

test("one for each importer and exporter, with both ways and until when the old one is needed", () => {
  expect(requests(twoMeshes())).toEqual([request]);
});

test("where peers go too, discovery is closed after them", () => {
  expect(requests(twoMeshes(), combined)).toEqual([
    { ...request, today: { ...request.today, discoveryUntil: "retire-peers" } },
  ]);
});

test("nothing of federation can be closed while a host stays on it", () => {
  const headless = changed(twoMeshes(), "west Service sales/stock", { "/spec/clusterIP": "None" });
  expect(requests(headless, combined)).toEqual([
    { ...request, today: { ...request.today, serviceUntil: null, discoveryUntil: null } },
  ]);
});

test("addresses, EgressIPs and nodes are named where they are known", () => {
  const inputs = added(
    twoMeshes(),
    kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", {
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
    }),
    kubeObject("east", "k8s.ovn.org/v1", "EgressIP", null, "out", {
      spec: {
        egressIPs: ["192.0.2.7"],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "till" } },
      },
    }),
    kubeObject("east", "v1", "Node", null, "one", {
      status: { addresses: [{ type: "InternalIP", address: "10.1.0.4" }] },
    }),
  );
  expect(requests(inputs)).toEqual([
    {
      ...request,
      addresses: ["203.0.113.9"],
      sources: [
        { namespace: "shop", egressIps: [] },
        { namespace: "till", egressIps: ["192.0.2.7"] },
      ],
      nodes: ["10.1.0.4"],
    },
  ]);
});

test("of two meshes in one cluster each has the Service of its own gateway", () => {
  const mesh = (name: string) => ({
    ...{ key: name, cluster: "both", namespace: name, trustDomain: `${name}.example` },
    services: [{ namespace: `${name}-shop`, name: "orders" }],
  });
  const inputs = makeWorld({
    meshes: [{ key: "east", clients: ["app"] }, mesh("one"), mesh("a-one")],
    links: ["one", "a-one"].map((key) => ({
      between: ["east", key] as const,
      exports: [null, [named("*", "orders")]] as const,
      imports: [[named("*", "*")], null] as const,
    })),
  });
  expect(requests(inputs).map(({ to, service: of }) => [to.mesh, of?.namespace])).toEqual([
    ["both/a-one/basic", "istio-ingress-a-one-basic"],
    ["both/one/basic", "istio-ingress-one-basic"],
  ]);
});

test("no host, no request", () => {
  expect(requests(twoMeshes({ link: { imports: [[], null] } }))).toEqual([]);
});

describe("as a page and in a terminal", () => {
  const all = requests(twoMeshes());
  test("the page lists every client namespace and what may be closed when", () => {
    expect(firewallPage(all).split("\n").slice(4)).toEqual([
      "| | from | pods of | to | protocol and port | open before |",
      "|---|---|---|---|---|---|",
      "| 1 | east/istio-system/basic | 2 namespaces | west/istio-system/basic: known after phase export | TCP 15443 | phase import |",
      "",
      "## 1: east/istio-system/basic → west/istio-system/basic",
      "",
      "Destination: `west: Service istio-ingress/eastwestgateway-istio`. Where a firewall goes by source address, admit:",
      "",
      "| client namespace | leaves by |",
      "|---|---|",
      "| `shop` | node addresses |",
      "| `till` | node addresses |",
      "",
      "Node addresses of east are not known, because no Nodes were supplied.",
      "",
      "Today: `istio-system/federation-egress` (by its node's address) to `west.lb.example`.",
      "",
      "- TCP 15443 (requests): may be closed after phase retire-imports.",
      "- TCP 8188 (discovery between the control planes): stays open: federation's objects of this link outlast the plan.",
      "",
    ]);
  });
  test("the terminal shows one paragraph for each, and twelve at most", () => {
    expect(firewallText(all, paint(200, false))).toEqual([
      "What firewalls between the clusters must let through",
      "  east/istio-system/basic → west/istio-system/basic",
      "      pods of 2 namespaces (shop, till) to TCP 15443 of Service istio-ingress/eastwestgateway-istio, once it has an address, before phase import",
      "      today only istio-system/federation-egress to TCP 15443 (until phase retire-imports) and 8188 (stays needed) of west.lb.example",
      "",
    ]);
    const many = Array.from({ length: 14 }, () => all).flat();
    expect(firewallText(many, paint(200, false)).at(-2)).toBe("  … and 2 more (-o json and FIREWALL.md show all)");
  });
});
