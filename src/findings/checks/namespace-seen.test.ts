// A namespace of somebody else's is used only where istiod sees what lies in it.
import { expect, test } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { examined, ofCode } from "../../../test/support/seen.ts";
import { added, kubeObject, twoMeshes } from "../../../test/support/world.ts";

const selecting = {
  meshConfig: { discoverySelectors: [{ matchLabels: { mesh: "in" } }, { matchLabels: { also: "in" } }] },
};

function findings(spec: JsonObject, labels: JsonObject): unknown[] {
  const labelled = (cluster: string, name: string) =>
    kubeObject(cluster, "v1", "Namespace", null, name, { metadata: { labels: { mesh: "in" } } });
  const existing = kubeObject("west", "v1", "Namespace", null, "istio-ingress", { metadata: { labels } });
  const world = added(
    twoMeshes({ west: { spec } }),
    labelled("west", "sales"),
    labelled("west", "istio-system"),
    existing,
  );
  return ofCode(examined(world).findings, "MF316").map(({ severity, params }) => [severity, params["namespace"]]);
}

test("one that no selector selects blocks", () => {
  expect(findings(selecting, {})).toEqual([["block", "istio-ingress"]]);
  expect(findings(selecting, { mesh: "out" })).toEqual([["block", "istio-ingress"]]);
});

test("one that any selector selects is fine, and so is any where nothing is selected or where it is ours", () => {
  expect(findings(selecting, { mesh: "in" })).toEqual([]);
  expect(findings(selecting, { also: "in" })).toEqual([]);
  expect(findings({}, {})).toEqual([]);
  expect(findings(selecting, { "app.kubernetes.io/managed-by": "meshferry" })).toEqual([]);
});
