import { expect, test } from "vitest";
import { addressPlan, clusterAddresses, freePlan, mostClusters } from "./address-plan.ts";
import { rangesIn } from "./used-ranges.ts";

test("the first range that nothing on the machine touches", () => {
  const second = (used: readonly string[]) => Number(freePlan(used).range.split(".")[1]);
  expect(second([])).toBe(100);
  expect(second(["192.168.0.0/16", "172.17.0.1"])).toBe(100);
  expect(second(["10.100.3.4"])).toBe(101);
  expect(second(["10.100.0.0/14"])).toBe(104);
  // Wider than the parts: 10.64 to 10.127.
  expect(second(["10.64.0.0/10"])).toBe(128);
  // After 10.255 come 10.0 and on, but never what Services have.
  const from97 = ["10.97.0.0/16", "10.98.0.0/15", "10.100.0.0/14", "10.104.0.0/13", "10.112.0.0/12", "10.128.0.0/9"];
  expect(second(from97)).toBe(0);
  expect(second([...from97, "10.0.0.0/10"])).toBe(64);
  expect(() => freePlan([...from97, "10.0.0.0/10", "10.64.0.0/11"])).toThrow("no free range");
  for (const whole of ["10.0.0.0/8", "8.0.0.0/6"]) expect(() => freePlan([whole])).toThrow("no free range 10.X.0.0/16");
});

test("clusters have ranges of their own, all of them within the plan's", () => {
  const plan = addressPlan(100);
  expect(clusterAddresses(plan, 1)).toEqual({
    gateway: "10.100.16.1",
    node: "10.100.16.2",
    loadBalancerRange: "10.100.17.0/24",
    podRange: "10.100.18.0/23",
  });
  const all = Array.from({ length: mostClusters }, (_, index) => clusterAddresses(plan, index + 1));
  const thirds = all.flatMap(({ node, loadBalancerRange, podRange }) => {
    const third = (range: string) => Number(range.split(".")[2]);
    return [third(node), third(loadBalancerRange), third(podRange), third(podRange) + 1];
  });
  expect(new Set(thirds).size).toBe(mostClusters * 4);
  expect(Math.max(...thirds)).toBeLessThan(256);
});

test("addresses and routes count, the default route does not", () => {
  const addresses = [{ ifname: "eth0", addr_info: [{ local: "192.0.2.2", prefixlen: 24 }] }, { ifname: "lo" }];
  const routes = [
    { dst: "default" },
    { dst: "10.100.0.0/16" },
    { dst: "192.0.2.0/24" },
    { type: "local", dst: "127.0.0.0/8" },
  ];
  expect(rangesIn(addresses, routes)).toEqual(["10.100.0.0/16", "127.0.0.0/8", "192.0.2.0/24", "192.0.2.2"]);
});
