// FIREWALL.md of the plan folder: what to ask those for who keep the firewalls between the clusters.
import { refText } from "../../core/object-ref.ts";
import { countText } from "../model/count-text.ts";
import type { FirewallRequest, FirewallSource } from "../model/firewall-view.ts";
import { code, prose } from "./markdown.ts";

/** The page's text. */
export function firewallPage(requests: readonly FirewallRequest[]): string {
  const lines = [
    "# Firewall requests",
    "",
    "Until now only federation's egress gateways open connections between the clusters. From the import phase on every client's pod opens its own, to the east-west gateway of the mesh that it calls.",
    "",
    ...(requests.length === 0
      ? ["Nothing to ask for: no host is carried over."]
      : [
          "| | from | pods of | to | protocol and port | open before |",
          "|---|---|---|---|---|---|",
          ...requests.map(row),
          ...requests.flatMap(sectionLines),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function row({ from, to, sources, addresses, protocol, port, openBefore }: FirewallRequest, at: number): string {
  const cells = [
    String(at + 1),
    prose(from.mesh),
    countText(sources.length, "namespace"),
    `${prose(to.mesh)}: ${addresses ? addresses.map(code).join(", ") : "known after phase export"}`,
    port === null ? `${protocol}, a node port, known after phase export` : `${protocol} ${port}`,
    `phase ${openBefore}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function sectionLines(request: FirewallRequest, at: number): string[] {
  const { from, to, sources, nodes, service, today } = request;
  return [
    "",
    `## ${at + 1}: ${prose(from.mesh)} → ${prose(to.mesh)}`,
    "",
    `Destination: ${service ? code(refText(service)) : "the east-west gateway"}. Where a firewall goes by source address, admit:`,
    "",
    "| client namespace | leaves by |",
    "|---|---|",
    ...sources.map((source) => `| ${code(source.namespace)} | ${leavesBy(source, "node addresses")} |`),
    "",
    nodes.length > 0
      ? `Node addresses of ${prose(from.cluster)}: ${nodes.map(code).join(", ")}.`
      : `Node addresses of ${prose(from.cluster)} are not known, because no Nodes were supplied.`,
    "",
    `Today: ${today.gateways.map((each) => `${code(`${each.namespace}/${each.name}`)} (by ${leavesBy(each, "its node's address")})`).join(", ")} to ${today.addresses.map(code).join(", ") || "addresses that are not known"}.`,
    "",
    `- ${portsText(today.servicePorts)} (requests): ${closing(today.serviceUntil)}`,
    `- ${portsText(today.discoveryPorts)} (discovery between the control planes): ${closing(today.discoveryUntil)}`,
  ];
}

function leavesBy({ egressIps }: FirewallSource, otherwise: string): string {
  return egressIps.length > 0 ? `EgressIP ${egressIps.map(code).join(", ")}` : otherwise;
}

export function portsText(ports: readonly number[]): string {
  return `TCP ${ports.join(", ")}`;
}

function closing(phase: string | null): string {
  return phase === null
    ? "stays open: federation's objects of this link outlast the plan."
    : `may be closed after phase ${phase}.`;
}
