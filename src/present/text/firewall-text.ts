// The drawing of the firewall requests for terminals: one paragraph per pair of meshes. FIREWALL.md has the details.
import { fewNames } from "../../core/few-names.ts";
import { refText } from "../../core/object-ref.ts";
import { countText } from "../model/count-text.ts";
import type { FirewallRequest } from "../model/firewall-view.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

const shown = 12;

/** The section's lines; none where nothing has to be opened. */
export function firewallText(requests: readonly FirewallRequest[], paint: Paint): string[] {
  if (requests.length === 0) return [];
  const rest = requests.length - shown;
  return [
    paint.bold("What firewalls between the clusters must let through"),
    ...requests.slice(0, shown).flatMap((request) => requestLines(request, paint)),
    ...(rest > 0 ? [paint.dim(`  … and ${rest} more (-o json and FIREWALL.md show all)`)] : []),
    "",
  ];
}

function requestLines(request: FirewallRequest, paint: Paint): string[] {
  const { from, to, sources, addresses, service, protocol, port, openBefore } = request;
  const names = fewNames(sources.map(({ namespace }) => namespace));
  const destination = addresses
    ? addresses.join(", ")
    : `${service ? refText(service, false) : "the gateway"}, once it has an address`;
  const lines = [
    `pods of ${countText(sources.length, "namespace")}${names ? ` (${names})` : ""} to ${portOf(protocol, port)} of ${destination}, before phase ${openBefore}`,
    `today only ${todayText(request)}`,
  ];
  return [
    ...hanging("  ", visibleText(`${from.mesh} → ${to.mesh}`), paint.columns),
    ...lines.flatMap((line) => hanging("      ", visibleText(line), paint.columns).map(paint.dim)),
  ];
}

function todayText({ today }: FirewallRequest): string {
  const gateways = fewNames(today.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
  const to = fewNames(today.addresses) || "an address that is not known";
  const ports = `TCP ${[...today.servicePorts].join(", ")} (${until(today.serviceUntil)}) and ${[...today.discoveryPorts].join(", ")} (${until(today.discoveryUntil)})`;
  return `${gateways} to ${ports} of ${to}`;
}

function until(phase: string | null): string {
  return phase === null ? "stays needed" : `until phase ${phase}`;
}

/** "TCP 15443"; a node port is not known before its Service is there. */
export function portOf(protocol: string, port: number | null): string {
  return port === null ? `${protocol} at a node port` : `${protocol} ${port}`;
}
