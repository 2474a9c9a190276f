// The address ranges that the machine uses already: its own addresses and its routes.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { runCommand } from "../machine/run-command.ts";

export async function usedRanges(): Promise<string[]> {
  const [addresses, routes] = await Promise.all([
    runCommand("ip", ["-json", "-4", "address", "show"], { timeoutMs: 10_000 }),
    runCommand("ip", ["-json", "-4", "route", "show", "table", "all"], { timeoutMs: 10_000 }),
  ]);
  return rangesIn(JSON.parse(addresses) as Json, JSON.parse(routes) as Json);
}

/** Of the answers of `ip -json`; the default route is no use of any address. */
export function rangesIn(addresses: Json, routes: Json): string[] {
  const own = objects(addresses).flatMap((link) => objects(link["addr_info"] ?? null).map(({ local }) => local));
  const routed = objects(routes).map(({ dst }) => dst);
  const ranges = [...own, ...routed].filter((each) => typeof each === "string" && /^\d+(\.\d+){3}(\/\d+)?$/.test(each));
  return [...new Set(ranges.map(String))].sort();
}

const objects = (value: Json) => (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isJsonObject);
