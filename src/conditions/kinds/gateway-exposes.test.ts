// gateway-exposes: a chain, a cluster and a healthy endpoint for each name, nothing else, and the right server behind it.
import { describe, expect, test } from "vitest";
import { planOf } from "../../../test/support/example.ts";
import { asked, judged, ref } from "../../../test/support/judged.ts";
import { twoMeshes } from "../../../test/support/world.ts";
import { refKey } from "../../core/object-ref.ts";
import { stepsOf } from "../../../test/support/example.ts";
import type { Condition } from "../condition.ts";
import type { Answerer, ExposedName, ExposureView } from "../facts.ts";
import { partsOf } from "../judge.ts";

const plan = planOf(twoMeshes());
const gateway = ref("Deployment.apps istio-ingress/eastwestgateway-istio", "west");
const orders = "outbound_.8080_._.orders.sales.svc.west-mesh-imports.local";
const stock = "outbound_.8080_._.stock.sales.svc.cluster.local";
const whole: ExposedName = { chains: 1, healthy: 1 };
const identity = (account: string): Answerer => ({ identity: `spiffe://west.example/ns/sales/sa/${account}` });
const answering = { [orders]: identity("orders"), [stock]: identity("stock") };

/** The condition as the plan has it. */
const condition = stepsOf(plan)
  .flatMap(({ done }) => partsOf(done))
  .find(({ kind }) => kind === "gateway-exposes") as Condition;

function said(
  names: Readonly<Record<string, ExposedName>>,
  answerers: Readonly<Record<string, Answerer>> = answering,
  rejected: ExposureView["rejected"] = [],
): string {
  const view: ExposureView = { pod: "gw-1", snis: new Map(Object.entries(names)), rejected };
  return judged(condition, { exposure: new Map([[refKey(gateway), [view]]]), ...knocked(answerers) }, plan);
}

function knocked(answerers: Readonly<Record<string, Answerer>>) {
  return { answerer: new Map(Object.entries(answerers).map(([sni, each]) => [`${refKey(gateway)}|${sni}`, each])) };
}

const problem = (text: string) =>
  `pending MF860: west: Deployment istio-ingress/eastwestgateway-istio (gw-1) does not pass on 1 of 2 names: ${text} (${stock}).`;

describe("Envoy's view", () => {
  test("one chain, its cluster, somebody behind it, for each host and port", () => {
    expect(said({ [orders]: whole, [stock]: whole })).toBe("done");
  });
  test.each([
    ["no filter chain", undefined],
    ["several filter chains", { chains: 2, healthy: 1 }],
    ["no cluster behind the chain", { chains: 1, healthy: null }],
    ["no healthy endpoint", { chains: 1, healthy: 0 }],
  ])("%s", (text, second) => {
    expect(said({ [orders]: whole, ...(second ? { [stock]: second } : {}) })).toBe(problem(text));
  });
  test("subsets and other ports of an exposed host are no more than was asked for, another host is", () => {
    const subset = "outbound_.8080_.v1_.stock.sales.svc.cluster.local";
    const port = "outbound_.9090_._.stock.sales.svc.cluster.local";
    expect(said({ [orders]: whole, [stock]: whole, [subset]: whole, [port]: whole })).toBe("done");
    const other = "outbound_.80_._.secret.sales.svc.cluster.local";
    expect(said({ [orders]: whole, [stock]: whole, [other]: whole })).toBe(
      `pending MF861: west: Deployment istio-ingress/eastwestgateway-istio (gw-1) passes on more than what is imported: ${other}.`,
    );
  });
  test("what Envoy rejects", () => {
    expect(
      said({ [orders]: whole, [stock]: whole }, answering, [{ resource: "0.0.0.0_15443", why: "duplicate" }]),
    ).toBe(
      "pending MF862: Envoy of west: Deployment istio-ingress/eastwestgateway-istio (gw-1) rejects 0.0.0.0_15443: duplicate.",
    );
  });
  test("no pod, and one that could not be looked at", () => {
    expect(judged(condition, { exposure: new Map([[refKey(gateway), []]]) }, plan)).toContain("MF871");
    expect(judged(condition, {}, plan)).toContain("MF870");
  });
});

describe("who answers", () => {
  const held = { [orders]: whole, [stock]: whole };
  test("a reset, and somebody else", () => {
    expect(said(held, { ...answering, [stock]: { refused: "ECONNRESET" } })).toBe(
      `pending MF872: west: Deployment istio-ingress/eastwestgateway-istio: behind ${stock} is ECONNRESET, not spiffe://west.example/ns/sales/sa/stock.`,
    );
    expect(said(held, { ...answering, [stock]: identity("orders") })).toContain(
      "is spiffe://west.example/ns/sales/sa/orders, not spiffe://west.example/ns/sales/sa/stock",
    );
  });
  test("nobody knocks before Envoy holds everything", () => {
    const views = (names: Readonly<Record<string, ExposedName>>): ExposureView[] => [
      { pod: "gw-1", snis: new Map(Object.entries(names)), rejected: [] },
    ];
    expect(asked(condition, { exposure: new Map([[refKey(gateway), views({ [orders]: whole })]]) }, plan)).toEqual([]);
    expect(asked(condition, { exposure: new Map([[refKey(gateway), views(held)]]) }, plan)).toEqual([
      `answerer ${refKey(gateway)}|${orders}`,
      `answerer ${refKey(gateway)}|${stock}`,
    ]);
  });
  test("behind a service without pods nobody is expected", () => {
    const scaled = planOf(
      twoMeshes({
        west: {
          services: [
            { namespace: "sales", name: "orders" },
            { namespace: "sales", name: "stock", replicas: 0 },
          ],
        },
      }),
    );
    const view: ExposureView = {
      pod: "gw-1",
      snis: new Map([
        [orders, whole],
        [stock, { chains: 1, healthy: 0 }],
      ]),
      rejected: [],
    };
    const exposure = new Map([[refKey(gateway), [view]]]);
    expect(judged(condition, { exposure, ...knocked({ [orders]: identity("orders") }) }, scaled)).toBe("done");
  });
});

test("a gateway that the plan does not have", () => {
  expect(judged({ kind: "gateway-exposes", gateway: ref("Deployment.apps a/b"), hosts: [] }, {}, plan)).toContain(
    "MF873",
  );
});
