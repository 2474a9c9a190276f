// rolled-out: as `kubectl rollout status` decides, for each kind that can be restarted.
import { expect, test } from "vitest";
import { judged, ref, there } from "../../../test/support/judged.ts";
import type { JsonObject } from "../../core/json.ts";

function state(kind: string, body: JsonObject): string {
  const of = ref(`${kind}.apps a/app`);
  return judged({ kind: "rolled-out", ref: of }, there(of, body)).replace(
    /^pending MF852: .* is not rolled out: /u,
    "",
  );
}

const metadata = { generation: 3 };
const whole = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

test.each([
  [{}, "done"],
  [{ observedGeneration: 2 }, "its controller has not seen the latest change."],
  [{ updatedReplicas: 1 }, "1 of 2 pods are of its present template."],
  [{ replicas: 3 }, "1 old pods are still there."],
  [{ availableReplicas: 1 }, "1 of 2 pods are available."],
])("a Deployment with %j: %s", (over, said) => {
  const body = { metadata, spec: { replicas: 2 }, status: { ...whole, ...over } };
  expect(state("Deployment", body)).toBe(said);
  expect(state("DeploymentConfig", body)).toBe(said);
});

test("a Deployment without a number has one replica; one that wants none is rolled out", () => {
  expect(state("Deployment", { metadata, status: { observedGeneration: 3 } })).toBe(
    "0 of 1 pods are of its present template.",
  );
  expect(state("Deployment", { metadata, spec: { replicas: 0 }, status: { observedGeneration: 3 } })).toBe("done");
});

test("a passed deadline is not waited out", () => {
  const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
  const body = { metadata, spec: { replicas: 2 }, status: { ...whole, updatedReplicas: 1, conditions } };
  expect(state("Deployment", body)).toBe(
    "failed MF853: east: Deployment a/app does not roll out: its progress deadline has passed.",
  );
});

test.each([
  [{}, {}, "done"],
  [{ readyReplicas: 1 }, {}, "1 of 2 pods are ready."],
  [{ updateRevision: "b", updatedReplicas: 1 }, {}, "1 of 2 pods are of its present template."],
  [{ updateRevision: "b", updatedReplicas: 1 }, { rollingUpdate: { partition: 1 } }, "done"],
  [
    { updateRevision: "b", updatedReplicas: 0 },
    { rollingUpdate: { partition: 1 } },
    "0 of 1 pods are of its present template.",
  ],
  [{ updatedReplicas: 1 }, { type: "OnDelete" }, "1 of 2 pods are of its present template."],
])("a StatefulSet with %j, updated by %j: %s", (over, updateStrategy, said) => {
  const status = { ...whole, currentRevision: "a", updateRevision: "a", ...over };
  expect(state("StatefulSet", { metadata, spec: { replicas: 2, updateStrategy }, status })).toBe(said);
});

test.each([
  [{}, "done"],
  [{ updatedNumberScheduled: 1 }, "1 of 2 pods are of its present template."],
  [{ numberAvailable: 1 }, "1 of 2 pods are available."],
])("a DaemonSet with %j: %s", (over, said) => {
  const status = {
    observedGeneration: 3,
    desiredNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    ...over,
  };
  expect(state("DaemonSet", { metadata, status })).toBe(said);
});

test("another kind is never taken for rolled out", () => {
  expect(state("Pod", { metadata: {} })).toBe("a Pod is not rolled out.");
});
