// `inspect -o mermaid`: meshes, their links and imported hosts as a flowchart. No name can end a label or begin a statement.
import { groupBy } from "../../core/order.ts";
import type { ImportView, InspectView, LinkView } from "../model/inspect-view.ts";
import { visibleText } from "../text/visible-text.ts";

/** The flowchart's text; deterministic, names escaped. */
export function mermaid({ meshes, links, imports }: InspectView): string {
  const meshNodes = new Map(meshes.map(({ id }, at) => [id, `mesh${at}`]));
  const services = new Map<string, string>();
  for (const imported of imports) {
    const key = serviceKey(imported);
    if (!services.has(key)) services.set(key, `service${services.size}`);
  }
  const lines = ["flowchart LR"];
  for (const mesh of meshes) {
    lines.push(`  subgraph ${meshNodes.get(mesh.id) ?? ""}[${label(mesh.id, `trust domain ${mesh.trustDomain}`)}]`);
    lines.push(`    ${meshNodes.get(mesh.id) ?? ""}gate{{${label(mesh.network ?? "no network")}}}`);
    for (const [at, { importer, host, ports }] of imports.entries()) {
      if (importer !== mesh.id) continue;
      const numbers = ports.map(({ number, protocol }) => `${number}/${protocol}`).join(", ");
      lines.push(`    host${at}([${label(host, numbers)}])`);
    }
    const offered = groupBy(
      imports.filter(({ exporter }) => exporter === mesh.id),
      serviceKey,
    );
    for (const [key, [first]] of offered)
      if (first) lines.push(`    ${services.get(key) ?? ""}[${label(serviceName(first))}]`);
    lines.push("  end");
  }
  for (const link of links) lines.push(linkEdge(link, meshNodes));
  for (const [at, imported] of imports.entries()) {
    if (!meshNodes.has(imported.importer) || !meshNodes.has(imported.exporter)) continue;
    const arrow = imported.carry?.mode === "none" || imported.carry === null ? "-.->" : "-->";
    lines.push(`  host${at} ${arrow}|${label(carryName(imported))}| ${services.get(serviceKey(imported)) ?? ""}`);
  }
  return `${lines.join("\n")}\n`;
}

function linkEdge({ meshes, agrees, rejected }: LinkView, nodes: ReadonlyMap<string, string>): string {
  const state =
    rejected !== null ? "rejected" : agrees === null ? "not fully checked" : agrees ? "link" : "link disagrees";
  return `  ${nodes.get(meshes[0]) ?? "unknown"}gate <-->|${label(state)}| ${nodes.get(meshes[1]) ?? "unknown"}gate`;
}

function serviceKey({ exporter, exportedHost, service }: ImportView): string {
  return service ? `${exporter}|${service.namespace ?? ""}/${service.name}` : `${exporter}|${exportedHost}`;
}

function serviceName({ service, exportedHost }: ImportView): string {
  return service ? `${service.namespace ?? ""}/${service.name}` : exportedHost;
}

function carryName({ carry }: ImportView): string {
  if (carry === null) return "not planned";
  return carry.mode === "none" ? `stays: ${carry.why.code}` : carry.mode;
}

/** A quoted label of several lines; every character beyond letters, digits and plain punctuation becomes an entity. */
function label(...lines: readonly string[]): string {
  const escaped = lines
    .filter((line) => line !== "")
    .map((line) => visibleText(line).replaceAll(/[^A-Za-z0-9 ./:,_-]/gu, (found) => `#${found.codePointAt(0) ?? 0};`));
  return `"${escaped.join("<br/>")}"`;
}
