// Trust in the other mesh once its peers are gone: running proxies keep it, fresh ones never get it, on either side.
import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Manifest } from "../api/live-object.ts";
import { addressOf } from "../cluster/load-balancer-addresses.ts";
import { ask } from "../mesh/ask.ts";
import type { Timing } from "../ossm2/mesh-memory.ts";
import {
  eastPeer,
  exportSet,
  got,
  hosts,
  isGone,
  istiod,
  restarted,
  untilStatus,
  westPeer,
  type World,
} from "./ossm2-world.ts";

const networking = "networking.istio.io/v1beta1";

export function trustTests(worldOf: () => World, timing: Timing): void {
  test("after the peers: running proxies go on, a fresh client fails, and so does a fresh server", async () => {
    const world = worldOf();
    const { east, west } = world;
    await west.api.delete(exportSet);
    await untilStatus(world, hosts.b, isGone, 10_000);
    await after(timing.takeBackMs);
    await Promise.all([west.api.delete(westPeer), east.api.delete(eastPeer)]);
    await after(timing.resyncMs + 1_000);
    // The path that a migration leads to: straight to the workload, through a gateway that terminates nothing.
    const service = { apiVersion: "v1", kind: "Service", namespace: "istio-system", name: "federation-ingress" };
    await west.api.apply(passthrough, "tests");
    // Istio 1.20 pushes a running gateway the new listener only, and its clusters with the next change of any service.
    await west.api.apply(touch, "tests");
    for (const each of direct(addressOf(await got(west, service)) ?? "")) await east.api.apply(each, "tests");
    const asks = async (name: string) => {
      const client = { ...world.client, client: { namespace: "client", name } };
      const { status, hops } = await ask(client, `http://${hosts.b}:8000/headers`, ["--max-time", "5"]);
      return [status, hops];
    };
    const own = (account: string) => [200, [`spiffe://east.local/ns/client/sa/${account}`]];
    await expect.poll(async () => asks("curl"), { timeout: 20_000 }).toEqual(own("curl"));
    await Promise.all([east, west].map(async (side) => restarted(side, istiod)));
    // The check that proves nothing.
    for (const account of ["curl", "other"]) expect(await asks(account)).toEqual(own(account));
    await restarted(east, deployment("client", "curl"));
    expect(await asks("curl")).toEqual([503, []]);
    // The control: the other client's proxy is the old one.
    expect(await asks("other")).toEqual(own("other"));
    for (const server of ["httpbin", "httpbin-v2"]) await restarted(west, deployment("b", server));
    expect(await asks("other")).toEqual([503, []]);
  }, 240_000);
}

const deployment = (namespace: string, name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace,
  name,
});

const passthrough: Manifest = {
  apiVersion: networking,
  kind: "Gateway",
  metadata: { name: "passthrough", namespace: "istio-system" },
  spec: {
    selector: { app: "federation-ingress" },
    servers: [
      {
        port: { number: 15443, name: "tls-passthrough", protocol: "TLS" },
        tls: { mode: "AUTO_PASSTHROUGH" },
        hosts: [hosts.b],
      },
    ],
  },
};

const touch: Manifest = {
  apiVersion: networking,
  kind: "ServiceEntry",
  metadata: { name: "touch", namespace: "istio-system" },
  spec: {
    hosts: ["touch.example"],
    location: "MESH_EXTERNAL",
    resolution: "STATIC",
    ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
    endpoints: [{ address: "192.0.2.1" }],
  },
};

function direct(address: string): Manifest[] {
  const metadata = { name: "direct", namespace: "client" };
  return [
    {
      apiVersion: networking,
      kind: "ServiceEntry",
      metadata,
      spec: {
        hosts: [hosts.b],
        exportTo: ["."],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
        subjectAltNames: ["httpbin", "httpbin-2"].map((account) => `spiffe://west.local/ns/b/sa/${account}`),
        endpoints: [{ address, ports: { http: 15443 }, labels: { "security.istio.io/tlsMode": "istio" } }],
      },
    },
    {
      apiVersion: networking,
      kind: "DestinationRule",
      metadata,
      // A new connection for each request: pooled ones hide what is wrong.
      spec: {
        host: hosts.b,
        exportTo: ["."],
        trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } },
      },
    },
  ];
}
