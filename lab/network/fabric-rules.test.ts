import { expect, test } from "vitest";
import { fabricRules } from "./fabric-rules.ts";

test("replies, the host, and load balancers; everything else is refused at once", () => {
  const rules = fabricRules({
    hostLink: "host",
    hostAddress: "10.100.0.1",
    loadBalancerRanges: ["10.100.17.0/24", "10.100.33.0/24"],
  });
  expect(rules.split("\n").slice(4, -3)).toEqual([
    "    type filter hook forward priority filter; policy drop;",
    "    ct state established,related accept",
    '    iifname "host" accept',
    "    ip daddr 10.100.0.1 accept",
    "    ip daddr { 10.100.17.0/24, 10.100.33.0/24 } accept",
    "    meta l4proto tcp reject with tcp reset",
    "    reject with icmp type admin-prohibited",
  ]);
});

test("an empty set, which nft does not take, is left out", () => {
  expect(fabricRules({ hostLink: "host", hostAddress: "10.100.0.1", loadBalancerRanges: [] })).not.toContain("{  }");
});
