// What a peer's root says of the other mesh: whether it names it, and in words what it names.
import { describe, expect, test } from "vitest";
import { withReadings } from "../../test/support/certificates.ts";
import { examined } from "../../test/support/seen.ts";
import { changed, pem, twoMeshes } from "../../test/support/world.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { certificateHashes } from "../core/certificates.ts";
import type { Json } from "../core/json.ts";
import { factsSeenFrom } from "./link-facts.ts";

const peers = "east ConfigMap istio-system/west-mesh-ca-root-cert";
const published = "west ConfigMap istio-system/istio-ca-root-cert";
const short = (name: string) => certificateHashes(pem(name))[0]?.slice(7, 19) ?? "";
const roots = (...names: readonly string[]): Readonly<Record<string, Json>> => ({
  "/data/root-cert.pem": names.map(pem).join(""),
});

/** What east's peer says of west's root. */
function rootFact(inputs: readonly ClusterInput[]) {
  const { clusters, meshes } = examined(inputs).inventory;
  const [near, far] = ["east", "west"].map((id) => {
    const [cluster, mesh] = [clusters.find((each) => each.id === id), meshes.find((each) => each.cluster === id)];
    const [peer] = mesh?.peers ?? [];
    if (!cluster || !mesh || !peer) throw new Error("no side");
    return { cluster, mesh, peer };
  });
  const fact = near && far && factsSeenFrom(near, far).find((each) => each.fact === "root");
  return { agrees: fact?.agrees, claimed: fact?.claimed, actual: fact?.actual };
}

describe("a peer names the other mesh", () => {
  test.each<[string, readonly string[], readonly string[], boolean]>([
    ["by its root", ["west"], ["west"], true],
    ["by its root among others: one is being replaced", ["old", "west"], ["west"], true],
    ["by one of its two own roots", ["next"], ["west", "next"], true],
    ["by a bundle of all meshes", ["north", "east", "west"], ["west", "east"], true],
    ["not by another root", ["north"], ["west"], false],
    ["not by a root beside another mesh's that it has come to trust", ["north", "east"], ["west", "east"], false],
    ["not by nothing", [], ["west"], false],
  ])("%s", (_name, claimed, actual, agrees) => {
    const inputs = changed(changed(twoMeshes(), peers, roots(...claimed)), published, roots(...actual));
    expect(rootFact(inputs).agrees).toBe(agrees);
  });
});

test("certificates are told apart by name and end where they were read", () => {
  const readings = { west: { subject: "CN=West", validTo: "2036-11-19T22:06:13.000Z" }, broken: null };
  const inputs = withReadings(changed(twoMeshes(), peers, roots("west", "broken")), readings);
  const west = `${short("west")} (CN=West, until 2036-11-19)`;
  const both = [west, `${short("broken")} (cannot be read)`].sort((left, right) => (left < right ? -1 : 1));
  expect(rootFact(inputs)).toEqual({ agrees: true, claimed: both.join(", "), actual: west });
});

test("a root of the same name that is not the same was renewed", () => {
  const readings = { old: { subject: "CN=West" }, west: { subject: "CN=West" }, east: { subject: "CN=East" } };
  const stale = rootFact(withReadings(changed(twoMeshes(), peers, roots("old")), readings));
  expect([stale.agrees, stale.actual]).toEqual([
    false,
    `${short("west")} (CN=West, until 2036-01-01), of the same name: renewed since`,
  ]);
  expect(rootFact(withReadings(changed(twoMeshes(), peers, roots("east")), readings)).actual).not.toContain("renewed");
});

test("a ConfigMap without the key is said to be one", () => {
  expect(rootFact(changed(twoMeshes(), peers, { "/data": { other: "x" } }))).toEqual({
    agrees: false,
    claimed: "nothing: ConfigMap west-mesh-ca-root-cert has no key root-cert.pem",
    actual: short("west"),
  });
});
