// Nothing is made for the example's names: the same world under other names gives the same plan under other names.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { clusterId } from "../../src/core/ids.ts";
import { canonicalJson, isJsonObject, type Json } from "../../src/core/json.ts";
import { refKey } from "../../src/core/object-ref.ts";
import { sortedBy } from "../../src/core/order.ts";
import { planOf, readEastWest, root, stepsOf } from "../support/example.ts";

/**
 * Example name → another of the same length and at the same place in the order, so that sorted lists keep their order.
 * Texts are replaced inside words too: host names, identities, gateway and ConfigMap names are made of them.
 */
const names: readonly (readonly [string, string])[] = [
  ["federation-ingress", "borderline-inwardx"],
  ["federation-egress", "borderline-egoing"],
  ["network-east-mesh", "netzone-alfa-grid"],
  ["network-west-mesh", "netzone-zulu-grid"],
  ["east-mesh", "alfa-grid"],
  ["west-mesh", "zulu-grid"],
  ["east.local", "alfa.intra"],
  ["west.local", "zulu.intra"],
  ["istio-system", "mesh-control"],
  ["basic", "prime"],
  ["client", "caller"],
  ["httpbin", "orders1"],
  ["curl", "dial"],
  ["192.0.2.", "203.0.113."],
  ["198.51.100.", "203.0.114."],
];

/** The two server namespaces are single letters, and ports are numbers: both are replaced as whole values. */
const exact: ReadonlyMap<string, string> = new Map([
  ["a", "ash"],
  ["b", "bay"],
]);
const numbers: ReadonlyMap<number, number> = new Map([
  [8000, 8765],
  [8080, 8989],
]);

const portNames: ReadonlyMap<string, string> = new Map([["http", "http-shop"]]);

function renamedText(text: string): string {
  // PEM blocks and the like are no names.
  if (text.includes("BEGIN CERTIFICATE")) return text;
  let renamed = exact.get(text) ?? text;
  for (const [from, to] of names) renamed = renamed.replaceAll(from, to);
  for (const [from, to] of exact) {
    renamed = renamed
      .replaceAll(`.${from}.svc`, `.${to}.svc`)
      .replaceAll(`/ns/${from}/`, `/ns/${to}/`)
      .replaceAll(new RegExp(`(^|[|/"])${from}(?=[|/"])`, "gu"), `$1${to}`);
  }
  return renamed;
}

function renamed(value: Json, key = ""): Json {
  if (typeof value === "string")
    return key === "name" && portNames.has(value) ? (portNames.get(value) ?? value) : renamedText(value);
  if (typeof value === "number") return numbers.get(value) ?? value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => renamed(item, key));
  if (!isJsonObject(value)) return value;
  // Keys are names in some maps (labels, gateways) and the API's own in others ("clientID").
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      /^client[A-Zs]/u.test(name) ? name : renamedText(name),
      renamed(item, name),
    ]),
  );
}

function renamedInput(input: ClusterInput): ClusterInput {
  const cluster = clusterId(input.id === "east" ? "alfa" : "zulu");
  const objects = input.objects.map((object) => ({
    ...object,
    ref: {
      ...object.ref,
      cluster,
      name: renamedText(object.ref.name),
      namespace: object.ref.namespace === null ? null : renamedText(object.ref.namespace),
    },
    body: renamed(object.body) as typeof object.body,
  }));
  return { ...input, id: cluster, objects: sortedBy(objects, ({ ref }) => refKey(ref)) };
}

/** A plan without what hashes make of it, as text, with the names put in that the other world uses. */
function comparable(plan: ReturnType<typeof planOf>, rename: (value: Json) => Json): string[] {
  const lines = stepsOf(plan).map(({ action, ...step }) => {
    const template = action.do === "apply" ? (plan.objects[action.object] ?? null) : null;
    // Hashes differ, and titles are prose in which "client" and "a" are ordinary words.
    const { expect: _, title: __, ...rest } = step;
    const shown = action.do === "apply" ? { do: action.do, ref: action.ref, set: action.set } : action;
    // A Secret's patch holds certificates in base64, which no name occurs in.
    return { step: rest, action: shown, template } as unknown as Json;
  });
  const others = [plan.waves, plan.probes, plan.slots, plan.routes] as unknown as Json[];
  return [...lines, ...others].map((line) => canonicalJson(rename(line)));
}

/** The clusters' names occur in ids and names of ours, beside the example's other names. */
function withClusters(value: Json): Json {
  return JSON.parse(
    JSON.stringify(renamed(value))
      .replaceAll(/\beast\b(?!-west)/gu, "alfa")
      .replaceAll(/(?<!east-)\bwest\b/gu, "zulu"),
  ) as Json;
}

test("the plan for the renamed world is the renamed plan", async () => {
  const inputs = await readEastWest();
  const plain = planOf(inputs);
  const other = planOf(inputs.map(renamedInput));
  const right = comparable(other, (value) => value);
  expect(right.length).toBeGreaterThan(30);
  expect(comparable(plain, withClusters)).toEqual(right);
  for (const line of right)
    for (const name of ["httpbin", "istio-system", "west-mesh", "east/"]) expect(line).not.toContain(name);
});

test("no name of the example occurs in the product's code", () => {
  const words = /\b(east-mesh|west-mesh|east\.local|west\.local|httpbin|network-(east|west)|basic|curl)\b/u;
  // The defaults of `scaffold` are the names of the guide's starting point; they stand in this one file.
  const defaults = join(root, "src", "scaffold", "usual.ts");
  // What asks from clients' pods names the programs that it finds there; one of them is the example's client's namesake.
  const programs = join(root, "src", "observe");
  const offending: string[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name.endsWith(".ts") && !name.endsWith(".test.ts") && path !== defaults) {
        readFileSync(path, "utf8")
          .split("\n")
          .forEach((line, index) => {
            const named = path.startsWith(programs) ? line.replaceAll(/\bcurl\b/gu, "") : line;
            if (words.test(named)) offending.push(`${path}:${index + 1}: ${line.trim()}`);
          });
      }
    }
  };
  walk(join(root, "src"));
  expect(offending).toEqual([]);
});
