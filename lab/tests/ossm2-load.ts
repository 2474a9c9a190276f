// What a resync of federation costs its clients: nothing by HTTP, as on the real system; a long TCP connection later (ossm2-over-time.ts).
import process from "node:process";
import { expect, test } from "vitest";
import { failedOf } from "../load/analyse.ts";
import { httpClients, tcpClient } from "../load/load-client.ts";
import { reportLines } from "../load/report-text.ts";
import { startLoad } from "../load/start-load.ts";
import type { Timing } from "../ossm2/mesh-memory.ts";
import { hosts, untilSaid, type World } from "./ossm2-world.ts";

/** A short exchange that begins between the answer of DNS and the listener for the new address goes nowhere. */
const tcpAtAResync = 3;
const resyncs = 3;

export function loadTests(worldOf: () => World, timing: Timing): void {
  test("resyncs under load: no HTTP request fails, whether over new connections or kept ones", async () => {
    const { east, client, said } = worldOf();
    const access = {
      api: east.api,
      kubeconfig: east.cluster.kubeconfig,
      kubectl: client.built.binaries["kubectl"] ?? "",
    };
    const clients = [
      ...httpClients("a", hosts.a, 8000),
      ...httpClients("b", hosts.b, 8000),
      tcpClient("echo", hosts.tcp, 9000),
    ];
    const load = await startLoad(access, { namespace: "client", serviceAccount: "curl", name: "load" }, clients);
    const since = Date.now();
    try {
      for (let done = 0; done <= resyncs; done += 1) {
        await untilSaid(worldOf(), "resynced", Date.now(), timing.resyncMs + 10_000);
        if (done < resyncs) await load.mark(`resync ${done + 1}`);
      }
    } catch (error) {
      await load.discard();
      throw error;
    }
    const { report, envoy } = await load.stop();
    process.stdout.write(`${reportLines("resyncs", report, envoy).join("\n")}\n`);
    // Both ends resync; this is the client's.
    const own = said.filter(
      ({ event, at, mesh }) =>
        event === "resynced" && at >= since && typeof mesh === "string" && mesh.startsWith(east.cluster.name),
    );
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(report.gaps).toEqual([]);
    expect(failedOf(report, "http")).toBe(0);
    expect(failedOf(report, "tcp")).toBeLessThanOrEqual(own.length * tcpAtAResync);
  }, 240_000);
}
