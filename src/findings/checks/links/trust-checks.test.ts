// The checks of roots and trust domains: where they are silent, and what they say exactly.
import { describe, expect, test } from "vitest";
import { type Readings, withReadings } from "../../../../test/support/certificates.ts";
import { examined, ofCode } from "../../../../test/support/seen.ts";
import { added, changed, kubeObject, makeWorld, type MeshOf, pem, twoMeshes } from "../../../../test/support/world.ts";
import type { ClusterInput } from "../../../core/cluster.ts";

const published = "west ConfigMap istio-system/istio-ca-root-cert";
const said = (inputs: readonly ClusterInput[]): string[] =>
  examined(inputs)
    .findings.filter(({ code }) => code > "MF341" && code < "MF360")
    .map(({ code }) => code);
const params = (inputs: readonly ClusterInput[], code: string) =>
  ofCode(examined(inputs).findings, code).map((each) => each.params);
const answer = (inputs: readonly ClusterInput[]) => examined(inputs).answers.get("root-certificates")?.answer;
const judged = (west: Readings[string], asOf: string | null = "2027-01-01T00:00:00Z") =>
  withReadings(twoMeshes(), { east: {}, west }, asOf);

describe("roots", () => {
  test("that nobody has read, or without a time, are not judged", () => {
    expect([said(twoMeshes()), answer(twoMeshes())]).toEqual([[], "not-checked"]);
    const timeless = judged({ validTo: "2026-12-31T00:00:00Z" }, null);
    expect([said(timeless), answer(timeless)]).toEqual([[], "not-checked"]);
    expect([said(judged({})), answer(judged({}))]).toEqual([[], "held"]);
    // What does not depend on the time is said all the same.
    expect(said(judged({ ca: false }, null))).toEqual(["MF342"]);
  });

  test.each<[string, Readings[string], string]>([
    ["ended", { validTo: "2026-12-31T00:00:00Z" }, "O=corp, CN=Root CA ended on 2026-12-31"],
    ["not begun", { validFrom: "2027-01-02T00:00:00Z" }, "O=corp, CN=Root CA is not valid before 2027-01-02"],
    ["no CA", { ca: false }, "O=corp, CN=Root CA is no CA"],
    ["no certificate", null, "one of its certificates cannot be read"],
  ])("%s: not usable, and not also said to end", (_name, west, reasons) => {
    expect(said(judged(west))).toEqual(["MF342"]);
    expect(params(judged(west), "MF342")).toEqual([{ mesh: "west/istio-system/basic", reasons }]);
  });

  test("are warned of from 90 days before the end, not earlier", () => {
    const ending = { validTo: "2027-04-01T00:00:00Z" };
    expect(said(judged(ending, "2026-12-31T23:59:59Z"))).toEqual([]);
    expect(said(judged(ending, "2027-01-01T00:00:00Z"))).toEqual(["MF343"]);
    expect(said(judged(ending, "2027-04-01T00:00:00Z"))).toEqual(["MF343"]);
    expect(said(judged(ending, "2027-04-01T00:00:01Z"))).toEqual(["MF342"]);
  });

  test("in a bundle: what lasts longest counts; another mesh's root is that mesh's matter", () => {
    const rotating = changed(twoMeshes(), published, { "/data/root-cert.pem": pem("west") + pem("next") });
    const old = { validTo: "2026-12-31T00:00:00Z" };
    expect(said(withReadings(rotating, { east: {}, west: old, next: {} }))).toEqual([]);
    const both = { west: { validTo: "2027-02-01T00:00:00Z" }, next: { validTo: "2027-03-01T00:00:00Z" } };
    expect(params(withReadings(rotating, { east: {}, ...both }), "MF343").map(({ end }) => end)).toEqual([
      "2027-03-01",
    ]);
    const combined = changed(twoMeshes(), published, { "/data/root-cert.pem": pem("west") + pem("east") });
    expect(params(withReadings(combined, { east: old, west: {} }), "MF342").map(({ mesh }) => mesh)).toEqual([
      "east/istio-system/basic",
    ]);
  });

  test("of meshes without a link do not matter", () => {
    const lonely = makeWorld({ meshes: [{ key: "west" }], links: [] });
    expect(said(withReadings(lonely, { west: null }))).toEqual([]);
  });
});

test("copies of the roots matter in member namespaces, whatever blanks stand around them", () => {
  const copy = (namespace: string, text: string) =>
    added(
      twoMeshes(),
      kubeObject("west", "v1", "ConfigMap", namespace, "istio-ca-root-cert", { data: { "root-cert.pem": text } }),
    );
  expect(said(copy("sales", `\n${pem("west")}\n`))).toEqual([]);
  expect(said(copy("elsewhere", pem("other")))).toEqual([]);
  expect(params(copy("sales", pem("other")), "MF345")).toEqual([
    { mesh: "west/istio-system/basic", namespaces: "sales" },
  ]);
});

describe("trust domains", () => {
  const row = (domains: readonly string[], over: Partial<MeshOf> = {}): ClusterInput[] =>
    makeWorld({
      meshes: domains.map((trustDomain, index) => ({ key: `m${index}`, trustDomain, ...over })),
      links: domains.slice(1).map((_, index) => ({
        between: [`m${index}`, `m${index + 1}`],
        exports: [null, null],
        imports: [null, null],
      })),
    });
  const ids = (...numbers: readonly number[]) => numbers.map((each) => `m${each}/istio-system/basic`).join(", ");

  test("shared over a mesh in between are said once", () => {
    expect(params(row(["a", "b", "a"]), "MF346")).toEqual([
      { meshes: ids(0, 2), domain: "a", roots: "with different roots" },
    ]);
    expect(params(row(["cluster.local", "b", "cluster.local"], { root: "one" }), "MF347")).toEqual([
      { meshes: ids(0, 2), roots: "with one root" },
    ]);
    expect(said(row(["cluster.local", "b", "c"]))).toEqual([]);
  });

  test("one root is no news among meshes of one domain, and said once among several", () => {
    expect(said(row(["a", "a"], { root: "one" }))).toEqual(["MF346"]);
    expect(params(row(["a", "b", "c"], { root: "one" }), "MF348")).toEqual([{ meshes: ids(0, 1, 2) }]);
  });

  test("a peer's domain among the aliases is no stranger, also where that mesh was not supplied", () => {
    const alias = { techPreview: { meshConfig: { trustDomainAliases: ["west.example"] } } };
    const inputs = twoMeshes({ east: { spec: alias } });
    expect(said(inputs)).toEqual([]);
    expect(said(inputs.filter(({ id }) => id === "east"))).toEqual([]);
  });
});
