// The fabric: a network namespace between the nodes and the host, which routes, and lets through what its rules say.
import { readdir } from "node:fs/promises";
import { runCommand } from "../machine/run-command.ts";
import { labsFolder, labTag } from "../machine/places.ts";
import { withLock } from "../machine/lock.ts";
import { until } from "../machine/until.ts";
import { inside, type NamespaceOptions, type Namespaces, startNamespaces } from "../node/namespaces.ts";
import { type AddressPlan, type ClusterAddresses, clusterAddresses, freePlan } from "./address-plan.ts";
import { fabricRules } from "./fabric-rules.ts";
import { usedRanges } from "./used-ranges.ts";

export interface Fabric {
  readonly namespaces: Namespaces;
  readonly plan: AddressPlan;
}

const hostSide = "host";

/** The host's end of the lab's one link to it. */
export function hostLink(state: string): string {
  return `mfl-${labTag(state)}`;
}

/** Starts the fabric with rules for so many clusters, and links the host to it. */
export async function startFabric(options: NamespaceOptions, clusters: number): Promise<Fabric> {
  const namespaces = await startNamespaces("fabric", options);
  // A range is taken as soon as the host has a route to it.
  const plan = await withLock(
    `${labsFolder}/network.lock`,
    () => {},
    async () => {
      const free = freePlan(await usedRanges());
      await linkHost(namespaces, hostLink(options.state), free);
      return free;
    },
  );
  const numbers = Array.from({ length: clusters }, (_, index) => index + 1);
  const rules = fabricRules({
    hostLink: hostSide,
    hostAddress: plan.host,
    loadBalancerRanges: numbers.map((number) => clusterAddresses(plan, number).loadBalancerRange),
  });
  await inside(namespaces, ["sh", "-euc", "echo 1 >/proc/sys/net/ipv4/ip_forward; nft -f -"], { input: rules });
  return { namespaces, plan };
}

async function linkHost({ pid }: Namespaces, link: string, plan: AddressPlan): Promise<void> {
  const ip = async (...args: string[]) => runCommand("ip", args, { timeoutMs: 10_000 });
  // In one step: the link is never without the namespace with which it goes.
  await ip("link", "add", link, "type", "veth", "peer", "name", hostSide, "netns", String(pid));
  await inside({ name: "fabric", pid, logs: "" }, ["sh", "-s"], {
    input: `set -eu\nip address add ${plan.fabric}/30 dev ${hostSide}\nip link set ${hostSide} up\n`,
  });
  await ip("address", "add", `${plan.host}/30`, "dev", link);
  await ip("link", "set", link, "up");
  await ip("route", "add", plan.range, "via", plan.fabric, "dev", link);
}

/** Links a node to the fabric, which routes all of the cluster's ranges there; addresses of load balancers end there. */
export async function attachNode(fabric: Fabric, node: Namespaces, addresses: ClusterAddresses): Promise<void> {
  const { gateway, node: address, podRange, loadBalancerRange } = addresses;
  const link = `to-${address.replaceAll(".", "-").split("-").slice(2).join("-")}`;
  // Entered from outside by its network only: process ids are the host's there, and both namespaces can be named.
  const add = ["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(node.pid)];
  await runCommand("nsenter", ["--target", String(fabric.namespaces.pid), "--net", "--", ...add], {
    timeoutMs: 10_000,
  });
  await inside(fabric.namespaces, ["sh", "-s"], {
    input: `set -eu
ip address add ${gateway}/30 dev ${link}
ip link set ${link} up
ip route add ${podRange} via ${address} dev ${link}
ip route add ${loadBalancerRange} via ${address} dev ${link}
`,
  });
  await inside(node, ["sh", "-s"], {
    input: `set -eu
echo 1 >/proc/sys/net/ipv4/ip_forward
ip address add ${address}/30 dev eth0
ip link set eth0 up
ip route add default via ${gateway} dev eth0
ip route add local ${loadBalancerRange} dev lo
`,
  });
}

/** The kernel removes a namespace's links a moment after its last process. */
export async function waitForLinkGone(state: string): Promise<void> {
  const gone = async () => ((await readdir("/sys/class/net")).includes(hostLink(state)) ? null : true);
  await until("the lab's link is gone", gone, { timeoutMs: 60_000 });
}
