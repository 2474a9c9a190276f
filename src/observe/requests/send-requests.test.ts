// Requests prove something only on new connections: the proxy's counters decide, not the answers alone.
import { expect, test } from "vitest";
import { object, ref } from "../../../test/support/judged.ts";
import { host } from "../../core/ids.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import type { Connections } from "../proxy/read-activity.ts";
import type { Asker } from "./find-program.ts";
import { sendRequests } from "./send-requests.ts";

const asker: Asker = { pod: object(ref("Pod shop/till-1"), {}), container: "app", programs: ["bash"] };
const good = "HTTP/1.1 200 OK\r\nx-envoy-upstream-service-time: 1\r\n\r\n";
const bad = "HTTP/1.1 503 Service Unavailable\r\n\r\nno healthy upstream";

/** A pod whose requests are all answered alike, and whose proxy counts as told, one reading after the other. */
function pod(answer: string, readings: readonly Connections[]) {
  const left = [...readings];
  const sent: number[] = [];
  const exec: ClusterClient["exec"] = async (_, __, command) => {
    if (command[0] === "pilot-agent") {
      const { begun, failed } = left.shift() ?? { begun: 0, failed: 0 };
      const stats = [
        { name: "cx_total", value: String(begun) },
        { name: "cx_connect_fail", value: String(failed) },
      ];
      const clusters = { cluster_statuses: [{ name: "outbound|80||a.example", host_statuses: [{ stats }] }] };
      return { stdout: JSON.stringify(clusters), stderr: "", exitCode: 0 };
    }
    const [times, mark] = [Number(command[7]), command[8] ?? ""];
    sent.push(times);
    const lines = Array.from({ length: times }, (_each, number) =>
      answer
        .split("\n")
        .map((line) => `@@${mark} ${number} ${line}\n`)
        .join(""),
    );
    return { stdout: lines.join(""), stderr: "", exitCode: 0 };
  };
  const client = { exec } as unknown as ClusterClient;
  const request = { host: host("a.example"), port: 80, speaks: "http" } as const;
  return { sent, outcome: async () => sendRequests(client, asker, request, AbortSignal.timeout(5_000)) };
}

const at = (begun: number, failed = 0): Connections => ({ begun, failed });

test("answered, one of them over a new connection", async () => {
  const { sent, outcome } = pod(good, [at(4), at(5)]);
  expect(await outcome()).toEqual({ state: "ok", good: 3, of: 3, said: "" });
  expect(sent).toEqual([3]);
});

test("answered over kept connections: more at once, until one is new", async () => {
  const { sent, outcome } = pod(good, [at(4), at(4), at(4), at(6)]);
  expect(await outcome()).toEqual({ state: "ok", good: 15, of: 15, said: "" });
  expect(sent).toEqual([3, 12]);
});

test("never a new connection: not checked, and so never fine", async () => {
  const { sent, outcome } = pod(good, []);
  expect(await outcome()).toMatchObject({
    state: "not-checked",
    said: expect.stringContaining("47 requests were answered"),
  });
  expect(sent).toEqual([3, 12, 32]);
});

test("a new connection that failed is not made good by an answer over a kept one", async () => {
  const { outcome } = pod(good, [at(4, 1), at(6, 2)]);
  expect(await outcome()).toEqual({
    state: "degraded",
    good: 2,
    of: 3,
    said: "its proxy could not open 1 new connection, and answered over kept ones",
  });
});

test("what fails is told as it was answered", async () => {
  const { outcome } = pod(bad, [at(4), at(4)]);
  expect(await outcome()).toEqual({ state: "broken", good: 0, of: 3, said: "503: no healthy upstream" });
});
