// Which ports are counted as not HTTP, and which as undeclared.
import { expect, test } from "vitest";
import { examined } from "../../../../test/support/seen.ts";
import { changed, twoMeshes } from "../../../../test/support/world.ts";

function said(name: string, port = 8080): (readonly unknown[])[] {
  const inputs = changed(twoMeshes(), "west Service sales/orders", {
    "/spec/ports/0/name": name,
    "/spec/ports/0/port": port,
  });
  return examined(inputs)
    .findings.filter(({ code }) => ["MF460", "MF461"].includes(code))
    .map(({ code, params }) => [code, params["hosts"], params["total"], params["ports"]]);
}

test.each([
  ["http-web", 8080, []],
  ["grpc", 8080, []],
  ["http2", 8080, []],
  ["grpc-web", 8080, []],
  ["tcp-feed", 8080, [["MF460", 1, 2, "8080 tcp-feed"]]],
  ["tls", 8080, [["MF460", 1, 2, "8080 tls"]]],
  ["mongo", 8080, [["MF460", 1, 2, "8080 mongo"]]],
  ["feed", 8080, [["MF461", 1, 2, "8080 feed"]]],
  ["", 8080, [["MF461", 1, 2, "8080 unnamed"]]],
  // Ports of which istiod knows that the server speaks first (Istio 1.20, pkg/config/kube/conversion.go).
  ["db", 3306, [["MF460", 1, 2, "3306 db"]]],
])("%s at %i", (name, port, findings) => {
  expect(said(name, port)).toEqual(findings);
});
