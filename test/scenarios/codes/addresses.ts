// Scenarios of the codes MF220 to MF222: exported Services that select no pods.
import { changed, added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const service = "west Service sales/orders";
const bare = changed(changed(base, service, { "/spec/selector": {} }), "west Pod sales/orders-5d4f-0", {
  "/status/podIP": "10.1.0.7",
});
const stays = ["MF310"];
const slice = (address: string) =>
  kubeObject("west", "discovery.k8s.io/v1", "EndpointSlice", "sales", "orders-1", {
    metadata: { labels: { "kubernetes.io/service-name": "orders" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [address] }],
    ports: [{ name: "http", port: 8080 }],
  });
const led = added(bare, slice("10.1.0.7"));

export const scenarios: readonly CodeScenario[] = [
  { code: "MF220", base, found: led, mended: changed(led, service, { "/spec/selector": { app: "orders" } }) },
  { code: "MF221", base, found: bare, mended: led, with: stays },
  { code: "MF222", base: led, found: added(bare, slice("203.0.113.1")), mended: led, with: stays },
];
