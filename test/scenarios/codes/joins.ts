// Scenarios of the codes MF201 and MF213 to MF219: imports that have the host of a Service of the importer's own.
import type { ClusterInput } from "../../../src/core/cluster.ts";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import type { KubeObject } from "../../../src/core/object-ref.ts";
import { added, asLocal, kubeObject, makeWorld, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
/** What a host that stays behind always brings with it: its link stays too. */
const stays = ["MF310"];

/** The importer's own Service of the host by which it imports "stock". */
function localStock(ports: readonly Json[], spec: JsonObject = {}, name = "stock"): KubeObject {
  return kubeObject("east", "v1", "Service", "sales", name, { spec: { selector: { app: "stock" }, ports, ...spec } });
}
const http = { port: 8080, name: "http" };
const joined = added(base, localStock([http]));
const admin = localStock([http], {}, "stock-admin");
const plainText = kubeObject("east", "security.istio.io/v1beta1", "PeerAuthentication", "sales", "off", {
  spec: { selector: { matchLabels: { app: "stock" } }, mtls: { mode: "DISABLE" } },
});

/** "hub" exports one service to two meshes under one host; "left" has a Service of its own there. */
const shared: ClusterInput[] = added(
  makeWorld({
    meshes: [
      {
        key: "hub",
        services: [
          {
            namespace: "a",
            name: "one",
            ports: [
              { port: 8080, name: "http" },
              { port: 9090, name: "grpc" },
            ],
          },
        ],
      },
      { key: "left", clients: ["app"] },
      { key: "right", clients: ["app"] },
    ],
    links: ["left", "right"].map((key) => ({
      between: ["hub", key] as const,
      exports: [[{ type: "NameSelector", nameSelector: { namespace: "a", name: "one" } }], null] as const,
      imports: [null, [asLocal("a", "one", { namespace: "all" })]] as const,
    })),
  }),
  kubeObject("left", "v1", "Service", "all", "one", { spec: { selector: { app: "one" }, ports: [http] } }),
);
const crossed = kubeObject("right", "v1", "Service", "all", "one", {
  spec: { selector: { app: "one" }, ports: [{ port: 8080, name: "grpc" }] },
});

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF201",
    base,
    found: added(base, localStock([http], { clusterIP: "None" })),
    mended: added(base, localStock([http])),
    with: stays,
  },
  { code: "MF213", base, found: joined, mended: base },
  { code: "MF214", base: joined, found: added(joined, admin), mended: joined, with: stays },
  {
    code: "MF215",
    base: joined,
    found: added(base, localStock([http, { port: 9000, name: "metrics" }])),
    mended: added(base, localStock([http, { port: 9000, name: "metrics", targetPort: "metrics" }])),
    with: stays,
  },
  { code: "MF216", base, found: added(base, localStock([{ port: 8080, name: "web" }])), mended: joined },
  {
    code: "MF217",
    base: joined,
    found: added(base, localStock([{ port: 80, name: "http" }])),
    mended: joined,
    with: stays,
  },
  { code: "MF218", base: shared, found: added(shared, crossed), mended: shared, with: stays },
  { code: "MF219", base: joined, found: added(joined, plainText), mended: joined },
];
