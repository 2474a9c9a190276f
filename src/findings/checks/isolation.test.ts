// What federation kept from a linked mesh: said before passthrough opens it.
import { expect, test } from "vitest";
import { codesOf, examined, ofCode } from "../../../test/support/seen.ts";
import { makeWorld, named, type Rules, type WorldOf } from "../../../test/support/world.ts";

const everything: Rules = [named("", "")];

/** Mesh "hub" offers two services to "left" and what `toRight` says to "right"; both import all of it. */
function hub(toRight: Rules): WorldOf {
  const service = (name: string) => ({ namespace: "shop", name });
  return {
    meshes: [
      { key: "hub", services: [service("orders"), service("stock")] },
      { key: "left", clients: ["buyers"] },
      { key: "right", clients: ["auditors"] },
    ],
    links: [
      { between: ["hub", "left"], exports: [[named("shop", "")], null], imports: [null, everything] },
      { between: ["hub", "right"], exports: [toRight, null], imports: [null, everything] },
    ],
  };
}

test("a service that one of two trusted meshes did not get is named", () => {
  const findings = ofCode(examined(makeWorld(hub([named("shop", "orders")]))).findings, "MF313");
  expect(findings.map(({ severity, params }) => [severity, params["mesh"], params["services"]])).toEqual([
    ["block", "hub/istio-system/basic", "shop/stock"],
  ]);
});

test("nothing is lost where both meshes get the same services, or where there is only one", () => {
  expect(codesOf(examined(makeWorld(hub([named("shop", "")]))).findings)).not.toContain("MF313");
  const { meshes, links } = hub([]);
  const alone = { meshes: meshes.slice(0, 2), links: links.slice(0, 1) };
  expect(codesOf(examined(makeWorld(alone)).findings)).toEqual([]);
});
