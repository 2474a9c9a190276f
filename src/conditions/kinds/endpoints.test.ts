// endpoints, joined: the proxies of clients hold what they should, no more, and accept the right servers only.
import { describe, expect, test } from "vitest";
import { planOf } from "../../../test/support/example.ts";
import { asked, judged, object, ref } from "../../../test/support/judged.ts";
import { added, asLocal, kubeObject, twoMeshes } from "../../../test/support/world.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { refKey } from "../../core/object-ref.ts";
import type { Condition } from "../condition.ts";
import type { Endpoint, HostAtPod } from "../facts.ts";
import type { Answers } from "../wants.ts";

const plan = planOf(twoMeshes());
const probes = "east/istio-system/basic#wave-1";
const client = ref("Deployment.apps shop/caller");
const egress = ref("Deployment.apps istio-system/federation-egress");
const remote = ref("Gateway.gateway.networking.k8s.io meshferry-imports/meshferry-west");
const orders = "orders.sales.svc.west-mesh-imports.local";
const stock = "stock.sales.svc.cluster.local";
const name = (account: string, domain = "west.example") => `spiffe://${domain}/ns/sales/sa/${account}`;

const newOne: Endpoint = { address: "192.0.2.7", port: 15443, healthy: true };
const federations: Endpoint = { address: "10.1.0.5", port: 15443, healthy: true };
const local: Endpoint = { address: "10.1.0.9", port: 8080, healthy: true };
const at = (endpoints: readonly Endpoint[], names: readonly string[]): readonly HostAtPod[] => [
  { pod: "caller-1", view: { endpoints, names } },
];
const right = {
  orders: at([newOne], [name("orders")]),
  stock: at([newOne], [name("stock")]),
};

function facts(hosts: Readonly<Record<string, readonly HostAtPod[]>>, addressType = "IPAddress"): Partial<Answers> {
  const gateway = {
    spec: { addresses: [{ type: addressType, value: "192.0.2.7" }], listeners: [{ name: "cross", port: 15443 }] },
  };
  const pod = object(ref("Pod istio-system/egress-1"), { status: { podIP: federations.address } });
  const objects = new Map<string, KubeObject | "absent">([
    [refKey(client), object(client, { spec: { replicas: 1 } })],
    [refKey(remote), object(remote, gateway)],
  ]);
  return {
    object: objects,
    pods: new Map([[refKey(egress), [pod]]]),
    hosts: new Map(Object.entries(hosts).map(([host, each]) => [`${refKey(client)}|${host}|8080`, each])),
  };
}

function said(
  change: Readonly<Record<string, readonly HostAtPod[]>>,
  via: "east-west" | "federation" | "none" = "east-west",
) {
  const condition: Condition = { kind: "endpoints", probes, via };
  return judged(condition, facts({ [orders]: right.orders, [stock]: right.stock, ...change }), plan);
}

const holds = (state: string) =>
  `pending MF863: east: Pod shop/caller-1 does not hold the endpoints that it should for ${orders}:8080: ${state}.`;
const alone = "not those of the gateway of west/istio-system/basic alone";

describe("by the east-west gateway", () => {
  test("the gateway's endpoint and the server's names, at every port of every route", () => {
    expect(said({})).toBe("done");
  });
  test.each([
    ["no endpoint", at([], [name("orders")]), `it holds none, ${alone}`],
    ["federation's", at([federations], [name("orders")]), `it holds 1 of federation, ${alone}`],
    ["both", at([newOne, federations], [name("orders")]), `it holds 1 of the new gateway, 1 of federation, ${alone}`],
    [
      "another one",
      at([newOne, local], [name("orders")]),
      `it holds 1 of the new gateway, 1 else (192.0.2.7:15443, 10.1.0.9:8080), ${alone}`,
    ],
    ["another port", at([{ ...newOne, port: 15444 }], [name("orders")]), `it holds 1 else (192.0.2.7:15444), ${alone}`],
    [
      "an ejected one",
      at([{ ...newOne, healthy: false }], [name("orders")]),
      `it holds 1 of the new gateway, 1 of them unhealthy, ${alone}`,
    ],
    ["an unknown host", [{ pod: "caller-1", view: null }], `it does not know the host, ${alone}`],
  ])("%s is not it", (_, view, state) => {
    expect(said({ [orders]: view })).toBe(holds(state));
  });
  test("one pod of several decides", () => {
    const second = { pod: "caller-2", view: { endpoints: [federations], names: [name("orders")] } };
    expect(said({ [orders]: [...right.orders, second] })).toContain("Pod shop/caller-2");
    expect(said({ [orders]: [] })).toContain("MF871");
  });
  test("names: a wrong one, none at all, one too many; an alias of the trust domain is the same name", () => {
    const accepts = (actual: string) =>
      `pending MF864: east: Pod shop/caller-1 accepts ${actual} as ${orders}:8080, where ${name("orders")} would be right.`;
    expect(said({ [orders]: at([newOne], [name("other")]) })).toBe(accepts(name("other")));
    expect(said({ [orders]: at([newOne], []) })).toBe(accepts("anybody"));
    const two = [name("orders"), name("other")];
    expect(said({ [orders]: at([newOne], two) })).toBe(accepts(two.join(", ")));
    expect(said({ [orders]: at([newOne], [name("orders", "east.example"), name("orders")]) })).toBe("done");
    expect(said({ [orders]: at([newOne], [name("orders", "far.example"), name("orders")]) })).toContain("MF864");
  });
  test("a gateway that is known by name: proxies hold what istiod has resolved", () => {
    const condition: Condition = { kind: "endpoints", probes, via: "east-west" };
    const resolved = { [orders]: at([{ ...newOne, address: "198.51.100.1" }], [name("orders")]), [stock]: right.stock };
    expect(judged(condition, facts(resolved), plan)).toContain("MF863");
    expect(judged(condition, facts(resolved, "Hostname"), plan)).toBe("done");
    const still = { ...resolved, [orders]: at([federations], [name("orders")]) };
    expect(judged(condition, facts(still, "Hostname"), plan)).toContain("1 of federation");
  });
});

test("by federation, and by nobody", () => {
  const before = { [orders]: at([federations], ["any"]), [stock]: at([federations], ["any"]) };
  expect(said(before, "federation")).toBe("done");
  expect(said({ ...before, [orders]: right.orders }, "federation")).toBe(
    holds("it holds 1 of the new gateway, not federation's alone"),
  );
  expect(said({ ...before, [orders]: at([], []) }, "federation")).toContain("it holds none");
  expect(said({ [orders]: at([], []), [stock]: [{ pod: "caller-1", view: null }] }, "none")).toBe("done");
  expect(said({ [orders]: at([], []) }, "none")).toContain("MF863");
  // Before the migration there is no remote Gateway.
  const { object: objects = new Map(), ...rest } = facts(before);
  const none = new Map<string, KubeObject | "absent">([
    ...(objects as Map<string, KubeObject>),
    [refKey(remote), "absent"],
  ]);
  const by = (via: "federation" | "east-west"): Condition => ({ kind: "endpoints", probes, via });
  expect(judged(by("federation"), { ...rest, object: none }, plan)).toBe("done");
  expect(judged(by("east-west"), { ...rest, object: none }, plan)).toContain("MF850");
});

describe("joined to a local Service", () => {
  const joining = planOf(
    added(
      twoMeshes({ link: { imports: [[asLocal("sales", "stock", { namespace: "shop" })], null] } }),
      kubeObject("east", "v1", "Service", "shop", "stock", {
        spec: { selector: { app: "stock" }, ports: [{ port: 80, name: "http" }] },
      }),
    ),
  );
  const host = "stock.shop.svc.cluster.local";
  const ours = name("stock-local", "east.example");
  const names = [ours, name("stock")];
  function saidJoined(federation: "beside" | "gone", endpoints: readonly Endpoint[], held: readonly string[] = names) {
    const condition: Condition = { kind: "joined", probes: "east/istio-system/basic#joined", federation };
    const answers = facts({});
    const hosts = new Map(
      ["shop", "till"].map((namespace) => [
        `${refKey({ ...client, namespace })}|${host}|80`,
        [{ pod: "caller-1", view: { endpoints, names: held } }],
      ]),
    );
    const till = { ...client, namespace: "till" };
    const objects = new Map([...(answers.object ?? []), [refKey(till), object(till, {})] as const]);
    return judged(condition, { ...answers, object: objects, hosts }, joining);
  }
  test("the gateway beside the local ones and federation's, then without federation's", () => {
    expect(saidJoined("beside", [local, newOne, federations])).toBe("done");
    expect(saidJoined("gone", [local, newOne])).toBe("done");
    expect(saidJoined("beside", [local, newOne])).toContain("and federation's");
    expect(saidJoined("gone", [local, newOne, federations])).toContain("none of federation");
    expect(saidJoined("gone", [local])).toContain("it holds 1 else");
  });
  test("the remote names are among those that it accepts, and never anybody", () => {
    expect(saidJoined("gone", [local, newOne], [ours])).toContain("MF864");
    expect(saidJoined("gone", [local, newOne], [])).toContain("accepts anybody");
  });
});

describe("what it takes", () => {
  const condition: Condition = { kind: "endpoints", probes, via: "east-west" };
  test("first the workload, then everything else at once", () => {
    expect(asked(condition, {}, plan)).toEqual([`object ${refKey(client)}`]);
    const object1 = new Map([[refKey(client), object(client, { spec: { replicas: 1 } })]]);
    expect(asked(condition, { object: object1 }, plan)).toEqual([
      `hosts ${refKey(client)}|${orders}|8080`,
      `hosts ${refKey(client)}|${stock}|8080`,
    ]);
    const { hosts = new Map() } = facts({ [orders]: right.orders, [stock]: right.stock });
    expect(asked(condition, { object: object1, hosts }, plan)).toEqual([
      `object ${refKey(remote)}`,
      `pods ${refKey(egress)}`,
    ]);
  });
  test("a group that the plan does not have", () => {
    expect(judged({ kind: "endpoints", probes: "none", via: "none" }, {}, plan)).toContain("MF873");
  });
  test("a workload that has no pods, and a host that its Sidecar hides, ask for nothing", () => {
    const scaled = { object: new Map([[refKey(client), object(client, { spec: { replicas: 0 } })]]) };
    expect(judged(condition, scaled, plan)).toBe("done");
    const route = `east/istio-system/basic|${orders}`;
    const hiding = {
      ...plan,
      probes: plan.probes.map((group) => ({
        ...group,
        except: [{ client, routes: group.routes.filter((id) => id === route) }],
      })),
    };
    expect(judged(condition, facts({ [stock]: right.stock }), hiding)).toBe("done");
  });
});
