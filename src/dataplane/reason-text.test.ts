import { describe, expect, test } from "vitest";
import { clusterId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { type ReasonCode, reasonCodes } from "./reached.ts";
import { reasonText, reasonTexts } from "./reason-text.ts";

const at: ObjectRef = { cluster: clusterId("east"), group: "", kind: "Service", namespace: "shop", name: "cart" };

/** The names that a text has places for. */
function namesIn(code: ReasonCode): string[] {
  return [...reasonTexts[code].matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? "");
}

describe.each(reasonCodes)("%s", (code) => {
  test("is a clause with nothing known, and leaves no place open", () => {
    const text = reasonText({ code, at: null, params: {} });
    expect(text).toMatch(/^[a-z][^[\]{}]+[^[\]{}: ,;]$/u);
    expect(text).not.toMatch(/ {2}/u);
  });
  test("says every value and where to look", () => {
    const params = Object.fromEntries(namesIn(code).map((name) => [name, `<${name}>`]));
    const text = reasonText({ code, at, params });
    for (const name of namesIn(code)) expect(text).toContain(name === "at" ? "east: Service shop/cart" : `<${name}>`);
    expect(text).not.toMatch(/[[\]{}]/u);
  });
});

test("of many names a few are said, numbers as they are", () => {
  const params = { identity: "d/ns/a/sa/b", accepted: ["one", "two", "three", "four", "five"] };
  expect(reasonText({ code: "name-refused", at: null, params })).toBe(
    "the server is d/ns/a/sa/b, and has none of the names that the client accepts: one, two, three and 2 more",
  );
  expect(reasonText({ code: "no-gateway", at: null, params: { address: "192.0.2.7", port: 15443 } })).toBe(
    "nothing that is known answers at the address 192.0.2.7, port 15443",
  );
});

test("a value that looks like a place is only a value", () => {
  expect(reasonText({ code: "no-service", at: null, params: { host: "[{port}]" } })).toBe(
    "no service [{port}] is known to the client",
  );
});
