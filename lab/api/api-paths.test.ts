import { expect, test } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { ApiPaths } from "./api-paths.ts";

const pods = {
  resources: [
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "pods/log", kind: "Pod", namespaced: true },
    { name: "nodes", kind: "Node", namespaced: false },
  ],
};
const pod = { apiVersion: "v1", kind: "Pod" };

function pathsOf(served: Readonly<Record<string, Json>>) {
  const asked: string[] = [];
  const answer = new Map(Object.entries(served));
  const paths = new ApiPaths(async (path) => {
    asked.push(path);
    return answer.get(path) ?? null;
  });
  return { paths, asked, answer };
}

test("paths of lists and objects, with one question per group and version", async () => {
  const { paths, asked } = pathsOf({ "/api/v1": pods });
  expect(await paths.path(pod, undefined)).toBe("/api/v1/pods");
  expect(await paths.path(pod, "a", "b")).toBe("/api/v1/namespaces/a/pods/b");
  // A namespace that the kind does not have is left out, as kubectl does.
  expect(await paths.path({ apiVersion: "v1", kind: "Node" }, "a", "n")).toBe("/api/v1/nodes/n");
  await expect(paths.path(pod, undefined, "b")).rejects.toThrow("Pod b without a namespace");
  expect(asked).toEqual(["/api/v1"]);
});

test("a kind that came since is found, one that is nowhere is trouble", async () => {
  const { paths, answer } = pathsOf({});
  const kind = { apiVersion: "example.test/v1", kind: "Peer" };
  await expect(paths.path(kind, "a")).rejects.toThrow("no kind Peer in example.test/v1");
  answer.set("/apis/example.test/v1", { resources: [{ name: "peers", kind: "Peer", namespaced: true }] });
  expect(await paths.path(kind, "a")).toBe("/apis/example.test/v1/namespaces/a/peers");
});
