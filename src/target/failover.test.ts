// One host from two meshes: one entry, an endpoint in each, and every account of either.
import { expect, test } from "vitest";
import { valueAt } from "../core/pointer.ts";
import { ofCode, examined } from "../../test/support/seen.ts";
import { added, kubeObject, makeWorld, named, type MeshOf } from "../../test/support/world.ts";
import type { ClusterInput } from "../core/cluster.ts";

const host = "one.a.global";
const server = (key: string, accounts: readonly string[]): MeshOf => ({
  key,
  services: [{ namespace: "a", name: "one", accounts }],
});
const region = (name: string) => ({ locality: { region: name } });

function world(): ClusterInput[] {
  const inputs = makeWorld({
    meshes: [{ key: "hub", clients: ["app"] }, server("left", ["x", "y"]), server("right", ["z"])],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [null, [named("a", "one")]] as const,
      imports: [[{ ...named("a", "one"), domainSuffix: "global" }], null] as const,
    })),
  });
  return inputs.map((input) => ({
    ...input,
    objects: input.objects.map((object) =>
      object.ref.kind === "ImportedServiceSet"
        ? {
            ...object,
            body: { ...object.body, spec: { ...(object.body["spec"] as object), ...region(object.ref.name) } },
          }
        : object,
    ),
  }));
}

test("one entry with the accounts of both, one endpoint in each mesh with its own locality, each gateway opens the host", () => {
  const { target, routes } = examined(world());
  expect(routes.map(({ host: of, backends, carry }) => [of, backends.length, carry.mode])).toEqual([
    [host, 2, "passthrough"],
  ]);
  const of = (role: string) => target.objects.filter((object) => object.role === role);
  expect(of("import-entry").map(({ template }) => valueAt(template, "/spec/subjectAltNames"))).toEqual([
    ["spiffe://left.example/ns/a/sa/x", "spiffe://left.example/ns/a/sa/y", "spiffe://right.example/ns/a/sa/z"],
  ]);
  expect(
    of("workload-entry").map(({ template }) => [
      valueAt(template, "/spec/network"),
      valueAt(template, "/spec/locality"),
    ]),
  ).toEqual([
    ["meshferry-left", "left-mesh//"],
    ["meshferry-right", "right-mesh//"],
  ]);
  expect(of("expose").map(({ ref, template }) => [ref.cluster, valueAt(template, "/spec/servers/0/hosts")])).toEqual([
    ["left", [host]],
    ["right", [host]],
  ]);
  expect(of("export-entry").map(({ ref }) => ref.cluster)).toEqual(["left", "right"]);
});

test("two peers of one mesh that bring the same service are one backend over two links", () => {
  const twice = makeWorld({
    meshes: [{ key: "hub", clients: ["app"] }, server("left", ["x"])],
    links: ["first", "second"].map((name) => ({
      between: ["hub", "left"] as const,
      peers: [`${name}-left`, `${name}-hub`] as const,
      exports: [null, [named("a", "one")]] as const,
      imports: [[{ ...named("a", "one"), domainSuffix: "global" }], null] as const,
    })),
  });
  const stated = ["first", "second"].map((name) => ({
    peers: [`hub/istio-system/${name}-left`, `left/istio-system/${name}-hub`] as const,
  }));
  const [route] = examined(twice, { pairs: stated }).routes;
  expect(route?.backends.map(({ links }) => links.length)).toEqual([2]);
});

test("clients that have no rule for outliers are told of, until every client namespace or the entry's has one", () => {
  const rule = (namespace: string, of: string, policy: object) =>
    kubeObject("hub", "networking.istio.io/v1beta1", "DestinationRule", namespace, "one", {
      spec: { host: of, trafficPolicy: { ...policy } },
    });
  const warned = (...objects: readonly ReturnType<typeof rule>[]) =>
    ofCode(examined(added(world(), ...objects)).findings, "MF212").length;
  const detection = { outlierDetection: { consecutive5xxErrors: 3 } };
  expect(warned()).toBe(1);
  expect(warned(rule("app", host, {}))).toBe(1);
  expect(warned(rule("app", "other.a.global", detection))).toBe(1);
  expect(warned(rule("app", host, detection))).toBe(0);
  expect(warned(rule("meshferry-imports", host, detection))).toBe(0);
  expect(warned(rule("elsewhere", host, detection))).toBe(1);
});
