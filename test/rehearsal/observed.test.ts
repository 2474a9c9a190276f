// What was seen on real meshes, asked of the model: each with what undoes it beside it. The facts and their sources stand in docs/facts.md.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { passTime } from "../../src/rehearsal/pass-time.ts";
import { restarted } from "../../src/rehearsal/restart.ts";
import type { World } from "../../src/rehearsal/world.ts";
import { planOf } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";
import { carriedOutUntil, changed, found, modelled, said, seenFrom, withObject, without } from "../support/modelled.ts";
import { kubeObject, twoMeshes } from "../support/world.ts";

const host = "orders.sales.svc.west-mesh-imports.local";
const three = { east: { clients: ["a", "b"] } };
const inputs = twoMeshes(three);
const plan = planOf(inputs, guideConfig);
const before = modelled(inputs);
/** Everything for the new path is there, and the first namespace uses it. */
const moved = carriedOutUntil(inputs, plan, "shift");
const retired = carriedOutUntil(inputs, plan, "retire-peers");

function from(world: World, namespace = "a"): string {
  return said(seenFrom(world, "east/istio-system/basic", namespace, host, 8080));
}

const entry = `east ServiceEntry meshferry-imports/${host}`;
const workload = `east WorkloadEntry meshferry-imports/${host}.meshferry-west`;
const remote = "east Gateway meshferry-imports/meshferry-west";

test("federation carries it, then the east-west gateway; the server sees the ingress gateway, then the client", () => {
  expect([from(before), from(moved), from(moved, "b")]).toEqual(["ok federation", "ok east-west", "ok federation"]);
  const seen = (world: World, namespace: string) =>
    seenFrom(world, "east/istio-system/basic", namespace, host, 8080).seenAs;
  expect(seen(before, "a")).toEqual(["west.example/ns/istio-system/sa/federation-ingress-service-account"]);
  expect(seen(moved, "a")).toEqual(["east.example/ns/a/sa/caller"]);
});

describe("the importer's objects", () => {
  test.each([
    ["an entry without its endpoint", without(moved, workload), "broken none: no-endpoint"],
    ["an endpoint without its remote gateway", without(moved, remote), "broken none: no-gateway-address"],
    [
      "an endpoint that is not said to take mTLS",
      changed(moved, workload, { "/metadata/labels/security.istio.io~1tlsMode": "disabled" }),
      "broken none: no-mtls",
    ],
    [
      "a wrong name",
      changed(moved, entry, { "/spec/subjectAltNames": ["spiffe://west.example/ns/sales/sa/other"] }),
      "broken none: name-refused",
    ],
    ["no name at all accepts any server", changed(moved, entry, { "/spec/subjectAltNames": [] }), "ok east-west"],
    ["back: without the entry", without(moved, entry), "ok federation"],
  ])("%s", (_, world, outcome) => {
    expect(from(world)).toBe(outcome);
  });

  test.each<[string, JsonObject, string]>([
    ["switches TLS off", { tls: { mode: "DISABLE" } }, "broken none: no-mtls"],
    [
      "switches TLS off at the port",
      { portLevelSettings: [{ port: { number: 8080 }, tls: { mode: "DISABLE" } }] },
      "broken none: no-mtls",
    ],
    [
      "switches TLS off at another port",
      { portLevelSettings: [{ port: { number: 1 }, tls: { mode: "DISABLE" } }] },
      "ok east-west",
    ],
    [
      "states another name",
      { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: ["spiffe://west.example/ns/a/sa/other"] } },
      "broken none: name-refused",
    ],
    ["says nothing of TLS", { loadBalancer: { simple: "RANDOM" } }, "ok east-west"],
  ])("a DestinationRule of the client's that %s", (_, trafficPolicy, outcome) => {
    const ruled = (namespace: string, name: string, of = host) =>
      kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", namespace, name, {
        spec: { host: of, trafficPolicy },
      });
    expect(from(withObject(moved, ruled("a", "own")))).toBe(outcome);
    expect(from(withObject(moved, ruled("a", "own", "*.west-mesh-imports.local")))).toBe(outcome);
    // Beside the entry, and for everybody; in a namespace that nobody looks in.
    expect(from(withObject(moved, ruled("meshferry-imports", "shared")))).toBe(outcome);
    expect(from(withObject(moved, ruled("b", "elsewhere")))).toBe("ok east-west");
    // A rule of the client's own namespace hides that of the entry's.
    const hiding = { ...ruled("a", "hiding"), body: { spec: { host, subsets: [{ name: "v1" }] } } };
    expect(from(withObject(withObject(moved, ruled("meshferry-imports", "shared")), hiding))).toBe("ok east-west");
  });

  test("in the namespace where federation's service lives, endpoints of both share one list of names", () => {
    const template = found(moved, entry);
    const beside = { ...template, ref: { ...template.ref, namespace: "istio-system" } };
    const endpoint = found(moved, workload);
    const both = withObject(
      withObject(moved, { ...endpoint, ref: { ...endpoint.ref, namespace: "istio-system" } }),
      beside,
    );
    // The namespace that was not moved is hit too: its service is federation's, whose list is the entry's now.
    expect(from(both, "b")).toBe("degraded east-west: name-refused");
  });

  test("a remote gateway under federation's own network name takes federation's requests", () => {
    const stolen = changed(moved, remote, { "/metadata/labels/topology.istio.io~1network": "network-west-mesh" });
    expect(from(stolen, "b")).toBe("broken none: not-exposed");
    expect(from(moved, "b")).toBe("ok federation");
  });

  test("an entry for everybody wins only once federation has made its service anew", () => {
    const open = changed(moved, entry, { "/spec/exportTo": ["*"] });
    expect([from(open, "b"), from(passTime(open), "b")]).toEqual(["ok federation", "ok east-west"]);
  });

  test("a proxy that started without a network has no use for an endpoint without address", () => {
    const unaware = twoMeshes({ east: { ...three.east, network: null } });
    const blind = carriedOutUntil(unaware, planOf(unaware, guideConfig), "shift");
    const restartless = planOf(unaware, guideConfig);
    const lazy = {
      ...restartless,
      phases: restartless.phases.map((phase) => ({
        ...phase,
        steps: phase.id === "network" ? phase.steps.filter(({ action }) => action.do !== "restart") : phase.steps,
      })),
    };
    expect(from(blind)).toBe("ok east-west");
    expect(from(carriedOutUntil(unaware, lazy, "shift"))).toBe("broken none: proxy-without-network");
  });
});

describe("the exporter's objects", () => {
  const exposure = "west Gateway istio-ingress/expose-services";
  const exported = "west ServiceEntry sales/meshferry-orders";
  test.each([
    ["no exposure", without(moved, exposure), "broken none: not-exposed"],
    [
      "a selector that matches no pod",
      changed(moved, exposure, { "/spec/selector": { "gateway.networking.k8s.io/gateway-name": "eastwestgateway" } }),
      "broken none: not-exposed",
    ],
    [
      "another host exposed",
      changed(moved, exposure, { "/spec/servers/0/hosts": ["other.example"] }),
      "broken none: not-exposed",
    ],
    ["no entry for the importer's host", without(moved, exported), "broken none: not-exposed"],
    [
      "an entry that the gateway does not see",
      changed(moved, exported, { "/spec/exportTo": ["elsewhere"] }),
      "broken none: not-exposed",
    ],
    [
      "an entry that selects nobody",
      changed(moved, exported, { "/spec/workloadSelector/labels": { app: "nobody" } }),
      "broken none: no-endpoint",
    ],
    ["no gateway", without(moved, "west Gateway istio-ingress/eastwestgateway"), "broken none: no-gateway"],
    [
      "a workload that takes plain text",
      withObject(
        moved,
        kubeObject("west", "security.istio.io/v1beta1", "PeerAuthentication", "sales", "off", {
          spec: { mtls: { mode: "DISABLE" } },
        }),
      ),
      "broken none: no-mtls",
    ],
  ])("%s", (_, world, outcome) => {
    expect(from(world)).toBe(outcome);
  });

  test("two services of one host at one gateway", () => {
    const template = found(moved, exported);
    const twin = { ...template, ref: { ...template.ref, namespace: "elsewhere" } };
    expect(from(withObject(moved, twin))).toBe("broken none: exposed-twice");
  });

  test("a policy that admits only the ingress gateway of federation", () => {
    const closed = (world: World) =>
      withObject(
        world,
        kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "only-ingress", {
          spec: {
            rules: [
              {
                from: [
                  { source: { principals: ["west.example/ns/istio-system/sa/federation-ingress-service-account"] } },
                ],
              },
            ],
          },
        }),
      );
    expect([from(closed(moved), "b"), from(closed(moved))]).toEqual(["ok federation", "broken none: policy-denies"]);
  });
});

describe("what shows on one version only, as 1.20 does it", () => {
  const exposure = "west Gateway istio-ingress/expose-services";

  test("the pods of a gateway carry its old label and not the newer one, and a selector of both matches nothing", () => {
    const [older, newer] = ["istio.io/gateway-name", "gateway.networking.k8s.io/gateway-name"];
    const selected = (...labels: readonly string[]) =>
      changed(moved, exposure, {
        "/spec/selector": Object.fromEntries(labels.map((label) => [label, "eastwestgateway"])),
      });
    expect([from(selected(older)), from(selected(newer)), from(selected(older, newer))]).toEqual([
      "ok east-west",
      "broken none: not-exposed",
      "broken none: not-exposed",
    ]);
  });

  test("an entry for everybody in the client's own namespace loses to the older definition; one that names it wins at once", () => {
    const template = found(moved, entry);
    const own = (exportTo: readonly string[]) => {
      const at = { ...template.ref, namespace: "a" };
      const endpoint = found(moved, workload);
      const placed = withObject(without(moved, entry), {
        ...endpoint,
        ref: { ...endpoint.ref, namespace: "a" },
      });
      const body = { ...template.body, spec: { ...(template.body["spec"] as JsonObject), exportTo } };
      return withObject(placed, { ...template, ref: at, body });
    };
    expect([from(own([])), from(own(["a"]))]).toEqual(["ok federation", "ok east-west"]);
  });

  test("a policy for an account of the own domain admits the same account of a domain that is an alias", () => {
    const admitting = withObject(
      moved,
      kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "callers", {
        spec: { rules: [{ from: [{ source: { principals: ["west.example/ns/a/sa/caller"] } }] }] },
      }),
    );
    expect(from(admitting)).toBe("ok east-west");
    const plane = "west ServiceMeshControlPlane istio-system/basic";
    const apart = changed(admitting, plane, { "/spec/techPreview/meshConfig/trustDomainAliases": [] });
    expect(from(apart)).toBe("broken none: policy-denies");
  });

  test("an istiod that is started anew costs nothing, nor does the end of federation", () => {
    const istiods = ["east", "west"].map((name) => ({
      ...found(before, `${name} ServiceMeshControlPlane istio-system/basic`).ref,
      ...{ group: "apps", kind: "Deployment", name: "istiod-basic" },
    }));
    expect(istiods.map((istiod) => from(restarted(moved, istiod)))).toEqual(["ok east-west", "ok east-west"]);
    expect(from(retired)).toBe("ok east-west");
  });
});

describe("federation over time", () => {
  const exports = "west ExportedServiceSet istio-system/east-mesh";
  const imports = "east ImportedServiceSet istio-system/west-mesh";
  test("export sets act at once, there and back", () => {
    const gone = without(before, exports);
    expect([from(gone), from(withObject(gone, found(before, exports)))]).toEqual([
      "broken none: no-service",
      "ok federation",
    ]);
  });

  test("an import set goes at the next resync, and one that is made again is ignored until it changes", () => {
    const set = found(before, imports);
    const first = {
      ...set,
      body: { ...set.body, metadata: { name: "west-mesh", namespace: "istio-system", generation: 1 } },
    };
    const start = passTime(withObject(before, first));
    const gone = without(start, imports);
    expect([from(gone), from(passTime(gone))]).toEqual(["ok federation", "broken none: no-service"]);
    const again = withObject(passTime(gone), first);
    expect([from(again), from(passTime(again))]).toEqual(["broken none: no-service", "broken none: no-service"]);
    const touched = changed(again, imports, { "/metadata/generation": 2 });
    expect([from(touched), from(passTime(touched))]).toEqual(["broken none: no-service", "ok federation"]);
    const istiod = found(before, imports).ref;
    const deployment = { ...istiod, group: "apps", kind: "Deployment", name: "istiod-basic" };
    expect(from(restarted(again, deployment))).toBe("ok federation");
  });

  test("a peer that goes before its exports leaves some of them broken", () => {
    const stuck = without(before, "west ServiceMeshPeer istio-system/east-mesh");
    expect(from(stuck)).toBe("broken none: federation-stuck");
  });

  test("a peer that goes alone blocks the other end: what is applied there reaches no proxy, and a new proxy has nothing", () => {
    const ready = without(moved, entry);
    const lone = without(without(ready, exports), "west ServiceMeshPeer istio-system/east-mesh");
    const applied = withObject(lone, found(moved, entry));
    expect(from(applied)).not.toBe("ok east-west");
    const client = { ...found(before, "east Deployment a/caller").ref };
    expect(from(restarted(applied, client))).toBe("broken none: no-configuration");
    // The other peer goes as well, and with time everything is taken up.
    expect(from(passTime(without(applied, "east ServiceMeshPeer istio-system/west-mesh")))).toBe("ok east-west");
  });

  test("both peers at once block nothing", () => {
    const peers = ["east ServiceMeshPeer istio-system/west-mesh", "west ServiceMeshPeer istio-system/east-mesh"];
    expect(from(without(retired, ...peers))).toBe("ok east-west");
  });
});

describe("trust", () => {
  const peers = ["east ServiceMeshPeer istio-system/west-mesh", "west ServiceMeshPeer istio-system/east-mesh"];
  const client = found(before, "east Deployment a/caller").ref;
  const server = found(before, "west Deployment sales/orders").ref;

  test("without a combined root running proxies go on when the peers are gone, and fresh ones fail on both sides", () => {
    const untrusting = carriedOutUntil(inputs, planOf(inputs, defaultConfig));
    const alone = without(untrusting, ...peers);
    expect([from(alone), from(restarted(alone, client)), from(restarted(alone, server))]).toEqual([
      "ok east-west",
      "broken none: client-refuses-root",
      "broken none: server-refuses-root",
    ]);
  });

  test("with it fresh ones work as well", () => {
    const alone = without(retired, ...peers);
    expect([from(restarted(alone, client)), from(restarted(alone, server))]).toEqual(["ok east-west", "ok east-west"]);
  });
});
