// What is said of policies for outgoing connections: of which clients, and the command that lets them out.
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../../config/config.ts";
import type { ClusterInput } from "../../../core/cluster.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { KubeObject } from "../../../core/object-ref.ts";
import { byNodePort, west } from "../../../../test/support/gateways.ts";
import { examined, textOf } from "../../../../test/support/seen.ts";
import { added, kubeObject, twoMeshes } from "../../../../test/support/world.ts";

const networking = "networking.k8s.io/v1";
const policy = (namespace: string, name: string, spec: JsonObject) =>
  kubeObject("east", networking, "NetworkPolicy", namespace, name, { spec });
/** The gateway's Service as it is after phase export. */
const gateway = (...ingress: Json[]) =>
  kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", {
    status: { loadBalancer: { ingress } },
  });
const denyAll = (namespace: string) => policy(namespace, "deny-all", { podSelector: {}, policyTypes: ["Egress"] });

function said(inputs: readonly ClusterInput[]): string[][] {
  return examined(inputs)
    .findings.filter(({ code }) => code.startsWith("MF45"))
    .map(({ code, params }) => [code, textOf(params["namespace"]), textOf(params["command"])]);
}
const egressOf = (value: Json, path = "/spec/egress") => JSON.stringify([{ op: "add", path, value }]);
const port = { protocol: "TCP", port: 15443 };

describe("a NetworkPolicy that closes", () => {
  const closed = policy("shop", "deny-all", { podSelector: {}, policyTypes: ["Egress"] });
  test("without rules gets its first one, for the whole of IPv4 while the address is not known", () => {
    const value = [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [port] }];
    expect(said(added(twoMeshes(), closed))).toEqual([
      [
        "MF450",
        "shop",
        `kubectl patch networkpolicy.networking.k8s.io deny-all -n shop --type json -p '${egressOf(value)}'`,
      ],
    ]);
  });
  test("with rules gets one more, for the address once it is known", () => {
    const dns = policy("shop", "dns", { podSelector: {}, egress: [{ ports: [{ protocol: "UDP", port: 53 }] }] });
    const value = { to: [{ ipBlock: { cidr: "203.0.113.9/32" } }], ports: [port] };
    expect(said(added(twoMeshes(), dns, gateway({ ip: "203.0.113.9" })))).toEqual([
      [
        "MF450",
        "shop",
        `kubectl patch networkpolicy.networking.k8s.io dns -n shop --type json -p '${egressOf(value, "/spec/egress/-")}'`,
      ],
    ]);
  });
});

describe("nothing is said", () => {
  test.each<[string, KubeObject[]]>([
    ["of a namespace without clients", [denyAll("elsewhere")]],
    [
      "of pods that are no clients",
      [
        policy("shop", "batch", {
          podSelector: { matchLabels: { app: "batch" } },
          policyTypes: ["Egress"],
        }),
      ],
    ],
    ["of a policy for incoming connections", [policy("shop", "in", { podSelector: {} })]],
    [
      "of a policy beside one that lets them out",
      [denyAll("shop"), policy("shop", "out", { podSelector: {}, egress: [{ ports: [port] }] })],
    ],
  ])("%s", (_name, policies) => {
    expect(said(added(twoMeshes(), ...policies))).toEqual([]);
  });

  test("of a range that holds the address, once it is known", () => {
    const range = policy("shop", "range", {
      podSelector: {},
      egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }],
    });
    expect(said(added(twoMeshes(), range)).map((each) => each[0])).toEqual(["MF451"]);
    expect(said(added(twoMeshes(), range, gateway({ ip: "203.0.113.9" })))).toEqual([]);
    expect(said(added(twoMeshes(), range, gateway({ ip: "198.51.100.9" }))).map((each) => each[0])).toEqual(["MF450"]);
  });
});

describe("administrators' policies", () => {
  const egress = (action: string): Json => [{ action, to: [{ networks: ["0.0.0.0/0"] }] }];
  const subject = { namespaces: {} };
  const admin = (action: string) =>
    kubeObject("east", "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", null, "one", {
      spec: { priority: 5, subject, egress: egress(action) },
    });
  const baseline = kubeObject(
    "east",
    "policy.networking.k8s.io/v1alpha1",
    "BaselineAdminNetworkPolicy",
    null,
    "default",
    {
      spec: { subject, egress: egress("Deny") },
    },
  );
  const own = policy("shop", "deny-all", { podSelector: {}, policyTypes: ["Egress"] });
  const places = (...objects: KubeObject[]) =>
    said(added(twoMeshes(), ...objects)).map((each) => each.slice(0, 2).join(" "));

  test("that deny come before NetworkPolicies, and so do those that allow", () => {
    expect(places(admin("Deny"), own)).toEqual(["MF454 shop", "MF454 till"]);
    expect(places(admin("Allow"), own)).toEqual([]);
    expect(places(admin("Pass"), own)).toEqual(["MF450 shop"]);
  });
  test("a baseline counts where no NetworkPolicy selects the pod", () => {
    const open = policy("shop", "open", { podSelector: {}, egress: [{}] });
    expect(places(baseline, open)).toEqual(["MF454 till"]);
  });
});

test("an EgressNetworkPolicy names no ports: its rule waits for the address", () => {
  const old = kubeObject("east", "network.openshift.io/v1", "EgressNetworkPolicy", "shop", "default", {
    spec: { egress: [{ type: "Deny", to: { cidrSelector: "0.0.0.0/0" } }] },
  });
  const value = { type: "Allow", to: { cidrSelector: "ADDRESS/32" } };
  expect(said(added(twoMeshes(), old))).toEqual([
    [
      "MF452",
      "shop",
      `kubectl patch egressnetworkpolicy.network.openshift.io default -n shop --type json -p '${egressOf(value, "/spec/egress/0")}'`,
    ],
  ]);
});

describe("where federation is reached by node ports, so will the gateway be", () => {
  const closed = denyAll("shop");
  const made = kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", {
    spec: { type: "NodePort", ports: [{ port: 15443, protocol: "TCP", nodePort: 31443 }] },
  });
  const command = (kind: string, value: Json, path?: string) =>
    `kubectl patch ${kind} -n shop --type json -p '${egressOf(value, path)}'`;
  const where = (inputs: readonly ClusterInput[]) =>
    examined(inputs)
      .findings.filter(({ code }) => code.startsWith("MF45"))
      .map(({ params }) => params["port"]);

  test("the nodes are known, their port is said not to be: all node ports are let out", () => {
    const inputs = added(byNodePort(), closed);
    const ports = [{ protocol: "TCP", port: 30000, endPort: 32767 }];
    const value = [{ to: [{ ipBlock: { cidr: "10.0.0.5/32" } }], ports }];
    expect(said(inputs)).toEqual([["MF450", "shop", command("networkpolicy.networking.k8s.io deny-all", value)]]);
    expect(where(inputs)).toEqual(["TCP, at the node port that Kubernetes will give"]);
  });

  test("that port, once the Service is there", () => {
    const inputs = added(byNodePort(), closed, made);
    const value = [{ to: [{ ipBlock: { cidr: "10.0.0.5/32" } }], ports: [{ protocol: "TCP", port: 31443 }] }];
    expect(said(inputs)).toEqual([["MF450", "shop", command("networkpolicy.networking.k8s.io deny-all", value)]]);
    expect(where(inputs)).toEqual(["TCP port 31443"]);
  });

  test("a policy that lets out port 15443 alone does not let it out then, nor does it decide before", () => {
    const own = policy("shop", "out", { podSelector: {}, egress: [{ ports: [port] }] });
    expect(said(added(byNodePort(), own)).map(([code]) => code)).toEqual(["MF451"]);
    expect(said(added(byNodePort(), own, made)).map(([code]) => code)).toEqual(["MF450"]);
    expect(said(added(twoMeshes(), own))).toEqual([]);
  });

  test("an EgressFirewall's rule has no ranges of ports: it lets out the nodes' addresses", () => {
    const firewall = kubeObject("east", "k8s.ovn.org/v1", "EgressFirewall", "shop", "default", {
      spec: { egress: [{ type: "Deny", to: { cidrSelector: "0.0.0.0/0" } }] },
    });
    const value = { type: "Allow", to: { cidrSelector: "10.0.0.5/32" } };
    expect(said(added(byNodePort(), firewall))).toEqual([
      ["MF452", "shop", command("egressfirewall.k8s.ovn.org default", value, "/spec/egress/0")],
    ]);
  });

  test("an AdminNetworkPolicy's has: all node ports", () => {
    const admin = kubeObject("east", "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", null, "one", {
      spec: {
        priority: 5,
        subject: { namespaces: { matchLabels: { "kubernetes.io/metadata.name": "shop" } } },
        egress: [{ action: "Deny", to: [{ networks: ["0.0.0.0/0"] }] }],
      },
    });
    const ports = [{ portRange: { protocol: "TCP", start: 30000, end: 32767 } }];
    const value = { name: "east-west", action: "Allow", to: [{ networks: ["10.0.0.5/32"] }], ports };
    expect(said(added(byNodePort(), admin)).map((each) => each[2])).toEqual([
      `kubectl patch adminnetworkpolicy.policy.networking.k8s.io one --type json -p '${egressOf(value, "/spec/egress/0")}'`,
    ]);
  });
});

test("stated addresses are let out from the start, at the stated port", () => {
  const addresses = [{ mesh: west, importer: null, addresses: ["192.0.2.9"], port: 7443 }];
  const { findings } = examined(added(twoMeshes(), denyAll("shop")), {
    eastWest: { ...defaultConfig.eastWest, addresses },
  });
  const value = [{ to: [{ ipBlock: { cidr: "192.0.2.9/32" } }], ports: [{ protocol: "TCP", port: 7443 }] }];
  expect(
    findings.filter(({ code }) => code === "MF450").map(({ params }) => [params["port"], params["command"]]),
  ).toEqual([
    [
      "TCP port 7443",
      `kubectl patch networkpolicy.networking.k8s.io deny-all -n shop --type json -p '${egressOf(value)}'`,
    ],
  ]);
});
