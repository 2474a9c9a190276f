import { describe, expect, test } from "vitest";
import { deployment } from "../../test/support/sample-rehearsal.ts";
import { clusterId, host, meshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { RehearsedPair } from "../rehearsal/rehearsal.ts";
import { findPair } from "./find-pair.ts";
import { parseClient, parseHost } from "./rehearse-flags.ts";
import { UserError } from "./user-error.ts";

function pair(clients: readonly ObjectRef[], name: string, port: number): RehearsedPair {
  const [first] = clients;
  const mesh = meshId(clusterId(first?.cluster ?? ""), "istio-system", "basic");
  const of = { namespace: first?.namespace ?? "", serviceAccount: "default", workloads: clients };
  return { mesh, clients: [of], host: host(name), port };
}

const curl = deployment("east", "client", "curl");
const both = deployment("east", "shop", "cart");
const pairs = [
  pair([curl, deployment("east", "client", "other")], "a.example", 8000),
  pair([curl], "a.example", 9000),
  pair([curl], "b.example", 8000),
  pair([both], "a.example", 8000),
  pair([deployment("west", "shop", "cart")], "a.example", 8000),
];

function found(client: string, dialled: string): ReturnType<typeof findPair> {
  return findPair(pairs, parseClient(client), parseHost(dialled));
}

function trouble(client: string, dialled: string): string {
  try {
    found(client, dialled);
  } catch (error) {
    if (error instanceof UserError) return `${error.trouble.what} | ${error.trouble.todo}`;
    throw error;
  }
  return "none";
}

describe("a pair is found", () => {
  test("by client and host, with the port where there are several", () => {
    expect(found("client/curl", "b.example")).toEqual({ client: curl, host: "b.example", port: 8000 });
    expect(found("client/curl", "a.example:9000")).toEqual({ client: curl, host: "a.example", port: 9000 });
    expect(found("client/other", "a.example").client.name).toBe("other");
  });
  test("by the cluster in front where two have a client of the name", () => {
    expect(found("east/shop/cart", "a.example").client).toEqual(both);
    expect(found("west/shop/cart", "a.example:8000").client.cluster).toBe("west");
  });
});

test.each([
  ["no/one", "a.example", /no such client .* \| There are: client\/curl, client\/other, shop\/cart$/u],
  [
    "client/curl",
    "c.example",
    /c\.example: no imported host that client\/curl reaches \| It reaches: a\.example, b\.example$/u,
  ],
  ["client/curl", "a.example", /more than one port \| Name one: a\.example:8000, a\.example:9000$/u],
  ["client/curl", "a.example:1", /has no port 1 \| Name one: a\.example:8000, a\.example:9000$/u],
  ["shop/cart", "a.example", /there is one in east, west \| Name its cluster: --explain east\/shop\/cart a\.example$/u],
])("%s %s is refused, with what there is", (client, dialled, said) => {
  expect(trouble(client, dialled)).toMatch(said);
});

test("a client is NAMESPACE/WORKLOAD, with a cluster in front or not, and nothing else", () => {
  expect(parseClient("client/curl")).toEqual({ cluster: null, namespace: "client", name: "curl" });
  expect(parseClient("east/client/curl")).toEqual({ cluster: "east", namespace: "client", name: "curl" });
  for (const text of ["curl", "/curl", "client/", "a/b/c/d", ""]) expect(() => parseClient(text)).toThrow(UserError);
});
