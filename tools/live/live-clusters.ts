// A scaffold's clusters once every step is done and every controller has done its part: what `oc get` would give.
import type { ClusterInput } from "../../src/core/cluster.ts";
import { clusterId } from "../../src/core/ids.ts";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { kindKey } from "../../src/core/object-ref.ts";
import { groupBy, sortedUnique } from "../../src/core/order.ts";
import { appObjects } from "../../src/scaffold/objects/app.ts";
import { rootConfigMap } from "../../src/scaffold/objects/peer.ts";
import { meshNamed, neighboursOf, type Scaffold, type ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { liveGateways } from "./federation-gateways.ts";
import { defaultAuthentication, liveCacerts, liveIstiod, meshConfig, publishedRoot } from "./istiod.ts";
import { livePeer, livePeerSets } from "./live-peers.ts";
import { liveControlPlane, liveMembers, liveNamespace, liveNode, type Moments } from "./operator.ts";
import { listAt, metaOf, objectAt, type Place, placeOf, type PlaceFacts, textAt } from "./place.ts";
import { withSidecar } from "./proxies.ts";
import { carries, family, servedBy } from "./workload.ts";

export interface LiveFacts extends PlaceFacts {
  /** What the load balancer gives to the ingress gateway of each mesh, by the mesh's name. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** The objects of a cluster by the file that they are shown in. */
export interface LiveCluster {
  readonly namespaces: readonly JsonObject[];
  readonly mesh: readonly JsonObject[];
  readonly gateways: readonly JsonObject[];
  readonly federation: readonly JsonObject[];
  readonly apps: readonly JsonObject[];
}

/** When things were made, in seconds after the cluster: one app namespace after the other. */
function momentsOf(members: readonly string[], offset: number): Moments {
  return { namespace: 84, controlPlane: 152 + offset, app: (name) => 572 + 19 * Math.max(0, members.indexOf(name)) };
}

/** Every cluster of a scaffold, by name. */
export function liveClusters(
  scaffold: Scaffold,
  roots: ReadonlyMap<string, string>,
  facts: readonly LiveFacts[],
): ReadonlyMap<string, LiveCluster> {
  const byName = new Map(facts.map((each) => [each.cluster, each]));
  const addresses = Object.assign({}, ...facts.map((each) => each.addresses)) as Readonly<Record<string, string>>;
  const meshes = groupBy(scaffold.meshes, ({ cluster }) => cluster);
  const bare = sortedUnique(meshes.keys()).map((cluster, at) => {
    const known = byName.get(cluster);
    if (!known) throw new Error(`nothing is known of cluster ${cluster}`);
    const place = placeOf(known);
    const own = meshes.get(cluster) ?? [];
    return { cluster, place, live: own.map((mesh) => liveMesh(place, scaffold, mesh, roots, addresses, at * 28)) };
  });
  const pods = new Map(bare.flatMap(({ live }) => live.map(({ mesh, istiod }) => [mesh.name, istiod] as const)));
  const clusters = new Map<string, LiveCluster>();
  for (const { cluster, place, live } of bare) {
    const peers = live.flatMap(({ mesh }) =>
      neighboursOf(scaffold, mesh.name).flatMap((name) => {
        const far = meshNamed(scaffold, name);
        const root = roots.get(name) ?? "";
        return [place.stamped(rootConfigMap(mesh, far, root).body, 362), livePeer(place, mesh, far, addresses, pods)];
      }),
    );
    clusters.set(cluster, {
      namespaces: [...live.flatMap(({ namespaces }) => namespaces), liveNode(place)],
      mesh: live.flatMap(({ objects }) => objects),
      gateways: live.flatMap(({ gateways }) => gateways),
      federation: peers,
      apps: live.flatMap(({ apps }) => apps),
    });
  }
  const withoutSets = new Map([...clusters].map(([name, each]) => [name, inputOf(name, each)]));
  const sets = livePeerSets(
    scaffold,
    [...withoutSets.values()],
    new Map(bare.map((each) => [each.cluster, each.place])),
  );
  return new Map(
    [...clusters].map(([name, each]) => [
      name,
      { ...each, federation: [...each.federation, ...(sets.get(name) ?? [])] },
    ]),
  );
}

function liveMesh(
  place: Place,
  scaffold: Scaffold,
  mesh: ScaffoldMesh,
  roots: ReadonlyMap<string, string>,
  addresses: Readonly<Record<string, string>>,
  offset: number,
) {
  const members = sortedUnique(mesh.apps.map(({ namespace }) => namespace));
  const moments = momentsOf(members, offset);
  const { controlPlane: at } = moments;
  const root = roots.get(mesh.name) ?? "";
  const namespace = (name: string, labels: JsonObject): JsonObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, ...(Object.keys(labels).length === 0 ? {} : { labels }) },
  });
  const plane = liveControlPlane(place, mesh, at);
  const istiod = liveIstiod(place, mesh, plane, at);
  const linked = neighboursOf(scaffold, mesh.name).length > 0;
  return {
    mesh,
    istiod: istiod.pod,
    namespaces: [
      liveNamespace(place, namespace(mesh.namespace, {}), moments.namespace, null),
      ...members.map((name) =>
        liveNamespace(place, namespace(name, { "istio-injection": "enabled" }), moments.app(name), mesh.namespace),
      ),
    ],
    objects: [
      plane,
      ...liveMembers(place, mesh, plane, members, moments),
      liveCacerts(place, mesh.namespace, 100),
      publishedRoot(place, mesh.namespace, root, at + 11),
      ...members.map((name) => publishedRoot(place, name, root, moments.app(name))),
      meshConfig(place, mesh, plane, at + 3),
      ...istiod.objects,
      defaultAuthentication(place, mesh, plane, at + 30),
    ],
    gateways: linked ? liveGateways(place, mesh, plane, at, addresses[mesh.name] ?? "") : [],
    apps: mesh.apps.flatMap((app) => liveApp(place, mesh, app, moments.app(app.namespace) + 4)),
  };
}

/** An app with its pods. The published guide annotates the pod template after applying it: an older ReplicaSet stays. */
function liveApp(place: Place, mesh: ScaffoldMesh, app: ScaffoldMesh["apps"][number], seconds: number): JsonObject[] {
  const { accounts, service, deployments } = appObjects(mesh.cluster, app);
  const families = deployments.map(({ body }) => {
    const deployment = withDefaults(body);
    const { name } = metaOf(deployment);
    const template = objectAt(deployment, "spec", "template");
    const labels = objectAt(template, "metadata", "labels");
    return family({
      place,
      deployment,
      seconds,
      surge: "25%",
      ...(app.sidecar ? { earlier: { ...template, metadata: { labels } } } : {}),
      admitted: withSidecar(mesh, name),
    });
  });
  const pods = families.flatMap((each) => each.pods);
  const selector = objectAt(service.body, "spec", "selector");
  return [
    ...accounts.map(({ body }) => place.stamped(body, seconds)),
    ...servedBy(
      place,
      service.body,
      pods.filter((pod) => carries(pod, selector)),
      seconds,
      {
        labels: objectAt(service.body, "metadata", "labels"),
      },
    ),
    ...families.flatMap(({ deployment, replicaSets }) => [deployment, ...replicaSets]),
    ...pods,
  ];
}

/** The API server's defaults for the fields that are shown. */
function withDefaults(deployment: JsonObject): JsonObject {
  const spec = objectAt(deployment, "spec");
  const template = objectAt(spec, "template");
  const pod = objectAt(template, "spec");
  const containers = listAt(pod, "containers").map((container) => {
    const ports = listAt(container, "ports").map((port) => ({ ...objectAt(port), protocol: "TCP" }));
    return { ...objectAt(container), ...(ports.length === 0 ? {} : { ports }) };
  });
  return { ...deployment, spec: { ...spec, template: { ...template, spec: { ...pod, containers } } } };
}

/** The cluster as if it had been read. */
export function inputOf(name: string, live: LiveCluster): ClusterInput {
  const cluster = clusterId(name);
  const objects = Object.values(live)
    .flat()
    .filter((body) => isJsonObject(body))
    .map((body) => {
      const apiVersion = textAt(body, "apiVersion");
      const slash = apiVersion.indexOf("/");
      const { name: own, namespace } = metaOf(body);
      const ref = {
        cluster,
        group: slash < 0 ? "" : apiVersion.slice(0, slash),
        kind: textAt(body, "kind"),
        namespace: namespace === "" ? null : namespace,
        name: own,
      };
      return { ref, apiVersion, origin: { cluster }, body };
    });
  const coverage = Object.fromEntries(objects.map(({ ref }) => [kindKey(ref), "listed" as const]));
  return { id: cluster, objects, coverage, findings: [] };
}
