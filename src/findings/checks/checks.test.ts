// Each check: the one object that it speaks about, and the same object as it should be.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import type { Finding } from "../../core/finding.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { planOf } from "../../../test/support/example.ts";
import { codesOf, examined, ofCode, textOf } from "../../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../../test/support/world.ts";

const ingress = "west Service istio-system/federation-ingress";
const control = "west ServiceMeshControlPlane istio-system/basic";

function found(inputs: readonly ClusterInput[], code: string): readonly Finding[] {
  return ofCode(examined(inputs).findings, code);
}

test("nothing is said of two meshes that are as they should be", () => {
  expect(codesOf(planOf(twoMeshes()).findings)).toEqual([]);
});

describe("the control plane's version (MF300)", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["v2.6", true],
    ["2.6", true],
    ["v2.6.4", true],
    ["v2.5", false],
    ["v2.60", false],
    ["v3.0", false],
    ["", false],
  ];
  for (const [version, good] of cases) {
    test(version || "none", () => {
      expect(found(twoMeshes({ west: { version } }), "MF300").map(({ params }) => params["version"])).toEqual(
        good ? [] : [version || "unknown"],
      );
    });
  }
});

describe("NetworkPolicies that the operator manages (MF301)", () => {
  const flag = (fields: Record<string, Json>): number => found(changed(twoMeshes(), control, fields), "MF301").length;
  test("are on unless switched off", () => {
    expect(flag({ "/spec/security/manageNetworkPolicy": null })).toBe(1);
    expect(flag({ "/spec/security/manageNetworkPolicy": true })).toBe(1);
    expect(
      flag({
        "/spec/security/manageNetworkPolicy": null,
        "/status": { observedGeneration: 1, appliedSpec: { security: { manageNetworkPolicy: false } } },
      }),
    ).toBe(0);
  });
  test("do not matter where nothing is exported", () => {
    expect(
      found(
        changed(twoMeshes(), "east ServiceMeshControlPlane istio-system/basic", {
          "/spec/security/manageNetworkPolicy": true,
        }),
        "MF301",
      ),
    ).toEqual([]);
  });
});

describe("the federation ingress (MF303, MF320, MF321)", () => {
  const aws = "service.beta.kubernetes.io/aws-load-balancer";
  const annotated = (...pairs: readonly (readonly [string, string])[]): Json => Object.fromEntries(pairs);
  const own: readonly (readonly [path: string, value: Json, settings: string])[] = [
    ["/metadata/annotations", annotated([`${aws}-eip-allocations`, "e-1"]), `annotation ${aws}-eip-allocations`],
    [
      "/metadata/annotations",
      annotated(["metallb.universe.tf/loadBalancerIPs", "192.0.2.1"]),
      "annotation metallb.universe.tf/loadBalancerIPs",
    ],
    ["/spec/loadBalancerIP", "192.0.2.1", "loadBalancerIP"],
    ["/spec/externalIPs", ["192.0.2.1"], "externalIPs"],
  ];
  test.each(own)("%s %j belongs to one Service alone", (path, value, settings) => {
    const inputs = changed(twoMeshes(), ingress, { [path]: value });
    expect(found(inputs, "MF321").map(({ params }) => params["settings"])).toEqual([settings]);
  });
  const changing: readonly (readonly [string, Json, readonly string[]])[] = [
    ["a certificate", annotated([`${aws}-ssl-cert`, "arn"]), [`annotation ${aws}-ssl-cert`]],
    [
      "a certificate for its port",
      annotated([`${aws}-ssl-cert`, "arn"], [`${aws}-ssl-ports`, "443, tls"]),
      [`annotation ${aws}-ssl-cert`],
    ],
    ["a certificate for another port", annotated([`${aws}-ssl-cert`, "arn"], [`${aws}-ssl-ports`, "443"]), []],
    ["HTTP", annotated([`${aws}-backend-protocol`, "http"]), [`annotation ${aws}-backend-protocol`]],
    ["TCP", annotated([`${aws}-backend-protocol`, "tcp"]), []],
    ["a PROXY header", annotated([`${aws}-proxy-protocol`, "*"]), [`annotation ${aws}-proxy-protocol`]],
    ["none", annotated(["prometheus.io/scrape", "true"]), []],
  ];
  test.each(changing)("%s in what the balancer passes on", (_name, annotations, settings) => {
    const inputs = changed(twoMeshes(), ingress, { "/metadata/annotations": annotations });
    expect(found(inputs, "MF320").map(({ params }) => params["settings"])).toEqual(settings);
    expect(found(inputs, "MF321")).toEqual([]);
  });
  test("that of an importer may be anything", () => {
    const theirs = "east Service istio-system/federation-ingress";
    expect(found(changed(twoMeshes(), theirs, { "/spec/loadBalancerIP": "192.0.2.1" }), "MF321")).toEqual([]);
  });
  test("that was not supplied was not checked", () => {
    expect(found(changed(twoMeshes(), ingress, undefined), "MF303")).toHaveLength(1);
    expect(found(twoMeshes(), "MF303")).toEqual([]);
  });
});

describe("the CA (MF308, MF309)", () => {
  const secret = "west Secret istio-system/cacerts";
  test("is self-signed where there is no cacerts", () => {
    expect(found(changed(twoMeshes(), secret, undefined), "MF308").map(({ subjects }) => subjects.length)).toEqual([1]);
  });
  test("is somebody else's where cacerts has an owner", () => {
    const owned = changed(twoMeshes(), secret, {
      "/metadata/ownerReferences": [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "mesh-ca" }],
    });
    expect(found(owned, "MF308").map(({ params }) => params["reason"])).toEqual([
      "the CA is kept by cert-manager: the Secret cacerts belongs to Certificate mesh-ca",
    ]);
  });
  test("was not checked where no Secrets were supplied", () => {
    const none = changed(twoMeshes(), secret, undefined).map((input) => ({
      ...input,
      coverage: { ...input.coverage, Secret: "not-supplied" as const },
    }));
    expect([found(none, "MF309").length, found(none, "MF308").length]).toEqual([1, 0]);
  });
});

describe("what is not evaluated (MF304)", () => {
  const api: Readonly<Record<string, string>> = {
    AuthorizationPolicy: "security.istio.io/v1beta1",
    RequestAuthentication: "security.istio.io/v1beta1",
    PeerAuthentication: "security.istio.io/v1beta1",
    NetworkPolicy: "networking.k8s.io/v1",
    Service: "v1",
  };
  const theirs = (
    kind: string,
    cluster: string,
    namespace: string,
    spec: JsonObject = {},
    labels: JsonObject = {},
  ): KubeObject =>
    kubeObject(cluster, api[kind] ?? "networking.istio.io/v1beta1", kind, namespace, "theirs", {
      metadata: { labels },
      spec,
    });
  const host = "stock.sales.svc.cluster.local";
  const cases: readonly (readonly [name: string, object: KubeObject, reported: boolean])[] = [
    ["a policy of a server's namespace, which is evaluated", theirs("AuthorizationPolicy", "west", "sales"), false],
    ["a policy for the exporter's whole mesh", theirs("AuthorizationPolicy", "west", "istio-system"), true],
    ["a policy at the importer's federation gateways", theirs("AuthorizationPolicy", "east", "istio-system"), true],
    ["a policy of a client's namespace", theirs("AuthorizationPolicy", "east", "shop"), false],
    ["a policy elsewhere", theirs("AuthorizationPolicy", "west", "lab"), false],
    ["request authentication of a server", theirs("RequestAuthentication", "west", "sales"), true],
    ["strict peer authentication", theirs("PeerAuthentication", "west", "sales", { mtls: { mode: "STRICT" } }), false],
    [
      "peer authentication that is off",
      theirs("PeerAuthentication", "west", "sales", { mtls: { mode: "DISABLE" } }),
      true,
    ],
    [
      "peer authentication that is off for a port",
      theirs("PeerAuthentication", "west", "sales", { portLevelMtls: { 8080: { mode: "DISABLE" } } }),
      true,
    ],
    ["a Sidecar of a client, which is evaluated", theirs("Sidecar", "east", "shop"), false],
    ["a Sidecar of a server", theirs("Sidecar", "west", "sales"), false],
    ["a rule for an imported host, which is evaluated", theirs("DestinationRule", "east", "shop", { host }), false],
    [
      "a route for a short name of the server's namespace",
      theirs("VirtualService", "west", "sales", { hosts: ["orders"] }),
      false,
    ],
    ["a route for a short name elsewhere", theirs("VirtualService", "west", "lab", { hosts: ["orders"] }), false],
    [
      "a route of the exporter's for the exported host",
      theirs("VirtualService", "west", "istio-system", { hosts: ["orders.sales.svc.east-mesh-exports.local"] }),
      true,
    ],
    [
      "a route that sends to an imported host",
      theirs("VirtualService", "east", "till", {
        hosts: ["shop.example"],
        http: [{ route: [{ destination: { host } }] }],
      }),
      false,
    ],
    [
      "a route for all of the exported hosts",
      theirs("VirtualService", "west", "istio-system", { hosts: ["*.svc.east-mesh-exports.local"] }),
      true,
    ],
    ["a route for every host", theirs("VirtualService", "west", "istio-system", { hosts: ["*"] }), false],
    ["a filter of a client", theirs("EnvoyFilter", "east", "till"), true],
    [
      "a network policy of a server, which is evaluated",
      theirs("NetworkPolicy", "west", "sales", { podSelector: { matchLabels: { app: "none" } } }),
      false,
    ],
    [
      "a network policy for where clients go, which is evaluated",
      theirs("NetworkPolicy", "east", "shop", { policyTypes: ["Egress"] }),
      false,
    ],
    ["a network policy before the federation gateways", theirs("NetworkPolicy", "west", "istio-system"), true],
    [
      "a network policy of the operator",
      theirs("NetworkPolicy", "west", "sales", {}, { "app.kubernetes.io/managed-by": "maistra-istio-operator" }),
      false,
    ],
    ["a filter elsewhere", theirs("EnvoyFilter", "west", "lab"), false],
    ["an ordinary Service", theirs("Service", "east", "shop", { ports: [] }), false],
  ];
  for (const [name, object, reported] of cases) {
    test(`${name}: ${reported ? "told" : "not told"}`, () => {
      const members = ["east", "west"].reduce(
        (inputs: readonly ClusterInput[], cluster) =>
          changed(inputs, `${cluster} ServiceMeshMemberRoll istio-system/default`, {
            "/spec/members": ["lab", "sales", "shop", "till"],
          }),
        twoMeshes(),
      );
      expect(found(added(members, object), "MF304").map(({ subjects }) => subjects)).toEqual(
        reported ? [[object.ref]] : [],
      );
    });
  }
});

test("kinds that were not supplied are told per cluster (MF305)", () => {
  const inputs = twoMeshes().map((input) =>
    input.id === "west"
      ? { ...input, coverage: { ...input.coverage, "Sidecar.networking.istio.io": "not-supplied" as const } }
      : input,
  );
  expect(found(inputs, "MF305").map(({ params }) => params)).toEqual([
    { cluster: "west", kinds: "Sidecar", list: "sidecar.networking.istio.io" },
  ]);
});

test("entries beside federation's own service (MF312)", () => {
  const inside = (namespace: string): readonly string[] =>
    ofCode(examined(twoMeshes(), { entries: { namespace } }).findings, "MF312").map(({ params }) =>
      textOf(params["host"]),
    );
  expect(inside("istio-system")).toEqual(["orders.sales.svc.west-mesh-imports.local"]);
  expect(inside("sales")).toEqual(["stock.sales.svc.cluster.local"]);
  expect(inside("entries")).toEqual([]);
});

test("nothing to carry (MF311)", () => {
  expect(codesOf(planOf(twoMeshes({ link: { imports: [null, null] } })).findings)).toContain("MF311");
  expect(codesOf(planOf([]).findings)).toEqual(["MF311"]);
});
