// Sample apps: a client, a service that answers HTTP, one that echoes TCP.
import type { ClusterId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectNames } from "../app-names.ts";
import type { App } from "../scaffold.ts";
import { madeObject, type MadeObject } from "./made-object.ts";

export interface AppPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
}

interface Kind {
  readonly ports: readonly AppPort[];
  /** The container's ports; of a client none. */
  readonly container: JsonObject;
  readonly pod: JsonObject;
}

/** A client sleeps, so that requests are made with `exec`; its Service gives it a host name, as the Istio sample has it. */
const kinds = {
  client: {
    ports: [{ name: "http", port: 80, targetPort: 80 }],
    container: { command: ["/bin/sleep", "infinity"] },
    pod: { terminationGracePeriodSeconds: 0 },
  },
  http: {
    ports: [{ name: "http", port: 8000, targetPort: 8080 }],
    container: { ports: [{ containerPort: 8080 }] },
    pod: {},
  },
  tcp: {
    ports: [{ name: "tcp", port: 9000, targetPort: 9000 }],
    container: { args: ["9000", "hello"], ports: [{ containerPort: 9000 }] },
    pod: {},
  },
} as const satisfies Readonly<Record<App["kind"], Kind>>;

export interface AppObjects {
  readonly accounts: readonly MadeObject[];
  readonly service: MadeObject;
  readonly deployments: readonly MadeObject[];
}

export function portsOf({ kind }: App): readonly AppPort[] {
  return kinds[kind].ports;
}

/** The labels of an app's Service, which exports by label see. */
export function serviceLabels({ name, labels }: App): Readonly<Record<string, string>> {
  return { app: name, service: name, ...labels };
}

/** Each service account runs a Deployment of its own; the Service sends to all of them. */
export function appObjects(cluster: ClusterId, app: App): AppObjects {
  const { kind, namespace, name, serviceAccounts } = app;
  return {
    accounts: serviceAccounts.map((account) =>
      madeObject(cluster, { apiVersion: "v1", kind: "ServiceAccount", namespace, name: account }),
    ),
    service: madeObject(cluster, {
      apiVersion: "v1",
      kind: "Service",
      namespace,
      name,
      labels: serviceLabels(app),
      rest: { spec: { ports: kinds[kind].ports.map((port) => ({ ...port })), selector: { app: name } } },
    }),
    deployments: objectNames(serviceAccounts, name).map((each, at) =>
      deployment(cluster, app, each, serviceAccounts[at] ?? name, `v${at + 1}`),
    ),
  };
}

function deployment(cluster: ClusterId, app: App, name: string, account: string, version: string): MadeObject {
  const { kind, namespace, image, replicas, sidecar } = app;
  // Clients have no version, as the Istio sample; where there are several Deployments, it keeps their pods apart.
  const labels = kind === "client" && app.serviceAccounts.length === 1 ? { app: app.name } : { app: app.name, version };
  return madeObject(cluster, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
    rest: {
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: {
            // OSSM 2 injects by this annotation of the pod (OSSM 2.6 documentation, "Automatic sidecar injection").
            annotations: { "sidecar.istio.io/inject": sidecar ? "true" : "false" },
            labels,
          },
          spec: {
            ...kinds[kind].pod,
            serviceAccountName: account,
            containers: [{ name: app.name, image, imagePullPolicy: "IfNotPresent", ...kinds[kind].container }],
          },
        },
      },
    },
  });
}
