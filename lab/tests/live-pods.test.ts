// Programs in pods and ports of pods, through the product's client, against a real API server and kubelet.
import { once } from "node:events";
import { expect, test } from "vitest";
import { liveClient, refTo } from "./live-world.ts";
import { newNamespace, serve, sharedCluster } from "./shared-cluster.ts";

async function pod() {
  const east = await sharedCluster("east");
  const client = await liveClient(east);
  const namespace = await newNamespace(east);
  await serve(east, namespace, "web", "hello");
  const { objects } = await client.list({ group: "", kind: "Pod" }, { namespace, labels: "app=web" });
  const [found] = objects;
  if (found === undefined) throw new Error("no pod");
  return { client, namespace, ref: found.ref };
}

test("programs run in a container: output, exit code, input, time limit, refusals", async () => {
  const { client, namespace, ref } = await pod();
  const run = async (script: string, options = {}) => client.exec(ref, "app", ["sh", "-c", script], options);
  expect(await run("echo out; echo err >&2; exit 3")).toEqual({ stdout: "out\n", stderr: "err\n", exitCode: 3 });
  expect(await run("cat | tr a-z A-Z", { stdin: "typed ü" })).toEqual({ stdout: "TYPED ü", stderr: "", exitCode: 0 });
  const long = await run("cat", { stdin: "x".repeat(200_000) });
  expect([long.stdout.length, long.exitCode]).toEqual([200_000, 0]);
  expect((await run("head -c 3000000 /dev/zero | tr '\\0' y")).stdout).toHaveLength(3_000_000);
  await expect(run("sleep 20", { timeoutMs: 1_000 })).rejects.toMatchObject({
    reason: "unreachable",
    message: "sh did not end within 1 s",
  });
  await expect(run("sleep 20", { signal: AbortSignal.timeout(500) })).rejects.toMatchObject({ reason: "aborted" });
  await expect(client.exec(ref, "app", ["no-such-program"])).rejects.toMatchObject({ reason: "server-error" });
  const none = refTo(client, "Pod", namespace, "none");
  await expect(client.exec(none, "app", ["true"])).rejects.toMatchObject({ reason: "not-found" });
  await expect(client.exec(ref, "none", ["true"])).rejects.toMatchObject({ reason: "invalid" });
  const many = await Promise.all(Array.from({ length: 24 }, async (_, index) => run(`echo ${index}`)));
  expect(many.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 24 }, (_, index) => `${index}\n`));
});

test("a port of a pod is a stream; one that nobody listens on is an error", async () => {
  const { client, ref } = await pod();
  const stream = await client.portForward(ref, 8080);
  stream.write("GET / HTTP/1.0\r\n\r\n");
  let answer = "";
  for await (const chunk of stream) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.0 200 OK[^]*hello$/u);
  const closed = await client.portForward(ref, 9);
  closed.write("x");
  const [error] = (await once(closed, "error")) as [Error];
  expect(error).toMatchObject({ reason: "unreachable" });
  expect(error.message).toMatch(/refused/u);
});
