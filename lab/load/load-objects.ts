// The objects of a run of load: its program and settings, and the pod that runs it.
import { groupBy } from "../../src/core/order.ts";
import { appImage } from "../build/images.ts";
import type { Manifest } from "../api/live-object.ts";
import { keptCounters } from "./envoy-counters.ts";
import type { LoadClient } from "./load-client.ts";

export interface LoadPlace {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The pod's name, and its label `app`. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where the pod writes. */
export const outFolder = "/out";
export const loadContainer = "load";

/** Those that make the run, before its pod: the settings, and what takes retries away. */
export function loadObjects(
  place: LoadPlace,
  clients: readonly LoadClient[],
  program: string,
): { readonly pod: Manifest; readonly before: readonly Manifest[] } {
  const { namespace, serviceAccount, name, labels = {} } = place;
  const metadata = { name, namespace };
  const settings: Manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { "load-client.py": program, "clients.json": JSON.stringify(clients) },
  };
  const pod: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      // As a label for OSSM 3 and Istio, as an annotation for OSSM 2.
      labels: { app: name, "sidecar.istio.io/inject": "true", ...labels },
      annotations: { "sidecar.istio.io/inject": "true", "proxy.istio.io/config": proxySettings },
    },
    spec: {
      serviceAccountName: serviceAccount,
      terminationGracePeriodSeconds: 0,
      restartPolicy: "Never",
      containers: [
        {
          name: loadContainer,
          image: appImage,
          imagePullPolicy: "IfNotPresent",
          // Others of the node must not keep it from its rate.
          resources: { requests: { cpu: "100m" } },
          command: ["python3", "/load/load-client.py", "/load/clients.json", outFolder],
          volumeMounts: [
            { name: "load", mountPath: "/load" },
            { name: "out", mountPath: outFolder },
          ],
        },
      ],
      volumes: [
        { name: "load", configMap: { name } },
        { name: "out", emptyDir: {} },
      ],
    },
  };
  return { pod, before: [settings, ...routesWithoutRetries(place, clients)] };
}

/**
 * For each host that has clients without retries, a route for their requests alone, known by a header, in this namespace only.
 * Envoy's own header for it, x-envoy-max-retries, does not do: the sidecar takes it from requests of its application, which it
 * does not count as internal (seen on Istio 1.28.3 with Envoy 1.36.4: two retries for each request, with the header and without).
 */
function routesWithoutRetries({ namespace, name }: LoadPlace, clients: readonly LoadClient[]): readonly Manifest[] {
  const without = clients.filter(({ retries, kind }) => retries === "off" && kind !== "tcp");
  return [...groupBy(without, ({ host, port }) => `${host} ${port}`).values()].map((alike, index) => {
    const { host = "", port = 0 } = alike[0] ?? {};
    const route = [{ destination: { host, port: { number: port } } }];
    return {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata: { name: `${name}-${index}`, namespace },
      spec: {
        hosts: [host],
        exportTo: ["."],
        http: [
          { match: [{ headers: { "x-load-retries": { exact: "off" } } }], route, retries: { attempts: 0 } },
          { route },
        ],
      },
    };
  });
}

const proxySettings = JSON.stringify({ proxyStatsMatcher: { inclusionRegexps: [keptCounters] } });
