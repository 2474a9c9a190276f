// The program that is everywhere where there is a shell worth its name, run for real: bash. The others run in the lab.
import { execFile } from "node:child_process";
import { createServer as httpServer } from "node:http";
import { type AddressInfo, createServer as tcpServer, type Server } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAnswers } from "./read-answers.ts";
import { requestCommand, type Target } from "./scripts.ts";

const run = promisify(execFile);
const limits = { answerMs: 5_000, heldMs: 1_000, bytes: 400 };
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

let answering = 0;
let failing = 0;
let holding = 0;
let speaking = 0;
let closing = 0;
let nobody = 0;

beforeAll(async () => {
  answering = await listen(
    httpServer((request, response) => {
      response.setHeader("x-envoy-upstream-service-time", "1");
      response.end(`hello ${request.headers["user-agent"]} ${"x".repeat(10_000)}`);
    }),
  );
  failing = await listen(
    httpServer((_, response) => {
      response.statusCode = 503;
      response.end("no healthy upstream");
    }),
  );
  holding = await listen(tcpServer((socket) => void socket.on("error", () => {})));
  speaking = await listen(tcpServer((socket) => void socket.on("error", () => {}).write("hello\n")));
  closing = await listen(tcpServer((socket) => void socket.on("error", () => {}).end()));
  const gone = tcpServer();
  nobody = await listen(gone);
  gone.close();
});

afterAll(() => {
  for (const server of servers) server.close();
});

async function ask(port: number, speaks: Target["speaks"], times = 1) {
  const command = requestCommand("bash", { host: "127.0.0.1", port, speaks }, times, "m", limits) ?? [];
  const [program = "", ...args] = command;
  const { stdout } = await run(program, args);
  return readAnswers(stdout, "m", { speaks });
}

const good = { good: true, said: "" };

describe("bash", () => {
  test("an answer, several at once, each counted", async () => {
    expect(await ask(answering, "http", 3)).toEqual([good, good, good]);
  });
  test("what a proxy says in the server's place", async () => {
    expect(await ask(failing, "http")).toEqual([{ good: false, said: "503: no healthy upstream" }]);
  });
  test("nobody there", async () => {
    expect(await ask(nobody, "http")).toEqual([{ good: false, said: "no connection" }]);
  });
  test("a connection that stays open, one on which the server speaks, one that is closed, and none", async () => {
    const told = await Promise.all([holding, speaking, closing, nobody].map(async (port) => ask(port, "tcp")));
    expect(told).toEqual([
      [good],
      [good],
      [{ good: false, said: "the connection was closed at once" }],
      [{ good: false, said: "failed: no connection" }],
    ]);
  });
});

test("no program is asked for what it cannot do", () => {
  const tcp: Target = { host: "a", port: 1, speaks: "tcp" };
  expect(requestCommand("wget", tcp, 1, "m", limits)).toBeNull();
});

test("values of others are arguments, never text of a program", () => {
  const evil = "$(touch /tmp/x)";
  for (const program of ["python3", "bash", "curl", "wget"] as const) {
    const command = requestCommand(program, { host: evil, port: 1, speaks: "http" }, 1, "m", limits) ?? [];
    expect(command.filter((word) => word.includes(evil))).toEqual([evil]);
  }
});
