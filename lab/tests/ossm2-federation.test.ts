// The OSSM 2 stand-in on two federated meshes: what it does in good order, and how it hurts a wrong one. One lab for all of it.
import { afterAll, beforeAll, describe } from "vitest";
import { isFull, standInTiming } from "./extent.ts";
import { controlPlaneTests, dataPathTests } from "./ossm2-data-path.ts";
import { loadTests } from "./ossm2-load.ts";
import { orderTests, resyncTests } from "./ossm2-over-time.ts";
import { trustTests } from "./ossm2-trust.ts";
import { federatedWorld, hosts, isOk, untilStatus, type World } from "./ossm2-world.ts";

const timing = standInTiming;
let world: World | null = null;
const worldOf = (): World => {
  if (world === null) throw new Error("the meshes did not start");
  return world;
};

beforeAll(async () => {
  world = await federatedWorld("ossm2", timing);
  for (const host of [hosts.a, hosts.b]) await untilStatus(world, host, isOk, 60_000);
}, 300_000);
afterAll(async () => world?.end(), 60_000);

describe("the data path", () => dataPathTests(worldOf));
if (isFull) describe("the control plane", () => controlPlaneTests(worldOf));
describe("resyncs", () => {
  loadTests(worldOf, timing);
  if (isFull) resyncTests(worldOf);
});
describe("a wrong order, and the right one", () => orderTests(worldOf, timing));
if (isFull) describe("trust", () => trustTests(worldOf, timing));
