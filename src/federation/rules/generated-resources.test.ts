import { describe, expect, test } from "vitest";
import { generatedResourceName, heldResources, refusedPart } from "./generated-resources.ts";

const pair = {
  resourceName: "fed-exp-a-n-west",
  namespace: "mesh",
  host: "a.n.svc.west-exports.local",
  destination: "a.n.svc.cluster.local",
};

describe("the name", () => {
  test("is prefix, service, namespace and peer", () => {
    expect(generatedResourceName("fed-exp", "west", { name: "a", namespace: "n" })).toBe("fed-exp-a-n-west");
  });

  test("over 63 characters ends in a hash of the whole", () => {
    // As the oracle says in s1-00112 and s1-00017 of the vectors.
    const details = { name: "details", namespace: "west-mesh-system" };
    expect(generatedResourceName("fed-exp", "green-mesh-with-a-rather-long-name", details)).toBe(
      "fed-exp-details-west-mesh-system-green-mesh-with-a-rath26bfd599",
    );
    const frontend = { name: "frontend-service-with-a-very-long-name-that-is-near-the-limit-1", namespace: "c" };
    expect(generatedResourceName("fed-exp", "b-c", frontend)).toBe(
      "fed-exp-frontend-service-with-a-very-long-name-that-is-3802ccf6",
    );
  });

  test("of exactly 63 characters stays", () => {
    const name = generatedResourceName("fed-exp", "p", { name: "x".repeat(51), namespace: "n" });
    expect(name).toBe(`fed-exp-${"x".repeat(51)}-n-p`);
    expect(name).toHaveLength(63);
  });
});

describe("istiod refuses", () => {
  test.each([
    ["a resource name with a dot", { resourceName: "fed-exp-vm.corp-n-west" }, "resource-name"],
    ["a host label that begins with a dash", { host: "-dash.n.svc.west-exports.local" }, "host"],
    ["a host label with a space", { host: "a b.n.svc.west-exports.local" }, "host"],
    ["a host label with an underscore", { host: "a.my_ns.svc.west-exports.local" }, "host"],
    ["a host label of 64 characters", { host: `${"x".repeat(64)}.n.local` }, "host"],
    ["an empty label", { host: "a..svc.local" }, "host"],
    ["a wildcard inside", { host: "*.n.local" }, "host"],
    ["a slash", { host: "x/a.n.local" }, "host"],
    ["a host of 254 characters, which leaves no room for its wildcard", { host: `${"x.".repeat(126)}yy` }, "host"],
    ["a numeric top-level domain", { host: "a.n.1" }, "host"],
    ["a namespace with a dot", { namespace: "me.sh" }, "namespace"],
    ["a destination that is no domain", { destination: "a.n_.svc.cluster.local" }, "destination"],
  ])("%s", (_what, change, part) => {
    expect(refusedPart({ ...pair, ...change })).toBe(part);
  });

  test.each([
    ["upper case", { host: "Upper.n.svc.west-exports.local" }],
    ["a trailing dot", { host: "a.n.svc.cluster.local." }],
    ["a name of two labels", { host: "v1.api.n.svc.west-exports.local" }],
    ["a destination without dots", { destination: "vmhost" }],
    ["a host of 253 characters", { host: `${"x.".repeat(126)}y` }],
  ])("not %s", (_what, change) => {
    expect(refusedPart({ ...pair, ...change })).toBeNull();
  });
});

describe("under one resource name", () => {
  const other = { ...pair, host: "b.n.svc.west-exports.local", destination: "b.n.svc.cluster.local" };

  test("the later pair stays", () => {
    expect(heldResources([pair, other])).toEqual(
      new Map([[pair.resourceName, { gatewayHosts: [other.host, `*.${other.host}`], routeHost: other.destination }]]),
    );
  });

  test("a refused pair leaves the earlier one alone", () => {
    expect(heldResources([pair, { ...other, host: "-b.n.local" }]).get(pair.resourceName)).toMatchObject({
      routeHost: pair.destination,
    });
  });

  test("a pair whose VirtualService is refused has changed the Gateway already", () => {
    expect(heldResources([pair, { ...other, destination: "b_" }]).get(pair.resourceName)).toEqual({
      gatewayHosts: [other.host, `*.${other.host}`],
      routeHost: pair.destination,
    });
  });
});
