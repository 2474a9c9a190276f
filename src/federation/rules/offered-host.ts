// What goes over the wire of a link: the exporter's list of hosts, as the importer's rules see it.
import { canonicalJson } from "../../core/json.ts";
import { groupBy, sortedBy } from "../../core/order.ts";
import type { ExportDecision } from "./export-decision.ts";
import type { MappedName } from "./name-mapping.ts";
import type { RegistryPort, RegistryService } from "./registry-service.ts";

export interface OfferedHost {
  readonly name: MappedName;
  /** Of the last of `sources`; see `portsAmbiguous`. */
  readonly ports: readonly RegistryPort[];
  /** Several services of different ports are offered under this host: which ports the importer ends up with is chance. */
  readonly portsAmbiguous: boolean;
  /** Host names of the services behind it, in the registry's order. */
  readonly sources: readonly string[];
}

/**
 * The hosts that a full resync offers, each once, in the order of their names, which is the order in which the importer takes them
 * (Maistra 2.5, pkg/servicemesh/federation/server/server.go, getServiceListMessage).
 */
export function offeredHosts(decisions: Iterable<ExportDecision>): readonly OfferedHost[] {
  const offers: { readonly name: MappedName; readonly service: RegistryService }[] = [];
  for (const { exported, ruleName, service } of decisions) {
    if (exported && ruleName !== null) offers.push({ name: ruleName, service });
  }
  const hosts: OfferedHost[] = [];
  for (const group of groupBy(offers, ({ name }) => name.hostname).values()) {
    const last = group.at(-1);
    if (last === undefined) continue;
    const ports = new Set(group.map(({ service }) => canonicalJson(portsAsJson(service.ports))));
    hosts.push({
      name: last.name,
      ports: last.service.ports,
      portsAmbiguous: ports.size > 1,
      sources: group.map(({ service }) => service.hostname),
    });
  }
  return sortedBy(hosts, ({ name }) => name.hostname);
}

function portsAsJson(ports: readonly RegistryPort[]): string[][] {
  return ports.map(({ name, number, protocol }) => [name, String(number), protocol]);
}
