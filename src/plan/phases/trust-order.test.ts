// The two orders: with trust by the peers no CA is touched and the peers stay; with combined roots they go.
import { expect, test } from "vitest";
import { defaultConfig } from "../../config/config.ts";
import { guideConfig } from "../../../test/support/guide-config.ts";
import { planOf, stepsOf } from "../../../test/support/example.ts";
import { codesOf, ofCode, phaseSteps } from "../../../test/support/seen.ts";
import { changed, makeWorld, named, twoMeshes } from "../../../test/support/world.ts";

test("trust by the peers is what is done where nothing is said", () => {
  expect(defaultConfig.trust.order).toBe("peers");
  const plan = planOf(twoMeshes(), defaultConfig);
  expect([plan.trust, plan.phases.map(({ id }) => id)]).toEqual([
    "peers",
    ["prepare", "network", "export", "import", "shift", "retire-exports", "retire-imports"],
  ]);
});

test("no Secret and no peer is touched, and nothing but the sets is deleted", () => {
  const steps = stepsOf(planOf(twoMeshes(), defaultConfig));
  const touched = steps.flatMap(({ action }) => ("ref" in action ? [`${action.do} ${action.ref.kind}`] : []));
  expect(touched.filter((each) => /Secret|ServiceMeshPeer/u.test(each))).toEqual([]);
  expect(touched.filter((each) => each.startsWith("delete"))).toEqual([
    "delete ExportedServiceSet",
    "delete ImportedServiceSet",
  ]);
  expect(steps.some(({ action }) => action.do === "delete-together")).toBe(false);
});

test("one finding says that the peers stay; no link is said to stay for another reason", () => {
  const { findings } = planOf(twoMeshes(), defaultConfig);
  expect(codesOf(findings)).toEqual(["MF340"]);
  expect(findings[0]?.params).toEqual({ meshes: "east/istio-system/basic, west/istio-system/basic", peers: 2 });
  expect(codesOf(planOf(twoMeshes(), guideConfig).findings)).toEqual([]);
});

test("before clients move, the peers that trust rests on are synced", () => {
  const gate = JSON.stringify(planOf(twoMeshes(), defaultConfig).phases.find(({ id }) => id === "import")?.gate);
  expect(gate.match(/peer-synced/gu)).toHaveLength(2);
  const combined = JSON.stringify(planOf(twoMeshes(), guideConfig).phases.find(({ id }) => id === "import")?.gate);
  expect(combined).not.toContain("peer-synced");
});

test("a CA that no root can be added to stands in the way of combined roots only", () => {
  const selfSigned = changed(twoMeshes(), "west Secret istio-system/cacerts", undefined);
  expect(ofCode(planOf(selfSigned, defaultConfig).findings, "MF308")).toEqual([]);
  expect(ofCode(planOf(selfSigned, guideConfig).findings, "MF308")).toHaveLength(1);
});

test("a mesh that is linked, and gets nothing that is exposed, is kept out all the same: its peer makes it trusted", () => {
  const world = makeWorld({
    meshes: [
      { key: "hub", services: ["orders", "stock"].map((name) => ({ namespace: "shop", name })) },
      { key: "left", clients: ["app"] },
      { key: "right", clients: ["app"] },
    ],
    links: [
      { between: ["hub", "left"], exports: [[named("*", "orders")], null], imports: [null, [named("*", "*")]] },
      { between: ["hub", "right"], exports: [null, null], imports: [null, null] },
    ],
  });
  for (const config of [defaultConfig, guideConfig]) {
    const applied = phaseSteps(planOf(world, config), "export").flatMap(({ action }) =>
      action.do === "apply" && action.ref.kind === "AuthorizationPolicy" ? [action.ref.name] : [],
    );
    expect(applied).toEqual(["meshferry-orders"]);
  }
});
