// Scenarios of the codes MF450 to MF459: the way out of the importers' clusters.
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const withPolicy = (kind: string, api: string, namespace: string | null, spec: JsonObject) =>
  added(base, kubeObject("east", api, kind, namespace, "theirs", { spec }));

const network = (...egress: Json[]) =>
  withPolicy("NetworkPolicy", "networking.k8s.io/v1", "shop", { podSelector: {}, policyTypes: ["Egress"], egress });
const toRange: Json = { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] };
const thePort: Json = { ports: [{ protocol: "TCP", port: 15443 }] };
const insideOnly: Json = { to: [{ namespaceSelector: {} }] };

const all: Json = { cidrSelector: "0.0.0.0/0" };
const firewall = (...egress: Json[]) => withPolicy("EgressFirewall", "k8s.ovn.org/v1", "shop", { egress });
const denied: Json = { type: "Deny", to: all };

const administered = (networks: string[], ...before: Json[]) =>
  withPolicy("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1", null, {
    priority: 10,
    subject: { namespaces: { matchLabels: { "kubernetes.io/metadata.name": "till" } } },
    egress: [...before, { action: "Deny", to: [{ networks }] }],
  });
const allowed: Json = {
  action: "Allow",
  to: [{ networks: ["0.0.0.0/0"] }],
  ports: [{ portNumber: { protocol: "TCP", port: 15443 } }],
};

const egressIp = (namespaceSelector: JsonObject) =>
  withPolicy("EgressIP", "k8s.ovn.org/v1", null, { egressIPs: ["192.0.2.7"], namespaceSelector });
const router = (destinationIP: string) =>
  added(
    twoMeshes({ west: { address: "203.0.113.9" } }),
    kubeObject("east", "network.operator.openshift.io/v1", "EgressRouter", "istio-system", "out", {
      spec: { mode: "Redirect", redirect: { redirectRules: [{ destinationIP, port: 15443, protocol: "TCP" }] } },
    }),
  );

export const scenarios: readonly CodeScenario[] = [
  { code: "MF450", base, found: network(insideOnly), mended: network(insideOnly, thePort) },
  { code: "MF451", base, found: network(toRange), mended: network(toRange, thePort) },
  {
    code: "MF452",
    base,
    found: firewall(denied),
    mended: firewall({ type: "Allow", to: all, ports: [{ protocol: "TCP", port: 15443 }] }, denied),
  },
  {
    code: "MF453",
    base,
    found: firewall({ type: "Allow", to: { cidrSelector: "203.0.113.0/24" } }, denied),
    mended: firewall({ type: "Allow", to: { cidrSelector: "203.0.113.0/24" } }),
  },
  {
    code: "MF454",
    base,
    found: administered(["0.0.0.0/0"]),
    mended: administered(["0.0.0.0/0"], allowed),
  },
  {
    code: "MF455",
    base,
    found: administered(["203.0.113.0/24"]),
    mended: administered(["203.0.113.0/24"], allowed),
  },
  {
    code: "MF456",
    base,
    found: egressIp({ matchLabels: { "kubernetes.io/metadata.name": "istio-system" } }),
    mended: egressIp({}),
  },
  {
    code: "MF457",
    base: twoMeshes({ west: { address: "203.0.113.9" } }),
    found: router("203.0.113.9"),
    mended: router("198.51.100.1"),
  },
];
