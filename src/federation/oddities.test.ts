// What federation does otherwise than it seems to, and where nothing is to be said of it.
import { describe, expect, test } from "vitest";
import { afterStep } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { codesOf, examined, ofCode } from "../../test/support/seen.ts";
import { added, changed, kubeObject, named, twoMeshes } from "../../test/support/world.ts";

const takes = "east ImportedServiceSet istio-system/west-mesh";

describe("localities", () => {
  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ region: "eu" }, []],
    [{ region: "eu", zone: "a", subzone: "b" }, []],
    [{ zone: "a" }, ["zone a"]],
    [{ region: "eu", subzone: "b" }, ["region eu, subzone b"]],
  ])("%j", (locality, given) => {
    const { findings } = examined(changed(twoMeshes(), takes, { "/spec/locality": locality }));
    expect(ofCode(findings, "MF120").map(({ params }) => params["given"])).toEqual(given);
  });
});

describe("sets without a peer", () => {
  const set = (namespace: string, name: string) =>
    kubeObject("east", "federation.maistra.io/v1", "ImportedServiceSet", namespace, name, { spec: {} });
  const dead = (...objects: ReturnType<typeof set>[]) =>
    ofCode(examined(added(twoMeshes(), ...objects)).findings, "MF122").map(({ params }) => params["set"]);
  test("are named, in another namespace too", () => {
    expect(dead(set("istio-system", "nobody"), set("shop", "west-mesh"))).toEqual([
      "east: ImportedServiceSet istio-system/nobody",
      "east: ImportedServiceSet shop/west-mesh",
    ]);
  });
  test("are not spoken of where peers were not supplied", () => {
    const without = added(twoMeshes(), set("istio-system", "nobody")).map((input) => ({
      ...input,
      objects: input.objects.filter(({ ref }) => ref.kind !== "ServiceMeshPeer"),
      coverage: { ...input.coverage, "ServiceMeshPeer.federation.maistra.io": "not-supplied" as const },
    }));
    expect(codesOf(examined(without).findings)).not.toContain("MF122");
  });
});

describe("what nobody imports", () => {
  const left = (rules: Parameters<typeof changed>[2]) =>
    ofCode(examined(changed(twoMeshes(), "west ExportedServiceSet istio-system/east-mesh", rules)).findings, "MF121");
  test("is counted once for a link and direction", () => {
    const none = changed(twoMeshes(), takes, { "/spec/importRules": [] });
    expect(ofCode(examined(none).findings, "MF121").map(({ params }) => params)).toEqual([
      {
        link: "east/istio-system/west-mesh<->west/istio-system/east-mesh",
        importer: "east/istio-system/basic",
        count: "2 services",
        hosts: "orders.sales.svc.east-mesh-exports.local, stock.sales.svc.east-mesh-exports.local",
      },
    ]);
  });
  test("parts of the mesh itself do not count", () => {
    expect(left({ "/spec/exportRules": [named("sales", "*"), named("istio-system", "*")] })).toEqual([]);
  });
});

describe("infrastructure under a wide rule", () => {
  const wide = { exports: [null, [named("*", "*")]], imports: [[named("*", "*")], null] } as const;
  const services = (inputs: ReturnType<typeof twoMeshes>) =>
    ofCode(examined(inputs).findings, "MF115").map(({ params }) => params["service"]);

  test("a federation gateway in a namespace of its own", () => {
    const moved = changed(twoMeshes({ link: wide }), "west ServiceMeshControlPlane istio-system/basic", {
      "/spec/gateways/additionalIngress/federation-ingress/namespace": "gates",
    });
    const gate = kubeObject("west", "v1", "Service", "gates", "federation-ingress", {
      spec: { ports: [{ port: 15443 }] },
    });
    expect(services(added(moved, gate))).toContain("federation-ingress.gates.svc.cluster.local");
    expect(services(added(twoMeshes({ link: wide }), gate))).not.toContain(
      "federation-ingress.gates.svc.cluster.local",
    );
  });

  test("our own gateway, once it is there: planning again makes no route of it", () => {
    const inputs = twoMeshes({ link: wide });
    const plan = planOf(inputs);
    const gateway = stepsOf(plan).find(({ title }) => title.startsWith("Create the east-west gateway"));
    if (!gateway) throw new Error("no step for the gateway");
    const made = added(
      afterStep(inputs, plan, gateway),
      kubeObject("west", "v1", "Service", "istio-ingress", "eastwestgateway-istio", {
        metadata: { labels: { "app.kubernetes.io/managed-by": "meshferry" } },
        spec: { selector: { app: "x" }, ports: [{ port: 15443, name: "tls" }] },
      }),
    );
    expect(planOf(made).routes.map(({ host }) => host)).toEqual(plan.routes.map(({ host }) => host));
  });
});

test("routes of one name are told on either side of a link", () => {
  const inputs = twoMeshes({
    west: {
      services: [
        { namespace: "b-c", name: "x" },
        { namespace: "c", name: "x-b" },
      ],
    },
    link: { exports: [null, [named("*", "x"), named("*", "x-b")]], imports: [[named("*", "*")], null] },
  });
  expect(ofCode(examined(inputs).findings, "MF118").map(({ params }) => params)).toEqual([
    {
      set: "ImportedServiceSet east/istio-system/west-mesh",
      hosts: "x-b.c.svc.east-mesh-exports.local, x.b-c.svc.east-mesh-exports.local",
      name: "fed-imp-x-b-c-west-mesh",
    },
    {
      set: "ExportedServiceSet west/istio-system/east-mesh",
      hosts: "x-b.c.svc.cluster.local, x.b-c.svc.cluster.local",
      name: "fed-exp-x-b-c-east-mesh",
    },
  ]);
});
