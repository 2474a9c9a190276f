// What the operator of OpenShift Service Mesh 2.6 adds around a control plane: its status, the members, the labels of its objects.
import type { JsonObject } from "../../src/core/json.ts";
import { controlPlane as desiredControlPlane } from "../../src/scaffold/objects/control-plane.ts";
import type { ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { metaOf, objectAt, ownedBy, type Place, timeAt } from "./place.ts";
import { meshVersion } from "./proxies.ts";

const finalizers = ["maistra.io/istio-operator"];
const reconciled = `${meshVersion}-1`;

export interface Moments {
  readonly namespace: number;
  readonly controlPlane: number;
  readonly app: (namespace: string) => number;
}

function condition(type: string, seconds: number, more: JsonObject = {}): JsonObject {
  return { lastTransitionTime: timeAt(seconds), status: "True", type, ...more };
}

/** The control plane, ready. */
export function liveControlPlane(place: Place, mesh: ScaffoldMesh, seconds: number): JsonObject {
  const { body } = desiredControlPlane(mesh);
  const components = ["istio-discovery", "mesh-config", "telemetry-common", "istio-egress", "istio-ingress"];
  const done = { reason: "InstallSuccessful" };
  const ready = { reason: "ComponentsReady" };
  const status = {
    annotations: { alwaysReadyComponents: "mesh-config,telemetry-common", readyComponentCount: "5/5" },
    chartVersion: meshVersion,
    components: components.map((resource, at) => ({
      conditions: [
        condition("Installed", seconds + 4 + 6 * at, done),
        condition("Reconciled", seconds + 4 + 6 * at, done),
        condition("Ready", seconds + 25 + 6 * at, ready),
      ],
      resource,
    })),
    conditions: [
      condition("Installed", seconds + 60, { ...done, message: "Successfully installed all mesh components" }),
      condition("Reconciled", seconds + 60, { ...done, message: `Successfully installed version ${reconciled}` }),
      condition("Ready", seconds + 75, { ...ready, message: "All component deployments are Available" }),
    ],
    observedGeneration: 1,
    operatorVersion: meshVersion,
    readiness: { components: { pending: [], ready: [...components].sort(), unready: [] } },
  };
  return place.stamped({ ...body, status }, seconds, { finalizers, generation: 1 });
}

/** The member roll, which the operator makes itself for a ClusterWide mesh, and what it makes of each member. */
export function liveMembers(
  place: Place,
  mesh: ScaffoldMesh,
  plane: JsonObject,
  members: readonly string[],
  moments: Moments,
): JsonObject[] {
  const isWide = mesh.mode === "ClusterWide";
  const seconds = moments.controlPlane;
  const roll = place.stamped(
    {
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMemberRoll",
      metadata: { name: "default", namespace: mesh.namespace },
      spec: isWide ? { memberSelectors: [{ matchLabels: { "istio-injection": "enabled" } }] } : { members },
      status: {
        annotations: { configuredMemberCount: `${members.length}/${members.length}` },
        conditions: [
          condition("Ready", seconds + 78, {
            message: "All namespaces have been configured successfully",
            reason: "Configured",
          }),
        ],
        configuredMembers: members,
        memberStatuses: members.map((namespace) => ({
          conditions: [condition("Reconciled", moments.app(namespace) + 3)],
          namespace,
        })),
        members,
        meshGeneration: 1,
        meshReconciledVersion: reconciled,
        observedGeneration: 1,
        pendingMembers: [],
        terminatingMembers: [],
      },
    },
    seconds + 2,
    { finalizers, generation: 1, ...(isWide ? ownedBy(plane, false) : {}) },
  );
  return [roll, ...members.map((namespace) => liveMember(place, mesh, namespace, moments.app(namespace)))];
}

function liveMember(place: Place, { controlPlane, namespace: home }: ScaffoldMesh, namespace: string, seconds: number) {
  return place.stamped(
    {
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMember",
      metadata: { name: "default", namespace },
      spec: { controlPlaneRef: { name: controlPlane, namespace: home } },
      status: {
        annotations: { controlPlaneRef: `${home}/${controlPlane}` },
        conditions: [condition("Reconciled", seconds + 3), condition("Ready", seconds + 3)],
        meshGeneration: 1,
        meshReconciledVersion: reconciled,
        observedGeneration: 1,
      },
    },
    seconds + 2,
    { annotations: { "maistra.io/created-by": "servicemeshmemberroll-controller" }, finalizers, generation: 1 },
  );
}

/** Metadata of what the operator makes from its charts for a control plane. */
export function chartMeta(mesh: ScaffoldMesh, plane: JsonObject, component: string, labels: JsonObject): JsonObject {
  return {
    annotations: { "maistra.io/mesh-generation": reconciled },
    labels: {
      "app.kubernetes.io/component": component,
      "app.kubernetes.io/instance": mesh.namespace,
      "app.kubernetes.io/managed-by": "maistra-istio-operator",
      "app.kubernetes.io/name": component,
      "app.kubernetes.io/part-of": "istio",
      "app.kubernetes.io/version": reconciled,
      "maistra-version": meshVersion,
      "maistra.io/owner": mesh.namespace,
      "maistra.io/owner-name": mesh.controlPlane,
      release: "istio",
      ...labels,
    },
    ...ownedBy(plane),
  };
}

/** A namespace as OpenShift keeps it; a member carries the mesh's label. */
export function liveNamespace(place: Place, body: JsonObject, seconds: number, memberOf: string | null): JsonObject {
  const name = metaOf(body).name;
  const range = 1_000_000_000 + (seconds % 97) * 10_000;
  return place.stamped({ ...body, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } }, seconds, {
    annotations: {
      "openshift.io/sa.scc.mcs": "s0:c40,c17",
      "openshift.io/sa.scc.supplemental-groups": `${range}/10000`,
      "openshift.io/sa.scc.uid-range": `${range}/10000`,
    },
    labels: {
      ...objectAt(body, "metadata", "labels"),
      "kubernetes.io/metadata.name": name,
      ...(memberOf === null ? {} : { "maistra.io/member-of": memberOf }),
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/audit-version": "latest",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/warn-version": "latest",
    },
  });
}

export function liveNode(place: Place): JsonObject {
  return place.stamped(
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: place.node },
      status: {
        addresses: [
          { address: place.nodeAddress, type: "InternalIP" },
          { address: place.node, type: "Hostname" },
        ],
        conditions: [
          {
            lastHeartbeatTime: timeAt(990),
            lastTransitionTime: timeAt(50),
            message: "kubelet is posting ready status",
            reason: "KubeletReady",
            status: "True",
            type: "Ready",
          },
        ],
      },
    },
    0,
    {
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": place.node,
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/worker": "",
        "topology.kubernetes.io/region": place.region,
        "topology.kubernetes.io/zone": place.zone,
      },
    },
  );
}
