// Talks to the agents beside the proxies, through the API server: requests, and whether a proxy has the newest configuration.
import type { Json } from "../../src/core/json.ts";
import type { KubeApi } from "../api/kube-api.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { podExec } from "../load/pod-exec.ts";
import { until } from "../machine/until.ts";
import { kubectlBinary, type Side, type Site } from "./start-site.ts";
import { agentPort, clientNamespace, controlPlane, gatewayPods, places, serverNamespace } from "./site.ts";

export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
}

/** What became of one request. */
export interface Met {
  readonly status: number;
  readonly body: string;
  /** What the connection met where there was no answer. */
  readonly trouble: string;
}

/** The running pod of a Deployment. */
export async function podOf(api: KubeApi, namespace: string, app: string, label = "app"): Promise<PodPlace> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Pod" }, { namespace, labels: `${label}=${app}` });
  const pod = items.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!pod)
    throw new LabTrouble(`no pod ${namespace}/${app}`, "there is none with its label", "look at its Deployment");
  return { namespace, pod: pod.metadata.name };
}

async function agent(
  api: KubeApi,
  { namespace, pod }: PodPlace,
  path: string,
  body: Json,
  ms: number,
): Promise<string> {
  return api.text("POST", `/api/v1/namespaces/${namespace}/pods/${pod}:${agentPort}/proxy/${path}`, {
    body: JSON.stringify(body),
    timeoutMs: ms,
  });
}

export interface Request {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly count: number;
}

const requestSeconds = 4;

export interface Asked {
  readonly met: readonly Met[];
  /** How often the client's Envoy refused a server: for its name, and for its root. */
  readonly refused: { readonly san: number; readonly error: number };
}

/** Each over a connection of its own. */
export async function askFrom(api: KubeApi, pod: PodPlace, request: Request): Promise<Asked> {
  const limit = (request.count * requestSeconds + 20) * 1000;
  return JSON.parse(await agent(api, pod, "ask", { ...request, seconds: requestSeconds }, limit)) as Asked;
}

const markerSeconds = 20;

async function holds(api: KubeApi, pod: PodPlace, cluster: string): Promise<void> {
  const answer = await agent(api, pod, "holds", { cluster, seconds: markerSeconds }, (markerSeconds + 15) * 1000);
  if (answer !== "true")
    throw new LabTrouble(
      `${pod.namespace}/${pod.pod} has no ${cluster}`,
      "istiod has not told it",
      "read istiod's log",
    );
}

/** The proxies that cases depend on. */
export interface Proxies {
  readonly east: readonly PodPlace[];
  readonly west: readonly PodPlace[];
  readonly gateway: PodPlace;
}

export async function proxiesOf({ east, west, slots }: Site): Promise<Proxies> {
  const numbers = Array.from({ length: slots }, (_, index) => index + 1);
  return {
    east: await Promise.all([
      ...numbers.map(async (slot) => podOf(east.api, clientNamespace(slot), "client")),
      podOf(east.api, places.blind, "client"),
      podOf(east.api, places.local, "server"),
    ]),
    west: await Promise.all(numbers.map(async (slot) => podOf(west.api, serverNamespace(slot), "server"))),
    gateway: await podOf(west.api, controlPlane, ...gatewayPods),
  };
}

/**
 * Until every proxy has what istiod was told up to now: something new is put into both meshes twice, and each time looked for in
 * all of them. The second time it is there, everything of the first push has arrived, whatever its kind.
 */
export async function untilTold(site: Site, proxies: Proxies, label: string): Promise<void> {
  for (const turn of ["a", "b"]) {
    const host = `marker-${label}-${turn}.calibration.example`;
    const marker = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { name: "marker", namespace: places.marker },
      // Without endpoints of its own Envoy waits for nothing before it takes the cluster.
      spec: {
        hosts: [host],
        location: "MESH_EXTERNAL",
        resolution: "NONE",
        ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
      },
    };
    await Promise.all([site.east, site.west].map(async ({ api }) => api.apply(marker, "calibration")));
    const cluster = `outbound|8000||${host}`;
    await Promise.all([
      ...proxies.east.map(async (pod) => holds(site.east.api, pod, cluster)),
      ...proxies.west.map(async (pod) => holds(site.west.api, pod, cluster)),
      gatewayHolds(site, proxies.gateway, cluster),
    ]);
  }
}

/** A gateway's pod has no agent. */
async function gatewayHolds({ built, west }: Site, pod: PodPlace, cluster: string): Promise<void> {
  const access = { api: west.api, kubeconfig: west.cluster.kubeconfig, kubectl: kubectlBinary(built) };
  const name = encodeURIComponent(cluster.replaceAll(/[.|]/gu, String.raw`\$&`));
  const path = `config_dump?resource=dynamic_active_clusters&name_regex=${name}`;
  await until(
    `the gateway has ${cluster}`,
    async () => {
      const container = { ...pod, container: "istio-proxy" };
      const dump = await podExec(access, container, ["pilot-agent", "request", "GET", path]);
      return dump.includes('"configs"') ? true : null;
    },
    { timeoutMs: markerSeconds * 1000, everyMs: 200 },
  );
}

/** The lines of a proxy's access log of the last minutes. */
export async function accessLog({ api }: Side, { namespace, pod }: PodPlace): Promise<readonly string[]> {
  const query = { container: "istio-proxy", sinceSeconds: "90" };
  return (await api.text("GET", `/api/v1/namespaces/${namespace}/pods/${pod}/log`, { query })).split("\n");
}
