// Pods, and the kinds whose templates make them: who runs a service, under which account, on which ports, with a sidecar or not.
import { z } from "zod";
import { flag, list, maybeNumber, maybePart, metadata, part, text, textMap } from "./fields.ts";

const containers = list(
  part({
    name: text,
    ports: list(z.object({ name: text, containerPort: z.number(), protocol: text })),
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

export const pod = z.object({
  metadata,
  spec: podSpec,
  status: part({
    phase: text,
    podIP: text,
    podIPs: list(part({ ip: text })),
    conditions: list(part({ type: text, status: text })),
  }),
});
export type Pod = z.output<typeof pod>;

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, DeploymentConfig. */
export const workload = z.object({
  metadata,
  spec: part({
    replicas: maybeNumber,
    template: part({
      metadata: part({ labels: textMap, annotations: textMap }),
      spec: podSpec,
    }),
  }),
});
export type Workload = z.output<typeof workload>;
