// Which addresses a lab uses: one free 10.X.0.0/16, cut into a link to the host and sixteen parts, one per cluster.
import { LabTrouble } from "../machine/trouble.ts";

export interface AddressPlan {
  /** 10.X.0.0/16; to the host all of it lies behind the fabric. */
  readonly range: string;
  readonly host: string;
  readonly fabric: string;
}

export interface ClusterAddresses {
  /** The fabric's end of the link to the node. */
  readonly gateway: string;
  readonly node: string;
  readonly podRange: string;
  readonly loadBalancerRange: string;
}

/** Every cluster's own: translated within its node, so that no other sees it. */
export const serviceRange = "10.96.0.0/16";
/** Kubernetes gives the API server the first address of the range. */
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";

export const mostClusters = 15;
const firstSecondByte = 100;
const serviceSecondByte = 96;

export function addressPlan(secondByte: number): AddressPlan {
  const base = `10.${secondByte}`;
  return { range: `${base}.0.0/16`, host: `${base}.0.1`, fabric: `${base}.0.2` };
}

/** Of the cluster with this number, from 1. */
export function clusterAddresses({ range }: AddressPlan, number: number): ClusterAddresses {
  const base = range.split(".").slice(0, 2).join(".");
  const third = number * 16;
  return {
    gateway: `${base}.${third}.1`,
    node: `${base}.${third}.2`,
    loadBalancerRange: `${base}.${third + 1}.0/24`,
    podRange: `${base}.${third + 2}.0/23`,
  };
}

/** A plan none of whose addresses is in one of the ranges that the machine uses ("a.b.c.d" or "a.b.c.d/n"). */
export function freePlan(used: readonly string[]): AddressPlan {
  const taken = used.map(secondBytes);
  for (let step = 0; step < 256; step += 1) {
    const secondByte = (firstSecondByte + step) % 256;
    if (secondByte === serviceSecondByte) continue;
    if (taken.every(({ from, to }) => secondByte < from || secondByte > to)) return addressPlan(secondByte);
  }
  throw new LabTrouble(
    "no free range 10.X.0.0/16",
    `the machine has routes to all of them: ${used.join(", ")}`,
    "stop another lab, or take the machine off the network that routes all of 10.0.0.0/8",
  );
}

/** The X of all 10.X that a range touches; none when it lies elsewhere. */
function secondBytes(range: string): { readonly from: number; readonly to: number } {
  const [address = "", length = "32"] = range.split("/");
  const [first = 0, second = 0] = address.split(".").map(Number);
  const bits = Number(length);
  if (bits < 8) return first >> (8 - bits) === 10 >> (8 - bits) ? { from: 0, to: 255 } : { from: 256, to: -1 };
  if (first !== 10) return { from: 256, to: -1 };
  const width = bits >= 16 ? 1 : 2 ** (16 - bits);
  const from = second - (second % width);
  return { from, to: from + width - 1 };
}
