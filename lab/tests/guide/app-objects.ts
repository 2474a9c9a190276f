// The two ends of the example: servers in the exporter's namespaces, one client on the importer.
import type { JsonObject } from "../../../src/core/json.ts";
import { appImage } from "../../build/images.ts";
import type { Manifest } from "../../api/live-object.ts";

/** The programs of lab/mesh/apps, by their file names. */
export interface ServerPrograms {
  readonly "http-server.py": string;
  readonly "tcp-server.py": string;
}

/** A namespace whose pods get a sidecar. */
export function meshNamespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "istio-injection": "enabled" } } };
}

/** HTTP on 8000 and lines over TCP on 9000, by one pod. */
export function serverObjects(namespace: string, programs: ServerPrograms): readonly Manifest[] {
  const name = "httpbin";
  const service = (called: string, portName: string, port: number, targetPort: number): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: called, namespace },
    spec: { selector: { app: name }, ports: [{ name: portName, port, targetPort }] },
  });
  const container = (called: string, program: keyof ServerPrograms, port: number) => ({
    name: called,
    command: ["python3", `/server/${program}`, String(port), namespace],
    ports: [{ containerPort: port }],
    volumeMounts: [{ name: "server", mountPath: "/server" }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { ...programs } },
    service("httpbin", "http", 8000, 8080),
    service("echo", "tcp", 9000, 9000),
    deployment(
      namespace,
      name,
      [container("http", "http-server.py", 8080), container("tcp", "tcp-server.py", 9000)],
      [{ name: "server", configMap: { name } }],
    ),
  ];
}

/** A pod to run curl and openssl in. */
export function clientObjects(namespace: string, name: string): readonly Manifest[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    deployment(namespace, name, [{ name, command: ["sleep", "infinity"] }], []),
  ];
}

/** On a busy machine a pod that asks for nothing gets next to nothing. */
export const resources = { requests: { cpu: "20m" } } as const;

function deployment(
  namespace: string,
  name: string,
  containers: readonly JsonObject[],
  volumes: readonly JsonObject[],
): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, "sidecar.istio.io/inject": "true" } },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 0,
          containers: containers.map((each) => ({
            image: appImage,
            imagePullPolicy: "IfNotPresent",
            resources,
            ...each,
          })),
          volumes,
        },
      },
    },
  };
}
