// What federation kept from a linked mesh: kept by a policy of ours where that is possible, said where it is not.
import { describe, expect, test } from "vitest";
import type { Json } from "../../core/json.ts";
import type { Plan } from "../../plan/plan.ts";
import { planOf } from "../../../test/support/example.ts";
import { codesOf, examined, ofCode, phaseSteps } from "../../../test/support/seen.ts";
import {
  added,
  changed,
  kubeObject,
  type MeshOf,
  makeWorld,
  named,
  type Rules,
  type WorldOf,
} from "../../../test/support/world.ts";
import { validateObject } from "../../../test/schemas/validate-object.ts";

const everything: Rules = [named("", "")];

/** Mesh "hub" offers two services to "left" and what `toRight` says to "right"; both import all of it. */
function hub(toRight: Rules, right: Partial<MeshOf> = {}): WorldOf {
  const service = (name: string) => ({ namespace: "shop", name });
  return {
    meshes: [
      { key: "hub", services: [service("orders"), service("stock")] },
      { key: "left", clients: ["buyers"] },
      { key: "right", clients: ["auditors"], ...right },
    ],
    links: [
      { between: ["hub", "left"], exports: [[named("shop", "")], null], imports: [null, everything] },
      { between: ["hub", "right"], exports: [toRight, null], imports: [null, everything] },
    ],
  };
}

function policies(plan: Plan): Json[] {
  return Object.values(plan.objects).filter(({ kind }) => kind === "AuthorizationPolicy");
}

describe("a service that one of two trusted meshes did not get", () => {
  const world = makeWorld(hub([named("shop", "orders")]));
  test("is closed to that mesh's trust domain, before anything is exposed", () => {
    const plan = planOf(world);
    expect(policies(plan)).toEqual([
      {
        apiVersion: "security.istio.io/v1beta1",
        kind: "AuthorizationPolicy",
        metadata: {
          name: "meshferry-stock",
          namespace: "shop",
          labels: { "app.kubernetes.io/managed-by": "meshferry" },
        },
        spec: {
          action: "DENY",
          selector: { matchLabels: { app: "stock" } },
          rules: [
            { from: [{ source: { principals: ["right.example/*"] } }], to: [{ operation: { ports: ["8080"] } }] },
          ],
        },
      },
    ]);
    expect(validateObject(policies(plan)[0])).toEqual([]);
    const ids = phaseSteps(plan, "export").map(({ id }) => id);
    const policy = ids.find((id) => id.includes("AuthorizationPolicy"));
    const exposure = phaseSteps(plan, "export").find(({ id }) => id.endsWith("expose-services"));
    expect(exposure?.after).toContain(policy);
  });
  test("is closed by its pods' own labels where it selects none, so that others in its namespace stay open", () => {
    const fixed = added(
      changed(changed(world, "hub Service shop/stock", { "/spec/selector": {} }), "hub Pod shop/stock-5d4f-0", {
        "/status/podIP": "10.1.0.7",
      }),
      kubeObject("hub", "discovery.k8s.io/v1", "EndpointSlice", "shop", "stock-1", {
        metadata: { labels: { "kubernetes.io/service-name": "stock" } },
        addressType: "IPv4",
        endpoints: [{ addresses: ["10.1.0.7"] }],
        ports: [{ name: "http", port: 8080 }],
      }),
    );
    expect(codesOf(examined(fixed).findings)).not.toContain("MF313");
    expect(policies(planOf(fixed))).toEqual(policies(planOf(world)));
  });
  test("is named for information, and blocks nothing", () => {
    const { findings } = examined(world);
    expect(
      ofCode(findings, "MF315").map(({ severity, params }) => [severity, params["services"], params["domains"]]),
    ).toEqual([["info", "shop/stock", "right.example"]]);
    expect(codesOf(findings)).not.toContain("MF313");
  });
});

test("nothing is kept out where both meshes get the same services, or where there is only one", () => {
  const same = makeWorld(hub([named("shop", "")]));
  expect(policies(planOf(same))).toEqual([]);
  expect(codesOf(examined(same).findings)).not.toContain("MF315");
  const { meshes, links } = hub([]);
  const alone = { meshes: meshes.slice(0, 2), links: links.slice(0, 1) };
  expect(codesOf(examined(makeWorld(alone)).findings)).toEqual([]);
});

test("a mesh without a link is kept out too, if its root is one of those that will be trusted", () => {
  const { meshes, links } = hub([]);
  const apart = (root: string) => ({
    meshes: [...meshes.slice(0, 2), { key: "right", root }],
    links: links.slice(0, 1),
  });
  expect(policies(planOf(makeWorld(apart("left"))))).toHaveLength(2);
  expect(policies(planOf(makeWorld(apart("right"))))).toEqual([]);
});

describe("who cannot be told apart is said, and blocks", () => {
  const cases: readonly (readonly [string, WorldOf])[] = [
    ["the trust domain of a mesh that may call", hub([named("shop", "orders")], { trustDomain: "left.example" })],
    ["the exporter's own trust domain", hub([named("shop", "orders")], { trustDomain: "hub.example" })],
  ];
  for (const [name, world] of cases) {
    test(name, () => {
      const inputs = makeWorld(world);
      expect(
        ofCode(examined(inputs).findings, "MF313").map(({ severity, params }) => [
          severity,
          params["services"],
          params["meshes"],
        ]),
      ).toEqual([["block", "shop/stock", "right/istio-system/basic"]]);
      expect(policies(planOf(inputs))).toEqual([]);
    });
  }
  test("pods that also run a service which the mesh may call", () => {
    const inputs = makeWorld(hub([named("shop", "orders")])).map((input) => ({
      ...input,
      objects: input.objects.map((object) =>
        object.ref.kind === "Service" && object.ref.name === "stock"
          ? {
              ...object,
              body: { ...object.body, spec: { selector: { app: "orders" }, ports: [{ port: 8080, name: "http" }] } },
            }
          : object,
      ),
    }));
    expect(ofCode(examined(inputs).findings, "MF313")).toHaveLength(1);
    expect(policies(planOf(inputs))).toEqual([]);
  });
});
