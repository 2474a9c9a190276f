// The small things that every station leans on: order, pointers, canonical JSON, certificates, references.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { certificateBlocks, certificateHashes } from "./certificates.ts";
import { encodeText } from "./base64.ts";
import { hashOf, shortHash } from "./hash.ts";
import { clusterId, host, linkId, meshId, routeId } from "./ids.ts";
import { canonicalJson, equalJson, type Json } from "./json.ts";
import { equalRef, kindKey, type ObjectRef, refKey, refText, sortedRefs } from "./object-ref.ts";
import { compareText, groupBy, sortedBy, sortedUnique } from "./order.ts";
import { pointer, pointerParts, valueAt, withValueAt } from "./pointer.ts";
import { pem } from "../../test/support/world.ts";

const seeded = { seed: 5, numRuns: 100 };

describe("order", () => {
  test("is by code unit, whatever a locale says", () => {
    expect(sortedUnique(["b", "a", "B", "ä", "10", "9", "a"])).toEqual(["10", "9", "B", "a", "b", "ä"]);
    expect([compareText("a", "b"), compareText("b", "a"), compareText("a", "a")]).toEqual([-1, 1, 0]);
  });
  test("goes by the next key where the first is equal, and keeps the rest as it was", () => {
    const items = ["b2", "a2", "b1", "a1"];
    expect(sortedBy(items, (each) => each.slice(0, 1))).toEqual(["a2", "a1", "b2", "b1"]);
    expect(
      sortedBy(
        items,
        (each) => each.slice(0, 1),
        (each) => each.slice(1),
      ),
    ).toEqual(["a1", "a2", "b1", "b2"]);
    expect(items[0]).toBe("b2");
  });
  test("groups keep the order of their items", () => {
    expect([...groupBy(["b1", "a1", "b2"], (each) => each.slice(0, 1))]).toEqual([
      ["b", ["b1", "b2"]],
      ["a", ["a1"]],
    ]);
  });
});

describe("pointers", () => {
  const keys = fc.array(fc.oneof(fc.string(), fc.constantFrom("~1", "~0", "a/b", "~01", "")), { maxLength: 4 });
  test("of any keys can be read back", () => {
    fc.assert(
      fc.property(keys, (parts) => JSON.stringify(pointerParts(pointer(...parts))) === JSON.stringify(parts)),
      seeded,
    );
  });
  test("find what was put there", () => {
    const parts = fc.array(
      fc.string().filter((key) => key !== "__proto__"),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, (path) => valueAt(withValueAt({}, pointer(...path), 7), pointer(...path)) === 7),
      seeded,
    );
  });
  test("look at own properties only, and at nothing below a text", () => {
    expect([
      valueAt({}, "/toString"),
      valueAt({ a: "text" }, "/a/length"),
      valueAt(undefined, "/a"),
      valueAt([1], "/1"),
    ]).toEqual([undefined, undefined, undefined, undefined]);
    expect(valueAt({ a: [{ b: 1 }] }, "/a/0/b")).toBe(1);
  });
  test("change a copy, make missing parents, and replace what is no object", () => {
    const root: Json = { a: { b: 1 }, list: [{ x: 1 }, { x: 2 }] };
    expect(withValueAt(root, "/a/c/d", 2)).toEqual({ ...root, a: { b: 1, c: { d: 2 } } });
    expect(withValueAt(root, "/list/1/x", 3)).toEqual({ ...root, list: [{ x: 1 }, { x: 3 }] });
    expect(withValueAt({ a: null }, "/a/b", 1)).toEqual({ a: { b: 1 } });
    expect(root).toEqual({ a: { b: 1 }, list: [{ x: 1 }, { x: 2 }] });
  });
});

describe("canonical JSON", () => {
  test("is the same for equal values, and can be parsed back", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) =>
          JSON.stringify(JSON.parse(canonicalJson(value as Json))) ===
          JSON.stringify(JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value)) as Json))),
      ),
      seeded,
    );
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  });
  test("equality forgets the order of keys, not that of lists", () => {
    expect([equalJson({ a: 1, b: 2 }, { b: 2, a: 1 }), equalJson([1, 2], [2, 1]), equalJson({ a: null }, {})]).toEqual([
      true,
      false,
      false,
    ]);
  });
  test("hashes follow it", () => {
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
    expect(hashOf("x")).toMatch(/^sha256:[0-9a-f]{64}$/u);
    expect(hashOf("x").startsWith(`sha256:${shortHash("x")}`)).toBe(true);
  });
});

describe("certificates", () => {
  test("are the same however their lines are broken, and each counts once", () => {
    const wrapped = pem("a")
      .replaceAll(/(.{10})/gu, "$1\n")
      .replace(/-----B[^]*?-----\n/u, "-----BEGIN CERTIFICATE-----\n");
    const crlf = pem("a").replaceAll("\n", "\r\n");
    expect(certificateHashes(crlf)).toEqual(certificateHashes(pem("a")));
    expect(certificateHashes(`${pem("a")}# between\n${crlf}${pem("b")}`)).toHaveLength(2);
    expect(wrapped).not.toBe(pem("a"));
  });
  test("come apart in their order", () => {
    const blocks = certificateBlocks(`${pem("b").trim()}${pem("a")}`);
    expect(blocks.map((block) => block.pem)).toEqual([pem("b"), pem("a")]);
    expect(blocks.map(({ hash }) => hash).sort()).toEqual(certificateHashes(pem("a") + pem("b")));
  });
  test("are nothing else: keys and text are passed over", () => {
    expect(certificateHashes("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")).toEqual([]);
    expect(certificateHashes("")).toEqual([]);
  });
});

describe("references and ids", () => {
  const ref = (kind: string, namespace: string | null, name: string, group = ""): ObjectRef => ({
    cluster: clusterId("one"),
    group,
    kind,
    namespace,
    name,
  });
  test("read as people write them", () => {
    expect([
      refText(ref("Node", null, "n")),
      refText(ref("Pod", "a", "p"), false),
      kindKey(ref("Gateway", "a", "g", "networking.istio.io")),
      kindKey(ref("Pod", "a", "p")),
    ]).toEqual(["one: Node n", "Pod a/p", "Gateway.networking.istio.io", "Pod"]);
  });
  test("tell kinds of one name apart by group", () => {
    const [istio, api] = [
      ref("Gateway", "a", "g", "networking.istio.io"),
      ref("Gateway", "a", "g", "gateway.networking.k8s.io"),
    ];
    expect([refKey(istio) === refKey(api), equalRef(istio, { ...istio })]).toEqual([false, true]);
    expect(sortedRefs([istio, api, istio])).toEqual([api, istio]);
  });
  test("of links are the same from both ends", () => {
    expect([linkId("b", "a"), linkId("a", "b")]).toEqual(["a<->b", "a<->b"]);
    expect(routeId(meshId(clusterId("one"), "ns", "m"), host("h.example"))).toBe("one/ns/m|h.example");
  });
});

test("base64 is that of the text's UTF-8 bytes", () => {
  expect(encodeText("Wurzel – ä\n")).toBe(Buffer.from("Wurzel – ä\n", "utf8").toString("base64"));
});
