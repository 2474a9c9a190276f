// What the fabric between the nodes lets through: real clusters reach each other's load balancers, and nothing else.
export interface FabricRules {
  /** Name of the fabric's link to the host. */
  readonly hostLink: string;
  readonly hostAddress: string;
  readonly loadBalancerRanges: readonly string[];
}

/** For `nft -f`: replaces what was there, in one transaction. */
export function fabricRules({ hostLink, hostAddress, loadBalancerRanges }: FabricRules): string {
  const accepted = loadBalancerRanges.length === 0 ? [] : [`ip daddr { ${loadBalancerRanges.join(", ")} } accept`];
  const rules = [
    "type filter hook forward priority filter; policy drop;",
    "ct state established,related accept",
    `iifname "${hostLink}" accept`,
    `ip daddr ${hostAddress} accept`,
    ...accepted,
    // An answer at once, so that nobody waits for time-outs.
    "meta l4proto tcp reject with tcp reset",
    "reject with icmp type admin-prohibited",
  ];
  return [
    "table ip lab",
    "delete table ip lab",
    "table ip lab {",
    "  chain forward {",
    ...rules.map((rule) => `    ${rule}`),
    "  }",
    "}",
    "",
  ].join("\n");
}
