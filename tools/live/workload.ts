// What Kubernetes' own controllers make of Deployments and Services: ReplicaSets, pods, cluster addresses, EndpointSlices.
import type { Json, JsonObject } from "../../src/core/json.ts";
import { isJsonObject } from "../../src/core/json.ts";
import { labelsOf, listAt, metaOf, objectAt, ownedBy, type Place, suffixOf, timeAt } from "./place.ts";

export interface Family {
  readonly deployment: JsonObject;
  /** The last is the one that runs. */
  readonly replicaSets: readonly JsonObject[];
  readonly pods: readonly JsonObject[];
}

export interface FamilyParts {
  readonly place: Place;
  /** As it was applied, with whatever metadata its owner gave it. */
  readonly deployment: JsonObject;
  readonly meta?: JsonObject;
  readonly seconds: number;
  readonly surge: "25%" | "100%";
  /** The template that the Deployment had first; it was changed five seconds later. */
  readonly earlier?: JsonObject;
  /** What admission webhooks make of a pod. */
  readonly admitted: (pod: JsonObject) => JsonObject;
}

export function family(parts: FamilyParts): Family {
  const { place, deployment, meta = {}, seconds, surge, earlier, admitted } = parts;
  const spec = objectAt(deployment, "spec");
  const replicas = typeof spec["replicas"] === "number" ? spec["replicas"] : 1;
  const revision = earlier ? 2 : 1;
  const made = place.stamped(
    {
      ...deployment,
      spec: { ...spec, strategy: { rollingUpdate: { maxSurge: surge, maxUnavailable: "25%" }, type: "RollingUpdate" } },
      status: deploymentStatus(replicas, revision, seconds + (earlier ? 13 : 8)),
    },
    seconds,
    {
      ...meta,
      annotations: { "deployment.kubernetes.io/revision": String(revision), ...objectAt(meta, "annotations") },
      generation: revision,
    },
  );
  const template = objectAt(spec, "template");
  const older = earlier ? [replicaSet(place, made, earlier, 0, 1, seconds)] : [];
  const running = replicaSet(place, made, template, replicas, revision, seconds + (earlier ? 5 : 0));
  const pods = Array.from({ length: replicas }, (_, at) =>
    pod(place, running, at, seconds + (earlier ? 5 : 0), admitted),
  );
  return { deployment: made, replicaSets: [...older, running], pods };
}

function deploymentStatus(replicas: number, generation: number, seconds: number): JsonObject {
  const counts: JsonObject =
    replicas === 0 ? {} : { availableReplicas: replicas, readyReplicas: replicas, replicas, updatedReplicas: replicas };
  return {
    ...counts,
    conditions: [
      {
        lastTransitionTime: timeAt(seconds),
        lastUpdateTime: timeAt(seconds),
        message: "Deployment has minimum availability.",
        reason: "MinimumReplicasAvailable",
        status: "True",
        type: "Available",
      },
    ],
    observedGeneration: generation,
  };
}

function replicaSet(
  place: Place,
  deployment: JsonObject,
  template: JsonObject,
  replicas: number,
  revision: number,
  seconds: number,
): JsonObject {
  const { name, namespace } = metaOf(deployment);
  const hash = suffixOf(`${place.cluster}/${namespace}/${name}/${revision}`, 10);
  const withHash = (labels: JsonObject): JsonObject => ({ ...labels, "pod-template-hash": hash });
  const labels = withHash(objectAt(template, "metadata", "labels"));
  const isOld = replicas === 0;
  return place.stamped(
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: `${name}-${hash}`, namespace },
      spec: {
        replicas,
        selector: { matchLabels: withHash(objectAt(deployment, "spec", "selector", "matchLabels")) },
        template: { ...template, metadata: { ...objectAt(template, "metadata"), labels } },
      },
      status: isOld
        ? { observedGeneration: 2, replicas: 0 }
        : {
            availableReplicas: replicas,
            fullyLabeledReplicas: replicas,
            observedGeneration: 1,
            readyReplicas: replicas,
            replicas,
          },
    },
    seconds,
    {
      annotations: {
        "deployment.kubernetes.io/desired-replicas": "1",
        "deployment.kubernetes.io/max-replicas": "2",
        "deployment.kubernetes.io/revision": String(revision),
      },
      generation: isOld ? 2 : 1,
      labels,
      ...ownedBy(deployment),
    },
  );
}

function pod(
  place: Place,
  set: JsonObject,
  at: number,
  seconds: number,
  admitted: (body: JsonObject) => JsonObject,
): JsonObject {
  const { name, namespace } = metaOf(set);
  const template = objectAt(set, "spec", "template");
  const spec = objectAt(template, "spec");
  const account = spec["serviceAccountName"] ?? "default";
  const made = admitted({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...objectAt(template, "metadata"),
      name: `${name}-${suffixOf(`${place.cluster}/${namespace}/${name}/${at}`, 5)}`,
      namespace,
    },
    spec: { ...spec, nodeName: place.node, serviceAccount: account },
  });
  const annotations = { "openshift.io/scc": "restricted-v2", ...objectAt(made, "metadata", "annotations") };
  return place.stamped({ ...made, status: podStatus(place, made, seconds) }, seconds, {
    annotations,
    generateName: `${name}-`,
    labels: labelsOf(made),
    ...ownedBy(set),
  });
}

function podStatus(place: Place, body: JsonObject, seconds: number): JsonObject {
  const podIP = place.nextPodAddress();
  const condition = (type: string, after: number): JsonObject => ({
    lastProbeTime: null,
    lastTransitionTime: timeAt(seconds + after),
    status: "True",
    type,
  });
  return {
    conditions: [
      condition("Initialized", 0),
      condition("Ready", 6),
      condition("ContainersReady", 6),
      condition("PodScheduled", 0),
    ],
    containerStatuses: listAt(objectAt(body, "spec"), "containers").map((container) => ({
      image: objectAt(container)["image"] ?? "",
      name: objectAt(container)["name"] ?? "",
      ready: true,
      restartCount: 0,
      started: true,
      state: { running: { startedAt: timeAt(seconds + 4) } },
    })),
    hostIP: place.nodeAddress,
    phase: "Running",
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: timeAt(seconds),
  };
}

/** A Service with its cluster address, and the slice of the pods that it selects. */
export function servedBy(
  place: Place,
  service: JsonObject,
  pods: readonly JsonObject[],
  seconds: number,
  meta: JsonObject = {},
  loadBalancer: JsonObject | null = null,
): readonly JsonObject[] {
  const spec = objectAt(service, "spec");
  const clusterIP = place.nextServiceAddress();
  const balanced = spec["type"] === "LoadBalancer";
  const numbered = balanced || spec["type"] === "NodePort";
  const ports = listAt(spec, "ports").map((port): JsonObject => {
    const fields = objectAt(port);
    const node = numbered && fields["nodePort"] === undefined ? { nodePort: place.nextNodePort() } : {};
    return { protocol: "TCP", targetPort: fields["port"] ?? 0, ...node, ...fields };
  });
  const made = place.stamped(
    {
      ...service,
      spec: {
        ...(balanced ? { allocateLoadBalancerNodePorts: true } : {}),
        ...(numbered ? { externalTrafficPolicy: "Cluster" } : {}),
        clusterIP,
        clusterIPs: [clusterIP],
        internalTrafficPolicy: "Cluster",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        sessionAffinity: "None",
        type: "ClusterIP",
        ...spec,
        ports,
      },
      status: { loadBalancer: loadBalancer ?? {} },
    },
    seconds,
    meta,
  );
  return [made, slice(place, made, pods, ports, seconds)];
}

function slice(
  place: Place,
  service: JsonObject,
  pods: readonly JsonObject[],
  ports: readonly JsonObject[],
  seconds: number,
): JsonObject {
  const { name, namespace } = metaOf(service);
  const endpoints = pods.map((each): JsonObject => {
    const { name: podName, uid } = metaOf(each);
    return {
      addresses: [objectAt(each, "status")["podIP"] ?? ""],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: place.node,
      targetRef: { kind: "Pod", name: podName, namespace, uid },
      zone: place.zone,
    };
  });
  return place.stamped(
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-${suffixOf(`${place.cluster}/${namespace}/${name}/slice`, 5)}`, namespace },
      addressType: "IPv4",
      endpoints,
      ports: ports.map(({ name: portName = "", targetPort = 0 }) => ({
        name: portName,
        port: targetPort,
        protocol: "TCP",
      })),
    },
    seconds,
    {
      generateName: `${name}-`,
      generation: 2,
      labels: {
        ...labelsOf(service),
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": name,
      },
      ...ownedBy(service),
    },
  );
}

/** Whether an object carries every label of a selector. */
export function carries(object: JsonObject, selector: Json | undefined): boolean {
  const labels = labelsOf(object);
  return isJsonObject(selector) && Object.entries(selector).every(([key, value]) => labels[key] === value);
}
