// One cluster does what administrators and controllers do with clusters.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, inject, onTestFinished, test } from "vitest";
import { kubectlCommand } from "../cluster/kubectl.ts";
import { status } from "../cluster/status.ts";
import { curl, deployment, newNamespace, rolledOut, serve, sharedCluster, untilAnswered } from "./shared-cluster.ts";

test("all programs run, the nodes are Ready", async () => {
  const clusters = await status(inject("lab"));
  expect(clusters?.map(({ cluster, missing, ready }) => [cluster.name, missing, ready])).toEqual([
    ["east", [], true],
    ["west", [], true],
  ]);
});

test("a pod runs, its logs and commands in it are reached, a port is forwarded", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  await serve(east, namespace, "web", "hello");
  expect(await east.kubectl("exec", "-n", namespace, "deploy/web", "--", "sh", "-c", "echo out; exit 3")).toMatchObject(
    {
      status: 3,
      stdout: "out\n",
    },
  );
  expect((await east.kubectl("logs", "-n", namespace, "deploy/web")).stderr).toBe("");
  expect((await east.kubectl("logs", "-n", namespace, "deploy/web")).stdout).toContain('"GET / HTTP/1.1" 200');
  const [program, args] = kubectlCommand(inject("built"), east.cluster, [
    ...["port-forward", "-n", namespace, "deploy/web", ":8080"],
  ]);
  const forward = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void forward.kill());
  const [line] = (await once(createInterface(forward.stdout), "line")) as [string];
  const port = /127\.0\.0\.1:(\d+) /.exec(line)?.[1] ?? "";
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello");
});

test("names of Services are found, others are not", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  await serve(east, namespace, "web", "hello");
  // The last asks for itself: the answer comes from the pod that asks.
  for (const host of [`web.${namespace}.svc.cluster.local`, "web"])
    expect(await curl(east, namespace, "web", `http://${host}/`)).toEqual({ status: 0, said: "hello" });
  expect(await curl(east, namespace, "web", "https://kubernetes.default.svc/version")).toMatchObject({ status: 0 });
  const unknown = await curl(east, namespace, "web", "http://web.elsewhere.example/");
  expect(unknown.said).toContain("Could not resolve host");
});

test("a rollout replaces the pods, and the Service follows", async () => {
  const east = await sharedCluster("east");
  const namespace = await newNamespace(east);
  await serve(east, namespace, "web", "first");
  await serve(east, namespace, "client", "client");
  expect(await curl(east, namespace, "client", "http://web/")).toEqual({ status: 0, said: "first" });
  await east.api.apply(deployment(namespace, "web", "second"), "tests");
  await rolledOut(east.api, namespace, "web");
  await untilAnswered(east, namespace, "client", "http://web/", "second");
  // One that never gets ready changes nothing for the Service.
  await east.api.apply(deployment(namespace, "web", "third", 8081), "tests");
  await expect(east.kubectl("rollout", "status", "-n", namespace, "deploy/web", "--timeout=4s")).resolves.toMatchObject(
    { status: 1 },
  );
  expect(await curl(east, namespace, "client", "http://web/")).toEqual({ status: 0, said: "second" });
});
