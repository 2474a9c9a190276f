// Scenarios of the codes MF200 to MF239: how a host can be carried.
import type { ClusterInput } from "../../../src/core/cluster.ts";
import {
  added,
  asLocal,
  changed,
  kubeObject,
  makeWorld,
  type MeshOf,
  named,
  type Rules,
  twoMeshes,
} from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const service = "west Service sales/orders";
const orders = "orders.sales.svc.west-mesh-imports.local";
const networking = "networking.istio.io/v1beta1";
/** What a host that stays behind always brings with it: its link stays too. */
const stays = ["MF310"];

/** "hub" takes what "left" and "right" offer; each offers the services named. */
function meeting(left: MeshOf["services"], right: MeshOf["services"], rule: (key: string) => Rules): ClusterInput[] {
  return makeWorld({
    meshes: [
      { key: "hub", clients: ["app"] },
      { key: "left", services: left ?? [] },
      { key: "right", services: right ?? [] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [null, [named("a", "*")]] as const,
      imports: [rule(key), null] as const,
    })),
  });
}
const one = [{ namespace: "a", name: "one" }];
const otherPort = [{ namespace: "a", name: "one", ports: [{ port: 8080, name: "grpc", targetPort: 8080 }] }];
const apart = (key: string): Rules => [asLocal("a", "*", { namespace: key })];
const together = (): Rules => [asLocal("a", "*", { namespace: "all" })];
const onLeft = "hub ImportedServiceSet istio-system/left-mesh";
const detection = kubeObject("hub", networking, "DestinationRule", "meshferry-imports", "one", {
  spec: { host: "one.all.svc.cluster.local", trafficPolicy: { outlierDetection: {} } },
});
const two = twoMeshes({ link: { imports: [[named("sales", "orders"), named("sales", "stock")], null] } });
const taken = kubeObject("east", networking, "ServiceEntry", "shop", "orders", { spec: { hosts: [orders] } });
const clusterLocal = twoMeshes({
  link: {
    imports: [
      [asLocal("sales", "orders", { namespace: "sales" }), asLocal("sales", "stock", { namespace: "sales" })],
      null,
    ],
  },
});
const noClients = changed(base, "east ServiceMeshMemberRoll istio-system/default", { "/spec/members": [] });
const noPods = base.map((input) => ({
  ...input,
  objects: input.objects.filter(({ ref }) => ref.cluster !== "east" || !["Pod", "Deployment"].includes(ref.kind)),
}));
const onePod = base
  .flatMap(({ objects }) => objects)
  .filter(({ ref }) => ref.cluster === "east" && ref.kind === "Pod" && ref.namespace === "shop");
/** "hub" offers two services to two meshes, each of which takes one of them; under the host that `name` says. */
const offeredTwice = (name: (key: string) => string): ClusterInput[] =>
  makeWorld({
    meshes: [
      { key: "hub", services: ["left", "right"].map((each) => ({ namespace: "a", name: each })) },
      { key: "left", clients: ["app"] },
      { key: "right", clients: ["app"] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [[named("a", "left"), named("a", "right")], null] as const,
      imports: [null, [asLocal("a", key, { namespace: "all", name: name(key) })]] as const,
    })),
  });
/** "hub" offers a service to "left", which calls it all/one, and takes one of "right", which it calls all/`name`. */
const takenAndGiven = (name: string): ClusterInput[] =>
  makeWorld({
    meshes: [
      { key: "hub", services: [{ namespace: "a", name: "own" }], clients: ["app"] },
      { key: "left", clients: ["app"] },
      { key: "right", services: [{ namespace: "a", name: "other" }] },
    ],
    links: [
      {
        between: ["hub", "left"],
        exports: [[named("a", "own")], null],
        imports: [null, [asLocal("a", "own", { namespace: "all", name: "one" })]],
      },
      {
        between: ["hub", "right"],
        exports: [null, [named("a", "other")]],
        imports: [[asLocal("a", "other", { namespace: "all", name })], null],
      },
    ],
  });
const entryService = kubeObject("west", networking, "ServiceEntry", "sales", "inner", {
  spec: { hosts: ["inner"], location: "MESH_INTERNAL", ports: [{ number: 80, name: "http", protocol: "HTTP" }] },
});
const wide = twoMeshes({ link: { exports: [null, [named("sales", "*")]], imports: [[named("sales", "*")], null] } });
const hidden = (to: string): ClusterInput[] =>
  changed(clusterLocal, service, { "/metadata/annotations": { "networking.istio.io/exportTo": to } });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF200",
    base: two,
    found: changed(two, "east ImportedServiceSet istio-system/west-mesh", {
      "/spec/importRules": ["orders", "stock"].map((name) =>
        asLocal("sales", name, { namespace: "all", name: "same" }),
      ),
    }),
    mended: two,
    with: ["MF310", "MF311"],
  },
  {
    code: "MF202",
    base: wide,
    found: added(wide, entryService),
    mended: wide,
    with: stays,
  },
  {
    code: "MF203",
    base,
    found: changed(base, service, { "/spec/clusterIP": "None" }),
    mended: base,
    with: stays,
  },
  {
    code: "MF204",
    base,
    found: changed(
      changed(base, "west Pod sales/orders-5d4f-0", { "/spec/containers": [{ name: "app" }] }),
      "west Deployment sales/orders",
      { "/spec/template/metadata/annotations": {} },
    ),
    mended: changed(base, "west Deployment sales/orders", { "/spec/template/metadata/annotations": {} }),
    with: stays,
  },
  {
    code: "MF205",
    base: clusterLocal,
    found: added(
      changed(clusterLocal, "east ImportedServiceSet istio-system/west-mesh", {
        "/spec/importRules": [
          asLocal("sales", "orders", { namespace: "sales", name: "bills" }),
          asLocal("sales", "stock", { namespace: "sales" }),
        ],
      }),
      kubeObject("west", "v1", "Service", "sales", "bills", { spec: { ports: [{ port: 80 }] } }),
    ),
    mended: changed(clusterLocal, "east ImportedServiceSet istio-system/west-mesh", {
      "/spec/importRules": [
        asLocal("sales", "orders", { namespace: "sales", name: "bills" }),
        asLocal("sales", "stock", { namespace: "sales" }),
      ],
    }),
    with: stays,
  },
  {
    code: "MF207",
    base: clusterLocal,
    found: hidden("istio-system,."),
    mended: hidden("istio-system,istio-ingress"),
    with: stays,
  },
  { code: "MF208", base, found: added(base, taken), mended: base, with: stays },
  {
    code: "MF209",
    base,
    found: noClients,
    mended: base,
  },
  { code: "MF210", base, found: noPods, mended: added(noPods, ...onePod), with: ["MF310", "MF311"] },
  {
    code: "MF206",
    base: offeredTwice((key) => `${key}-one`),
    found: offeredTwice(() => "one"),
    mended: changed(
      offeredTwice(() => "one"),
      "left ImportedServiceSet istio-system/hub-mesh",
      {
        "/spec/importRules": [asLocal("a", "left", { namespace: "all", name: "other" })],
      },
    ),
    with: ["MF310", "MF311"],
  },
  {
    code: "MF223",
    base: takenAndGiven("two"),
    found: takenAndGiven("one"),
    mended: changed(takenAndGiven("one"), "hub ImportedServiceSet istio-system/right-mesh", {
      "/spec/importRules": [asLocal("a", "other", { namespace: "all", name: "two" })],
    }),
    with: stays,
  },
  {
    code: "MF211",
    base: meeting(one, otherPort, apart),
    found: meeting(one, otherPort, together),
    mended: changed(meeting(one, otherPort, together), onLeft, { "/spec/importRules": apart("left") }),
    with: ["MF310", "MF311"],
  },
  {
    code: "MF212",
    base: meeting(one, one, apart),
    found: meeting(one, one, together),
    mended: added(meeting(one, one, together), detection),
  },
];
