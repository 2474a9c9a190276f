// Adding one service changes no object but the list of what a gateway exposes, and no step but those that name it.
import { expect, test } from "vitest";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Json } from "../../src/core/json.ts";
import { type KubeObject, refKey } from "../../src/core/object-ref.ts";
import { sortedBy } from "../../src/core/order.ts";
import { appliedObjects, planOf, readEastWest, stepsOf } from "../support/example.ts";

/** The exporting cluster with a second Service and workload beside the first of namespace "a", and a rule that exports it. */
function withOneMore(input: ClusterInput): ClusterInput {
  if (input.id !== "west") return input;
  const added = input.objects
    .filter(
      ({ ref }) =>
        ref.namespace === "a" && ["Service", "ServiceAccount", "Deployment", "ReplicaSet", "Pod"].includes(ref.kind),
    )
    .map((object): KubeObject => {
      const body: KubeObject["body"] = JSON.parse(JSON.stringify(object.body).replaceAll("httpbin", "zzz"));
      return { ...object, ref: { ...object.ref, name: object.ref.name.replaceAll("httpbin", "zzz") }, body };
    });
  expect(added.length).toBeGreaterThan(3);
  const objects = input.objects.map((object) => {
    if (object.ref.kind !== "ExportedServiceSet") return object;
    const body = structuredClone(object.body) as unknown as { spec: { exportRules: Json[] } };
    body.spec.exportRules.push({ type: "NameSelector", nameSelector: { namespace: "a", name: "zzz" } });
    return { ...object, body };
  });
  return { ...input, objects: sortedBy([...objects, ...added], ({ ref }) => refKey(ref)) };
}

test("one more exported service", async () => {
  const inputs = await readEastWest();
  const before = planOf(inputs);
  const after = planOf(inputs.map(withOneMore));
  const old = appliedObjects(before);
  const now = appliedObjects(after);
  const changed = [...old]
    .filter(([key, object]) => JSON.stringify(now.get(key)) !== JSON.stringify(object))
    .map(([key]) => key);
  expect(changed).toEqual(["west/Gateway.networking.istio.io/istio-ingress/expose-services"]);
  expect([...now.keys()].filter((key) => !old.has(key)).sort()).toEqual([
    "east/ServiceEntry.networking.istio.io/meshferry-imports/zzz.a.svc.west-mesh-imports.local",
    "east/WorkloadEntry.networking.istio.io/meshferry-imports/zzz.a.svc.west-mesh-imports.local.meshferry-west",
    "west/ServiceEntry.networking.istio.io/a/meshferry-zzz",
  ]);
  // What the gateway exposes grows by exactly the new host.
  const hosts = (objects: ReadonlyMap<string, Json>): string[] =>
    (objects.get(changed[0] ?? "") as { spec: { servers: { hosts: string[] }[] } }).spec.servers.flatMap(
      (server) => server.hosts,
    );
  expect(hosts(now)).toEqual([...hosts(old), "zzz.a.svc.west-mesh-imports.local"].sort());
  // Steps keep their ids: a running migration would find them again.
  const ids = new Set(stepsOf(after).map(({ id }) => id));
  expect(
    stepsOf(before)
      .map(({ id }) => id)
      .filter((id) => !ids.has(id)),
  ).toEqual([]);
});
