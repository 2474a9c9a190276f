// The guide's migration under load: which orders lose requests, where and how many. Prints what each run counted.
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IstioVersion } from "../../build/go-parts.ts";
import { isRolledOut, waitFor } from "../../api/wait-for.ts";
import { failedOf } from "../../load/analyse.ts";
import { sumOf } from "../../load/envoy-counters.ts";
import { httpClients, type LoadClient, slowClients, tcpClient } from "../../load/load-client.ts";
import { reportLines } from "../../load/report-text.ts";
import { type LoadResult, type RunningLoad, startLoad } from "../../load/start-load.ts";
import { isFull } from "../extent.ts";
import { egressObjects } from "./federation-objects.ts";
import { importerEntry, importerWorkload } from "./guide-objects.ts";
import { controlPlane, echoA, httpA, httpB, identity, sharedServices } from "./hosts.ts";
import { importInOrder, removeFederation } from "./migrate.ts";
import { applyAll, named, removeAll } from "./objects.ts";
import { answeredBy, backToBefore, client, startExport, type TwoMeshes } from "./two-meshes.ts";

const httpOf = (label: string, { importedHost, port }: typeof httpA) => httpClients(label, importedHost, port);
/** To each host new and kept connections, one of them without retries; and TCP. */
const all: readonly LoadClient[] = [
  ...httpOf("a", httpA).filter(({ kind, retries }) => (kind === "http-new") === (retries === "istio")),
  ...httpOf("b", httpB).filter(({ kind, retries }) => (kind === "http-new") === (retries === "off")),
  tcpClient("echo", echoA.importedHost, echoA.port),
];
const noEndpoint = "503 no healthy upstream";
/** A short exchange that begins between the answer of DNS and the listener for the new address goes nowhere. */
const tcpAtTheShift = 3;

export function loadTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  let running: RunningLoad | null = null;
  const load = async (clients = all): Promise<RunningLoad> => {
    const place = { namespace: client.namespace, serviceAccount: "curl", name: "load" };
    running = await startLoad(meshes().east, place, clients);
    return running;
  };
  const end = async (what: string, started: RunningLoad): Promise<LoadResult> => {
    running = null;
    const result = await started.stop();
    process.stdout.write(`${reportLines(`Istio ${version}, ${what}`, result.report, result.envoy).join("\n")}\n`);
    expect(result.report.gaps).toEqual([]);
    expect(result.report.total).toBeGreaterThan(500);
    return result;
  };
  beforeEach(async () => backToBefore(meshes()));
  afterEach(async () => {
    await running?.discard();
    running = null;
  });

  describe("under load", () => {
    test("the guide's order is a race: requests fail between a host's ServiceEntry and its WorkloadEntry, and at no other time", async () => {
      const started = await load();
      const address = (await started.mark("export", async () => startExport(meshes()))) ?? "";
      await importInOrder(meshes(), started, address, "guide");
      const { report } = await end("the guide's order", started);
      const failures = report.clients
        .filter((each) => each.client.includes("http"))
        .flatMap((each) => Object.keys(each.failures));
      expect(new Set([...failures, noEndpoint]).size).toBe(1);
      const others = report.windows.filter(({ mark }) => mark !== "service and workload entries");
      expect(others.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
      const callers = new Set(report.clients.flatMap((each) => Object.keys(each.callers)));
      expect([...callers].sort()).toEqual([identity.client, identity.ingress].sort());
    });

    test("workload entries first, back by deleting the client's entries, forward again, federation away: no HTTP request fails", async () => {
      const address = await startExport(meshes());
      const started = await load();
      await importInOrder(meshes(), started, address, "workload entries first");
      const { east } = meshes();
      await started.mark("back", async () =>
        removeAll(
          east,
          sharedServices.map((shared) => importerEntry(shared)),
        ),
      );
      await pause(1500);
      await removeAll(
        east,
        sharedServices.map((shared) => importerWorkload(shared)),
      );
      await answeredBy(meshes(), httpA, identity.ingress);
      await importInOrder(meshes(), started, address, "workload entries first");
      await removeFederation(meshes(), started);
      const { report } = await end("workload entries first, back and forward, federation away", started);
      expect(failedOf(report, "http")).toBe(0);
      expect(failedOf(report, "tcp")).toBeLessThanOrEqual(3 * tcpAtTheShift);
    });

    if (isFull) moreLoadTests();
  });

  function moreLoadTests(): void {
    test.each([
      ["service entries a second before workload entries", "service entries"],
      ["entries before the remote gateway", "service entries"],
    ] as const)("%s: no healthy upstream", async (order, mark) => {
      const address = await startExport(meshes());
      const started = await load();
      await importInOrder(meshes(), started, address, order);
      const { report } = await end(order, started);
      expect(report.windows.find((window) => window.mark === mark)?.failed).toBeGreaterThan(20);
      // With Istio's retries and without: there is nobody to send it to again.
      for (const each of report.clients.filter((one) => one.client.includes("http"))) {
        expect(Object.keys(each.failures)).toEqual([noEndpoint]);
        expect(each.firstFailure?.after).toBe(mark);
      }
      expect(report.windows.find((window) => window.mark === "start")?.failed).toBe(0);
    });

    // Minutes; and the gateways that go are those of OSSM 2.
    if (version === "1.20.2")
      test("requests of 20 s: those that the egress gateway carries fail when it goes, and none when they were waited for", async () => {
        const slow = slowClients("a", httpA.importedHost, httpA.port);
        const shifted = async (): Promise<RunningLoad> => {
          const address = await startExport(meshes());
          const started = await load(slow);
          // Until the first ones have been answered there is nothing that could be cut at its end.
          await pause(10_000);
          await importInOrder(meshes(), started, address, "workload entries first");
          return started;
        };
        const hurried = await shifted();
        await removeFederation(meshes(), hurried);
        const cut = (await end("requests of 20 s, the gateway gone at once", hurried)).report;
        expect(cut.failed).toBeGreaterThan(20);
        const onTheNewPath = cut.windows.slice(cut.windows.findIndex(({ mark }) => mark === "new path"));
        expect(onTheNewPath.map(({ failed }) => failed)).toEqual([0, 0, 0]);
        await backToBefore(meshes());
        const patient = await shifted();
        await patient.mark("waiting for what is under way", async () => pause(22_000));
        await removeFederation(meshes(), patient);
        expect((await end("requests of 20 s, waited for", patient)).report.failed).toBe(0);
      }, 300_000);

    test("a restart of the importer's istiod fails no request", async () => {
      const { api } = meshes().east;
      const istiod = { apiVersion: "apps/v1", kind: "Deployment", namespace: controlPlane, name: "istiod" };
      const started = await load();
      await started.mark("restart", async () =>
        api.patch(istiod, "strategic", {
          spec: { template: { metadata: { annotations: { "lab.meshferry.io/restart": String(Date.now()) } } } },
        }),
      );
      await waitFor(api, istiod, "rolled out", isRolledOut, 90_000);
      await pause(5000);
      const { report } = await end("istiod restarted", started);
      expect(report.failed).toBe(0);
    });

    test("Envoy sends requests again for clients with Istio's retries, for those without it does not", async () => {
      const withRetries = httpOf("a", httpA).filter(({ retries, kind }) => retries === "istio" && kind === "http-new");
      const without = httpOf("b", httpB).filter(({ retries, kind }) => retries === "off" && kind === "http-new");
      const { east } = meshes();
      const imports = egressObjects("192.0.2.1").filter(
        (each) => /^import-.-httpbin$/.test(named(each).name) && each.kind === "ServiceEntry",
      );
      const started = await load([...withRetries, ...without]);
      await started.mark("a port that nobody listens on", async () => {
        for (const entry of imports)
          await east.api.patch(named(entry), "json", [{ op: "replace", path: "/spec/ports/0/targetPort", value: 9 }]);
      });
      await pause(10_000);
      await started.mark("the right port", async () => applyAll(east, imports));
      await pause(2000);
      const { report, envoy } = await end("retries", started);
      const of = ({ importedHost }: typeof httpA) => ({
        retried: sumOf(envoy, "upstream_rq_retry", importedHost) > 0,
        refused: sumOf(envoy, "upstream_cx_connect_fail", importedHost) > 0,
      });
      expect({ a: of(httpA), b: of(httpB) }).toEqual({
        a: { retried: true, refused: true },
        b: { retried: false, refused: true },
      });
      expect(report.failed).toBeGreaterThan(0);
    });
  }
}
