import { expect, test } from "vitest";
import { httpClients, slowClients, tcpClient } from "./load-client.ts";
import { readRawLog } from "./raw-log.ts";

const clients = httpClients("a", "a.example", 8000);

test("records are read by the client's place in the list", () => {
  const text = '{"c":1,"t":1700000000001,"i":"spiffe://x","d":12}\n{"c":0,"t":1700000000002,"e":"503 no","d":3}\n';
  expect(readRawLog(text, clients)).toEqual([
    {
      client: "a http-new without retries",
      begun: 1700000000001,
      milliseconds: 12,
      failure: null,
      caller: "spiffe://x",
    },
    { client: "a http-new", begun: 1700000000002, milliseconds: 3, failure: "503 no", caller: "" },
  ]);
});

test.each(['{"c":9,"t":1,"d":1}', '{"c":0,"t":1}', '{"c":0,"d":1}', "[]", '{"c":0,"t":1,"d"'])(
  "a log with a line that is no record is refused: %s",
  (line) => {
    expect(() => readRawLog(`${line}\n`, clients)).toThrow();
  },
);

test("half of the HTTP clients go without Istio's retries, and each sends at least 25 requests a second", () => {
  const all = [...clients, ...slowClients("a", "a.example", 8000), tcpClient("a", "a.example", 9000)];
  expect(all.filter(({ kind }) => kind !== "tcp").map(({ retries }) => retries)).toEqual([
    "istio",
    "off",
    "istio",
    "off",
    "istio",
    "off",
  ]);
  expect(all.every(({ perSecond }) => perSecond >= 25)).toBe(true);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
