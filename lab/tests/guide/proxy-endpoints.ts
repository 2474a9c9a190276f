// The endpoints that a client's proxy holds of a host, as its Envoy counts them.
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { type ClusterAccess, podExec } from "../../load/pod-exec.ts";
import { until } from "../../machine/until.ts";
import { httpA } from "./hosts.ts";
import { client } from "./two-meshes.ts";

/** A pod's own. */
export async function addressOf({ api }: ClusterAccess, namespace: string, name: string): Promise<string> {
  const status = (await api.get({ apiVersion: "v1", kind: "Pod", namespace, name }))?.["status"];
  const address = isJsonObject(status) ? status["podIP"] : undefined;
  if (typeof address !== "string") throw new Error(`pod ${namespace}/${name} has no address`);
  return address;
}

/** By "ADDRESS:PORT" the weight of each endpoint that a client's proxy has for a host. */
export async function endpointsOf(
  access: ClusterAccess,
  { pod }: { readonly pod: string },
  host: string,
): Promise<ReadonlyMap<string, number>> {
  const proxy = { namespace: client.namespace, pod, container: "istio-proxy" };
  const text = await podExec(access, proxy, ["pilot-agent", "request", "GET", "clusters?format=json"]);
  const all = listIn(JSON.parse(text) as Json, "cluster_statuses");
  const cluster = all.find((each) => isJsonObject(each) && each["name"] === `outbound|${httpA.port}||${host}`);
  return new Map(
    listIn(cluster, "host_statuses").flatMap((each): [string, number][] => {
      if (!isJsonObject(each) || !isJsonObject(each["address"])) return [];
      const at = each["address"]["socket_address"];
      const { address, port_value: port } = isJsonObject(at) ? at : {};
      const { weight } = each;
      if (typeof address !== "string" || typeof port !== "number" || typeof weight !== "number") return [];
      return [[`${address}:${port}`, weight]];
    }),
  );
}

function listIn(value: Json | undefined, key: string): readonly Json[] {
  const list = isJsonObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** Waits until they are these. */
export async function endpointsBecome(
  access: ClusterAccess,
  pod: { readonly pod: string },
  host: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  let last: ReadonlyMap<string, number> = new Map();
  return until(
    `the proxy's endpoints of ${host} are ${wanted.join(", ")}`,
    async () => {
      last = await endpointsOf(access, pod, host);
      return [...last.keys()].sort().join() === wanted.join() ? last : null;
    },
    { timeoutMs: 20_000, everyMs: 200, state: () => [...last.keys()].join() },
  );
}
