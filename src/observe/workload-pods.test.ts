// Which pods are a workload's, and which of them can be asked.
import { expect, test } from "vitest";
import { object, ref } from "../../test/support/judged.ts";
import type { JsonObject } from "../core/json.ts";
import { isFinished, podQuery, withProxy } from "./workload-pods.ts";

test("a selector as the API takes it", () => {
  const selector = {
    matchLabels: { app: "a", "example.com/b": "c" },
    matchExpressions: [
      { key: "tier", operator: "In", values: ["x", "y"] },
      { key: "old", operator: "NotIn", values: ["z"] },
      { key: "k", operator: "Exists" },
      { key: "n", operator: "DoesNotExist" },
    ],
  };
  expect(podQuery(ref("Deployment.apps a/b"), { spec: { selector } })).toEqual({
    labels: "app=a,example.com/b=c,tier in (x,y),old notin (z),k,!n",
  });
  expect(podQuery(ref("DeploymentConfig.apps.openshift.io a/b"), { spec: { selector: { app: "a" } } })).toEqual({
    labels: "app=a",
  });
  expect(podQuery(ref("Pod a/b"), {})).toEqual({ name: "b" });
  expect(podQuery(ref("CronJob.batch a/b"), {})).toBe("none");
  // Without a selector every pod of the namespace would be meant.
  expect(podQuery(ref("Deployment.apps a/b"), {})).toBe("none");
});

test("pods that run, with a proxy, and not on their way out", () => {
  const pod = (name: string, over: JsonObject, spec: JsonObject = { containers: [{ name: "istio-proxy" }] }) =>
    object(ref(`Pod a/${name}`), { metadata: {}, spec, status: { phase: "Running" }, ...over });
  const pods = [
    pod("sidecar", {}),
    pod("native", {}, { containers: [{ name: "app" }], initContainers: [{ name: "istio-proxy" }] }),
    pod("plain", {}, { containers: [{ name: "app" }] }),
    pod("pending", { status: { phase: "Pending" } }),
    pod("going", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
  ];
  expect(withProxy(pods).map((each) => each.ref.name)).toEqual(["sidecar", "native"]);
  expect([pod("done", { status: { phase: "Succeeded" } }), ...pods].map(isFinished)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
