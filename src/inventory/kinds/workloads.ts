// Pods, and the kinds whose templates make them: who runs a service, under which account, on which ports, with a sidecar or not.
import {
  flag,
  list,
  maybeNumber,
  maybePart,
  metadata,
  number,
  object,
  type Out,
  part,
  text,
  textMap,
} from "./fields.ts";

const containers = list(
  part({
    name: text,
    ports: list(object({ name: text, containerPort: number, protocol: text })),
    env: list(part({ name: text, value: text })),
  }),
);
const podSpec = part({
  serviceAccountName: text,
  serviceAccount: text,
  hostNetwork: flag,
  containers,
  initContainers: containers,
  volumes: list(part({ csi: maybePart({ driver: text }) })),
});

export const pod = object({
  metadata,
  spec: podSpec,
  status: part({
    phase: text,
    podIP: text,
    podIPs: list(part({ ip: text })),
    conditions: list(part({ type: text, status: text })),
  }),
});
export type Pod = Out<typeof pod>;

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, DeploymentConfig. */
export const workload = object({
  metadata,
  spec: part({
    replicas: maybeNumber,
    // A DeploymentConfig has no matchLabels in it.
    selector: part({ matchLabels: textMap }),
    template: part({
      metadata: part({ labels: textMap, annotations: textMap }),
      spec: podSpec,
    }),
  }),
});
export type Workload = Out<typeof workload>;
