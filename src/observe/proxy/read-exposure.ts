// What a passthrough gateway's Envoy passes on, by the names in handshakes.
import type { Json } from "../../core/json.ts";
import type { ExposedName, ExposureView } from "../../conditions/facts.ts";
import { list, objects, text } from "../read.ts";
import type { AskProxy } from "./ask-proxy.ts";
import { endpointsIn } from "./read-hosts.ts";

export async function readExposure(ask: AskProxy, pod: string): Promise<ExposureView> {
  // The expression has to match whole names.
  const passed = encodeURIComponent("outbound_\\..*");
  const [listeners, endpoints] = await Promise.all([
    ask("config_dump?resource=dynamic_listeners"),
    ask(`config_dump?include_eds&resource=dynamic_endpoint_configs&name_regex=${passed}`),
  ]);
  return { pod, ...exposureIn(listeners, endpoints) };
}

export function exposureIn(listeners: Json, endpoints: Json): Omit<ExposureView, "pod"> {
  const byCluster = endpointsIn(endpoints);
  const chains = new Map<string, number>();
  const rejected: { readonly resource: string; readonly why: string }[] = [];
  for (const listener of objects(listeners, "/configs")) {
    // Kept until the next update of the listener that Envoy accepts (Envoy, admin v3, UpdateFailureState).
    const why = text(listener, "/error_state/details");
    if (why !== "") rejected.push({ resource: text(listener, "/name"), why });
    for (const chain of objects(listener, "/active_state/listener/filter_chains"))
      for (const name of list(chain, "/filter_chain_match/server_names"))
        if (typeof name === "string" && name.startsWith("outbound_.")) chains.set(name, (chains.get(name) ?? 0) + 1);
  }
  const snis = [...chains].map(([sni, number]): [string, ExposedName] => {
    // The cluster behind a chain has the name of its SNI (Istio 1.20, networking/core/v1alpha3/gateway.go).
    const held = byCluster.get(sni);
    return [sni, { chains: number, healthy: held === undefined ? null : held.filter(({ healthy }) => healthy).length }];
  });
  return { snis: new Map(snis), rejected };
}
