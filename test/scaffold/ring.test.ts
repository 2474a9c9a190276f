// Four meshes in a ring, each direction exported, as live clusters: federate() sees exactly what the configuration says.
import { expect, test } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import { examine } from "../../src/pipeline.ts";
import { sortedBy } from "../../src/core/order.ts";
import { inputOf, type LiveFacts, liveClusters } from "../../tools/live/live-clusters.ts";
import { rootsFrom } from "./real-roots.ts";
import { scaffoldOf } from "./made.ts";

const names = ["cork", "lyon", "oslo", "rome"];
const ring = `
meshes:
${names.map((name) => `- { name: ${name}, apps: [{ client: web }, { http: shop }, { tcp: shop }] }`).join("\n")}
links: [[cork, lyon], [lyon, oslo], [oslo, rome], [rome, cork]]
exports:
${names.map((name) => `- { from: ${name}, services: [{ service: shop/httpbin, as: offers/httpbin }, { labels: { app: tcp-echo } }] }`).join("\n")}
imports:
- { into: cork, from: lyon, services: [{ service: offers/httpbin, as: shop-of-lyon/*, local: true }] }
- { into: oslo, from: lyon, services: [shop/*], domainSuffix: lyon.example, locality: { region: fr, zone: fr-1 } }
`;
const neighbours = { cork: ["lyon", "rome"], lyon: ["cork", "oslo"], oslo: ["lyon", "rome"], rome: ["cork", "oslo"] };

const places = names.map(
  (cluster, at): LiveFacts => ({
    cluster,
    region: "r",
    zone: `z${at}`,
    nodeAddress: `10.${at}.0.2`,
    podNetwork: `10.12${at}.0.`,
    serviceNetwork: `172.3${at}.0.`,
    addresses: { [cluster]: `192.0.2.${at + 1}` },
  }),
);

const scaffold = scaffoldOf(ring);
const live = liveClusters(scaffold, rootsFrom(names), places);
const { federation, inventory, findings } = examine(
  [...live].map(([name, each]) => inputOf(name, each)),
  defaultConfig,
);

const mesh = (name: string): string => `${name}/istio-system/basic`;

test("the meshes are those of the file, each with its clients as members", () => {
  expect(inventory.meshes.map(({ id, memberNamespaces }) => [id, memberNamespaces])).toEqual(
    names.map((name) => [mesh(name), ["shop", "web"]]),
  );
});

test("the links are the ring, and both ends of each agree on everything", () => {
  const ends = federation.links.map(({ ends: [one, other], facts, rejected }) => [
    one.mesh,
    other.mesh,
    facts.length > 0 && facts.every(({ agrees }) => agrees === true),
    rejected,
  ]);
  expect(sortedBy(ends, String)).toEqual([
    [mesh("cork"), mesh("lyon"), true, null],
    [mesh("cork"), mesh("rome"), true, null],
    [mesh("lyon"), mesh("oslo"), true, null],
    [mesh("oslo"), mesh("rome"), true, null],
  ]);
  expect(federation.unpaired).toEqual([]);
});

test("each mesh exports its two services to both neighbours, under the names stated", () => {
  const seen = federation.exports.map(({ exporter, importer, exportedHost, status }) =>
    [exporter, importer, exportedHost, status].join(" "),
  );
  const expected = Object.entries(neighbours).flatMap(([from, others]) =>
    others.flatMap((to) => [
      `${mesh(from)} ${mesh(to)} httpbin.offers.svc.${to}-mesh-exports.local agrees`,
      `${mesh(from)} ${mesh(to)} tcp-echo.shop.svc.${to}-mesh-exports.local agrees`,
    ]),
  );
  expect(seen.toSorted()).toEqual(expected.toSorted());
});

test("what is imported is what the file says, and what it does not speak of as it is", () => {
  const seen = federation.imports.map(({ importer, host, asLocal, locality }) =>
    [importer, host, asLocal ? "local" : "far", locality ?? "-"].join(" "),
  );
  const asTheyAre = (into: string, from: string) => [
    `${mesh(into)} httpbin.offers.svc.${from}-mesh-imports.local far -`,
    `${mesh(into)} tcp-echo.shop.svc.${from}-mesh-imports.local far -`,
  ];
  const stated = [
    `${mesh("cork")} httpbin.shop-of-lyon.svc.cluster.local local -`,
    `${mesh("oslo")} tcp-echo.shop.lyon.example far fr/fr-1/`,
  ];
  const others = Object.entries(neighbours).flatMap(([from, each]) =>
    from === "lyon" ? [] : each.flatMap((into) => asTheyAre(into, from)),
  );
  expect(seen.toSorted()).toEqual([...stated, ...others].toSorted());
  expect(federation.imports.every(({ status }) => status === "agrees")).toBe(true);
});

test("nothing of it is reported as broken federation", () => {
  // MF05x and MF1xx speak of meshes and links; what the migration has to say of the routes is another matter.
  expect(findings.filter(({ code, severity }) => severity !== "info" && /^MF(?:0|1)/u.test(code))).toEqual([]);
});
