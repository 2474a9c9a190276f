// Clusters reach each other at load-balancer addresses, and nowhere else.
import { expect, test } from "vitest";
import { waitFor } from "../api/wait-for.ts";
import { addressOf } from "../cluster/load-balancer-addresses.ts";
import { curl, newNamespace, serve, sharedCluster, type SharedCluster, untilAnswered } from "./shared-cluster.ts";

const refused = /Failed to connect .* Couldn't connect to server/;

async function addressGiven({ api }: SharedCluster, namespace: string, name: string): Promise<string> {
  const service = { apiVersion: "v1", kind: "Service", namespace, name };
  const given = await waitFor(api, service, "given an address", (object) => addressOf(object) !== null, 30_000);
  return addressOf(given) ?? "";
}

test("a load balancer answers in the other cluster, in its own, and on the host; its other ports refuse", async () => {
  const [east, west] = [await sharedCluster("east"), await sharedCluster("west")];
  const namespace = await newNamespace(east, west);
  await serve(east, namespace, "client", "client");
  await serve(west, namespace, "web", "from west", "LoadBalancer");
  const address = await addressGiven(west, namespace, "web");
  expect(address.startsWith(west.cluster.loadBalancerRange.replace(/0\/24$/, ""))).toBe(true);
  await untilAnswered(east, namespace, "client", `http://${address}/`, "from west");
  expect(await curl(west, namespace, "web", `http://${address}/`)).toEqual({ status: 0, said: "from west" });
  expect(await (await fetch(`http://${address}/`)).text()).toBe("from west");
  // Those of the node itself among them.
  for (const port of [81, 2379, 6443, 10250, 10256])
    expect((await curl(east, namespace, "client", `http://${address}:${port}/`)).said).toMatch(refused);
  // Once the Service is gone the address answers nothing.
  await west.api.delete({ apiVersion: "v1", kind: "Service", namespace, name: "web" });
  await expect
    .poll(async () => (await curl(east, namespace, "client", `http://${address}/`)).said, { timeout: 20_000 })
    .toMatch(refused);
});

test("a Service gets the address that it asks for, keeps it, and gives it back", async () => {
  const west = await sharedCluster("west");
  const namespace = await newNamespace(west);
  const wished = west.cluster.loadBalancerRange.replace(/0\/24$/, "77");
  const service = (type: string) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name: "asks" },
    spec: { type, ports: [{ port: 80 }], ...(type === "LoadBalancer" ? { loadBalancerIP: wished } : {}) },
  });
  await west.api.apply(service("LoadBalancer"), "tests");
  expect(await addressGiven(west, namespace, "asks")).toBe(wished);
  await west.api.apply(service("ClusterIP"), "tests");
  const name = { apiVersion: "v1", kind: "Service", namespace, name: "asks" };
  await waitFor(west.api, name, "without an address", (object) => addressOf(object) === null, 30_000);
});

test("pods, Services' own addresses, nodes and API servers of the other cluster refuse", async () => {
  const [east, west] = [await sharedCluster("east"), await sharedCluster("west")];
  const namespace = await newNamespace(east, west);
  await serve(east, namespace, "client", "client");
  await serve(west, namespace, "client", "client");
  await serve(west, namespace, "web", "from west", "NodePort");
  const pods = await west.api.list({ apiVersion: "v1", kind: "Pod" }, { namespace, labels: "app=web" });
  const pod = (pods.items[0]?.["status"] as { readonly podIP?: string } | undefined)?.podIP ?? "";
  const service = await west.api.get({ apiVersion: "v1", kind: "Service", namespace, name: "web" });
  const spec = service?.["spec"] as { readonly clusterIP?: string; readonly ports?: readonly { nodePort: number }[] };
  const nodePort = spec.ports?.[0]?.nodePort ?? 0;
  const { nodeAddress, server } = west.cluster;
  const urls = [`http://${pod}:8080/`, `http://${nodeAddress}:${nodePort}/`, `${server}/readyz`];
  // The control: in their own cluster all of them answer.
  for (const url of [...urls, `http://${spec.clusterIP}/`])
    expect([url, await curl(west, namespace, "client", url)]).toEqual([url, expect.objectContaining({ status: 0 })]);
  for (const url of urls)
    expect([url, (await curl(east, namespace, "client", url)).said]).toEqual([url, expect.stringMatching(refused)]);
  // The ranges of Services are the same in all clusters: there the address belongs to nobody.
  expect((await curl(east, namespace, "client", `http://${spec.clusterIP}/`)).status).not.toBe(0);
});
