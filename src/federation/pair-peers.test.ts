// Which peers make a link: what both ends say of each other, each fact alone, and what is said where it is not enough.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json } from "../core/json.ts";
import { takeInventory } from "../inventory/take-inventory.ts";
import { codesOf, ofCode, textOf } from "../../test/support/seen.ts";
import {
  added,
  changed,
  kubeObject,
  type LinkOf,
  makeWorld,
  type MeshOf,
  pem,
  twoMeshes,
} from "../../test/support/world.ts";
import { pairPeers, type StatedPair } from "./pair-peers.ts";

const peer = "east ServiceMeshPeer istio-system/west-mesh";
const service = "west Service istio-system/federation-ingress";
const ends = "east/istio-system/west-mesh<->west/istio-system/east-mesh";

function paired(inputs: readonly ClusterInput[], stated: readonly StatedPair[] = []) {
  const { value, findings } = pairPeers(takeInventory(inputs), stated);
  return { links: value.links.map(({ id }) => id), value, codes: codesOf(findings), findings };
}

function mesh(link: readonly [string, string], over: Partial<LinkOf> = {}): LinkOf {
  return { between: link, exports: [null, null], imports: [null, null], ...over };
}

test("full agreement makes a link, with every fact seen from both ends and nothing to say", () => {
  const { links, value, codes } = paired(twoMeshes());
  expect([links, codes]).toEqual([[ends], []]);
  expect(value.unpaired).toEqual([]);
  expect(value.links[0]?.facts.map(({ fact, peer: of, agrees }) => `${of.cluster} ${fact} ${agrees}`)).toEqual(
    ["east", "west"].flatMap((cluster) =>
      ["address", "trust-domain", "client-id", "root"].map((fact) => `${cluster} ${fact} true`),
    ),
  );
  expect(value.links[0]?.ends.map(({ mesh: id }) => id)).toEqual([
    "east/istio-system/basic",
    "west/istio-system/basic",
  ]);
});

const disagreements: readonly (readonly [fact: string, at: string, path: string, value: Json])[] = [
  ["address", peer, "/spec/remote/addresses", ["elsewhere.example"]],
  ["address", service, "/status/loadBalancer/ingress", [{ ip: "192.0.2.7" }]],
  ["trust-domain", peer, "/spec/security/trustDomain", "other.example"],
  ["client-id", peer, "/spec/security/clientID", "west.example/ns/istio-system/sa/default"],
  ["client-id", "west ServiceMeshPeer istio-system/east-mesh", "/spec/gateways/egress/name", "other-egress"],
  ["root", "east ConfigMap istio-system/west-mesh-ca-root-cert", "/data/root-cert.pem", pem("stranger")],
  ["root", "east ConfigMap istio-system/west-mesh-ca-root-cert", "/data", {}],
];

describe("one fact that disagrees", () => {
  for (const [fact, at, path, value] of disagreements) {
    test(`${fact}, changed at ${at.split(" ")[1]} ${path}`, () => {
      const { links, codes, findings, value: pairing } = paired(changed(twoMeshes(), at, { [path]: value }));
      expect([links, codes]).toEqual([[], ["MF101"]]);
      expect(pairing.unpaired.map(({ peer: { cluster } }) => cluster)).toEqual(["east", "west"]);
      expect(findings[0]?.params["fact"]).toBe(fact);
      expect(findings[0]?.severity).toBe("block");
      expect(textOf(findings[0]?.params["facts"])).toMatch(
        new RegExp(`^${fact} \\(east/west-mesh says .+, the other mesh has .+\\)$`, "u"),
      );
    });

    test(`${fact}, stated all the same (${at.split(" ")[1]} ${path})`, () => {
      const stated: StatedPair = ["west/istio-system/east-mesh", "east/istio-system/west-mesh"];
      const { links, codes, value: pairing } = paired(changed(twoMeshes(), at, { [path]: value }), [stated]);
      expect([links, codes]).toEqual([[ends], ["MF102"]]);
      expect(pairing.links[0]?.facts.filter(({ agrees }) => agrees === false).map((each) => each.fact)).toEqual([fact]);
      expect(pairing.links[0]?.facts.at(-1)?.fact).toBe("stated");
    });
  }

  test("two facts are both named", () => {
    const { findings } = paired(
      changed(twoMeshes(), peer, { "/spec/security/trustDomain": "x.example", "/spec/security/clientID": "y" }),
    );
    expect(findings[0]?.params["facts"]).toMatch(/^trust-domain .+; client-id /u);
  });
});

describe("texts that mean the same", () => {
  const same: readonly (readonly [string, string, Readonly<Record<string, Json>>])[] = [
    [
      "a client identity with its scheme",
      peer,
      { "/spec/security/clientID": "spiffe://west.example/ns/istio-system/sa/federation-egress-service-account" },
    ],
    ["one address of several", peer, { "/spec/remote/addresses": ["198.51.100.1", "west.lb.example"] }],
    [
      "several addresses of the Service",
      service,
      { "/status/loadBalancer/ingress": [{ ip: "192.0.2.1" }, { hostname: "west.lb.example" }] },
    ],
    ["an external IP", service, { "/spec/externalIPs": ["west.lb.example"], "/status": {} }],
    [
      "the remote root among the roots that the other mesh has come to trust",
      "west ConfigMap istio-system/istio-ca-root-cert",
      { "/data/root-cert.pem": `${pem("west")}${pem("east")}` },
    ],
    [
      "a root under a key of its own",
      "east ConfigMap istio-system/west-mesh-ca-root-cert",
      { "/data": { "root-cert.pem": pem("west"), other: "x" } },
    ],
  ];
  for (const [name, at, fields] of same) {
    test(name, () => {
      const { links, codes } = paired(changed(twoMeshes(), at, fields));
      expect([links, codes]).toEqual([[ends], []]);
    });
  }

  test("node addresses, for a NodePort", () => {
    const node = kubeObject("west", "v1", "Node", null, "worker-0", {
      status: {
        addresses: [
          { type: "InternalIP", address: "10.9.0.4" },
          { type: "Hostname", address: "worker-0" },
        ],
      },
    });
    const nodePort = changed(added(twoMeshes(), node), service, { "/spec/type": "NodePort", "/status": {} });
    expect(paired(changed(nodePort, peer, { "/spec/remote/addresses": ["10.9.0.4"] })).links).toEqual([ends]);
    expect(paired(changed(nodePort, peer, { "/spec/remote/addresses": ["worker-0"] })).codes).toEqual(["MF101"]);
  });

  test("gateways that run in a namespace of their own", () => {
    const moved = changed(twoMeshes(), "west ServiceMeshControlPlane istio-system/basic", {
      "/spec/gateways/additionalEgress/federation-egress/namespace": "edge",
    });
    expect(paired(moved).codes).toEqual(["MF101"]);
    const named = changed(moved, peer, {
      "/spec/security/clientID": "west.example/ns/edge/sa/federation-egress-service-account",
    });
    expect(paired(named).links).toEqual([ends]);
  });
});

describe("facts that cannot be seen", () => {
  test("are named, and the link stands on the others", () => {
    const { links, findings } = paired(changed(twoMeshes(), service, undefined));
    expect(links).toEqual([ends]);
    expect(findings.map(({ code, params }) => [code, params["facts"]])).toEqual([
      ["MF104", "address as seen by east/west-mesh"],
    ]);
  });

  test("a load balancer without an address yet is not seen", () => {
    expect(paired(changed(twoMeshes(), service, { "/status": {} })).codes).toEqual(["MF104"]);
  });

  test("both addresses and both roots: nothing that only these two meshes could agree on is left", () => {
    let inputs: readonly ClusterInput[] = twoMeshes();
    for (const [near, far] of [
      ["east", "west"],
      ["west", "east"],
    ] as const) {
      inputs = changed(inputs, `${near} Service istio-system/federation-ingress`, undefined);
      inputs = changed(inputs, `${near} ConfigMap istio-system/${far}-mesh-ca-root-cert`, undefined);
    }
    expect([paired(inputs).links, paired(inputs).codes]).toEqual([[], ["MF100"]]);
    expect(paired(inputs, [["east/istio-system/west-mesh", "west/istio-system/east-mesh"]]).links).toEqual([ends]);
  });
});

describe("stated pairs", () => {
  const cases: readonly (readonly [StatedPair, string])[] = [
    [["east/istio-system/west-mesh", "west/istio-system/nobody"], "west/istio-system/nobody"],
    [["north/istio-system/x", "west/istio-system/east-mesh"], "north/istio-system/x"],
  ];
  for (const [stated, missing] of cases) {
    test(`that name ${missing}`, () => {
      const { links, findings } = paired(twoMeshes(), [stated]);
      expect(links).toEqual([ends]);
      expect(findings.map(({ code, params }) => [code, params["missing"]])).toEqual([["MF105", missing]]);
    });
  }
});

test("a peer that nobody answers is reported, whatever trust domain and gateway names it shares with others", () => {
  const shared: Partial<MeshOf> = { trustDomain: "cluster.local" };
  const inputs = makeWorld({
    meshes: ["a", "b", "c"].map((key): MeshOf => ({ key, ...shared })),
    links: [mesh(["a", "b"]), mesh(["a", "c"])],
  });
  const { links, findings } = paired(inputs.filter(({ id }) => id !== "c"));
  expect(links).toEqual(["a/istio-system/b-mesh<->b/istio-system/a-mesh"]);
  expect(findings.map(({ code, params }) => [code, params["peer"], params["addresses"]])).toEqual([
    ["MF100", "a/istio-system/c-mesh", "c.lb.example"],
  ]);
});

test("meshes of one trust domain with equal names are told apart by address and root", () => {
  const keys = ["m1", "m2", "m3", "m4"];
  const pairs = keys.flatMap((one, index) => keys.slice(index + 1).map((other) => mesh([one, other])));
  const { links, codes } = paired(
    makeWorld({ meshes: keys.map((key): MeshOf => ({ key, trustDomain: "cluster.local" })), links: pairs }),
  );
  expect(codes).toEqual([]);
  expect(links).toEqual(
    pairs
      .map(({ between: [one, other] }) => `${one}/istio-system/${other}-mesh<->${other}/istio-system/${one}-mesh`)
      .sort(),
  );
});

test("two peers that both fit are not guessed at, but can be stated", () => {
  const twice = added(
    twoMeshes(),
    ...["west-copy"].map((name) => {
      const [east] = twoMeshes();
      const original = east?.objects.find(({ ref }) => ref.kind === "ServiceMeshPeer");
      const body = original?.body ?? {};
      return kubeObject("east", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", name, {
        spec: body["spec"] ?? {},
      });
    }),
    kubeObject("east", "v1", "ConfigMap", "istio-system", "west-copy-ca-root-cert", {
      data: { "root-cert.pem": pem("west") },
    }),
  );
  expect([paired(twice).links, paired(twice).codes]).toEqual([[], ["MF103"]]);
  const stated = paired(twice, [["east/istio-system/west-copy", "west/istio-system/east-mesh"]]);
  expect(stated.links).toEqual(["east/istio-system/west-copy<->west/istio-system/east-mesh"]);
  expect(stated.value.unpaired.map(({ peer: { name } }) => name)).toEqual(["west-mesh"]);
});

test("two meshes of one cluster can be linked, peers of one mesh never", () => {
  const inputs = makeWorld({
    meshes: [
      { key: "left", cluster: "one", namespace: "left-system", trustDomain: "one.example" },
      { key: "right", cluster: "one", namespace: "right-system", trustDomain: "one.example" },
    ],
    links: [mesh(["left", "right"])],
  });
  expect(paired(inputs).links).toEqual(["one/left-system/right-mesh<->one/right-system/left-mesh"]);
});

describe("names that istiod refuses", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["a".repeat(34), false],
    ["a".repeat(35), true],
    ["east.mesh", true],
  ];
  for (const [name, refused] of cases) {
    test(`${name} is ${refused ? "" : "not "}refused`, () => {
      const [link] = paired(twoMeshes({ link: { peers: ["west-mesh", name] } })).value.links;
      expect(link?.rejected === null).toBe(!refused);
    });
  }
});

test("every text of a finding can be shown: no empty halves", () => {
  for (const [, at, path, value] of disagreements) {
    for (const finding of ofCode(paired(changed(twoMeshes(), at, { [path]: value })).findings, "MF101")) {
      for (const param of Object.values(finding.params)) expect(param).not.toBe("");
    }
  }
});

test("peers that point elsewhere are no pair, though a common CA gives their meshes one root", () => {
  const keys = ["a", "b", "c", "d"];
  const meshes = keys.map((key): MeshOf => ({ key, trustDomain: "cluster.local", root: "common" }));
  const inputs = makeWorld({ meshes, links: [mesh(["a", "c"]), mesh(["b", "d"])] });
  expect(paired(inputs).links).toHaveLength(2);
  const partly = paired(inputs.filter(({ id }) => id === "a" || id === "b"));
  expect(partly.findings.map(({ code, params }) => [code, params["peer"]])).toEqual([
    ["MF100", "a/istio-system/c-mesh"],
    ["MF100", "b/istio-system/d-mesh"],
  ]);
});
