// The load balancer as a program of its own: it runs beside the clusters, in the fabric, after `up` has ended.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { sayOnTerminal } from "../machine/progress.ts";
import { type Balanced, serveLoadBalancers } from "./load-balancer.ts";

const end = new AbortController();
process.on("SIGTERM", () => end.abort());
const clusters = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as readonly Balanced[];
await Promise.all(clusters.map(async (cluster) => serveLoadBalancers(cluster, sayOnTerminal, end.signal)));
