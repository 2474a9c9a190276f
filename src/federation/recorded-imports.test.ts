// What our own entries remember: used when a set is gone, and only then.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import { defaultConfig } from "../config/config.ts";
import { afterStep, changesObjects } from "../../test/support/after-step.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { examined } from "../../test/support/seen.ts";
import { changed, named, twoMeshes } from "../../test/support/world.ts";
import { readRecord, recordAnnotation, recordText } from "./route-record.ts";

const offers = "west ExportedServiceSet istio-system/east-mesh";
const takes = "east ImportedServiceSet istio-system/west-mesh";
const orders = "orders.sales.svc.west-mesh-imports.local";
const entry = `east WorkloadEntry meshferry-imports/${orders}.meshferry-west`;

/** Two meshes with everything built, and federation still there. */
function built(): readonly ClusterInput[] {
  const plan = planOf(twoMeshes(), defaultConfig);
  let now: readonly ClusterInput[] = twoMeshes();
  for (const step of stepsOf(plan).filter(changesObjects)) {
    if (step.action.do === "delete") break;
    now = afterStep(now, plan, step);
  }
  return now;
}

const hosts = (inputs: readonly ClusterInput[]): string[] => examined(inputs).routes.map(({ host }) => host);
const both = [orders, "stock.sales.svc.cluster.local"];

describe("with a set gone at either end, the imports are those of our entries", () => {
  test.each([[[offers]], [[takes]], [[offers, takes]]])("%j", (gone) => {
    const inputs = gone.reduce((now: readonly ClusterInput[], at) => changed(now, at, undefined), built());
    const before = examined(built());
    const after = examined(inputs);
    expect(hosts(inputs)).toEqual(both);
    expect(after.target.objects).toEqual(before.target.objects);
    expect(after.federation.imports.map(({ homeNamespace, asLocal }) => [homeNamespace, asLocal])).toEqual(
      before.federation.imports.map(({ homeNamespace, asLocal }) => [homeNamespace, asLocal]),
    );
    expect(after.federation.unimported).toEqual([]);
  });
});

test("a rule that somebody took out of a set that is there is not brought back", () => {
  const inputs = changed(built(), takes, { "/spec/importRules": [named("sales", "orders")] });
  expect(hosts(inputs)).toEqual([orders]);
});

test("a service that is gone is not carried any further", () => {
  const inputs = changed(changed(built(), offers, undefined), "west Service sales/orders", undefined);
  expect(hosts(inputs)).toEqual(["stock.sales.svc.cluster.local"]);
});

test("an annotation that somebody edited, and an entry that is not ours, say nothing", () => {
  const gone = changed(built(), offers, undefined);
  const annotation = `/metadata/annotations/${recordAnnotation.replace("/", "~1")}`;
  for (const text of ["", "{", "null", "[]", '{"host":"x"}', recordText(record({ exporter: "nowhere/a/b" }))]) {
    expect(hosts(changed(gone, entry, { [annotation]: text }))).toEqual(["stock.sales.svc.cluster.local"]);
  }
  expect(hosts(changed(gone, entry, { "/metadata/labels": {} }))).toEqual(["stock.sales.svc.cluster.local"]);
});

function record(over: Record<string, string>) {
  const read = readRecord(
    JSON.stringify({
      importer: "east/istio-system/basic",
      host: orders,
      homeNamespace: "istio-system",
      exporter: "west/istio-system/basic",
      link: "east/istio-system/west-mesh<->west/istio-system/east-mesh",
      exportedHost: "orders.sales.svc.east-mesh-exports.local",
      service: "sales/orders",
      ...over,
    }),
  );
  if (!read) throw new Error("no record");
  return read;
}

test("a record reads back as it was written", () => {
  expect(readRecord(recordText(record({})))).toEqual(record({}));
});
