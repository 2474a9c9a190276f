// The drawing of `inspect` for terminals: meshes, links, what crosses them, findings. Draws a view; works nothing out.
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { groupBy } from "../../core/order.ts";
import type { Runner } from "../../federation/federation.ts";
import type { CarryView, ImportView, InspectView, LinkView, MeshView, PortView } from "../model/inspect-view.ts";
import { countText } from "../model/count-text.ts";
import { findingsHeading, findingsText } from "./findings-text.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { trustLines } from "./trust-text.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing, none wider than the paint's columns. */
export function inspectText(view: InspectView, paint: Paint): string[] {
  return [
    ...meshLines(view, paint),
    ...(view.trust.length > 0 ? ["", ...trustLines(view.trust, paint)] : []),
    "",
    ...linkLines(view, paint),
    ...importLines(view, paint),
    ...unusedLines(view, paint),
    "",
    ...findingsHeading(view.counts, paint),
    ...findingsText(view.findings, paint),
  ];
}

/** The meshes, one row each. */
export function meshLines({ meshes, clusters }: InspectView, paint: Paint): string[] {
  const read = clusters.map(({ name, objects }) => `${name} ${countText(objects, "object")}`).join(", ");
  const heading = hanging("Meshes  ", visibleText(`read: ${read}`), paint.columns);
  const lines = heading.map((line, at) =>
    at === 0 ? paint.bold("Meshes") + paint.dim(line.slice("Meshes".length)) : paint.dim(line),
  );
  if (meshes.length === 0) return [...lines, "  none"];
  const columns = [
    { title: "MESH", least: 16 },
    { title: "OSSM" },
    { title: "TRUST DOMAIN", least: 12 },
    { title: "NETWORK", least: 7 },
    { title: "ROOTS" },
    { title: "MEMBERS" },
  ];
  return [...lines, ...table(columns, meshes.map(meshRow), paint)];
}

function meshRow({ id, version, trustDomain, network, roots, memberNamespaces }: MeshView): string[] {
  const cells = [
    id,
    version || "?",
    trustDomain,
    network ?? "none",
    roots ? String(roots.length) : "?",
    String(memberNamespaces.length),
  ];
  return cells.map(visibleText);
}

/** The links with what their two ends agree on. */
export function linkLines({ links, unpaired }: InspectView, paint: Paint): string[] {
  const lines = [paint.bold("Links")];
  if (links.length === 0) lines.push("  none");
  for (const link of links) lines.push(...oneLink(link, paint));
  for (const { mesh, peer } of unpaired) {
    lines.push(
      ...hanging("  ? ", visibleText(`${mesh}: peer ${peer.name} has no other end`), paint.columns).map(paint.yellow),
    );
  }
  return lines;
}

const factNames = {
  address: "address",
  "trust-domain": "trust domain",
  "client-id": "client identity",
  root: "root",
  stated: "stated in meshferry.yaml",
} as const;

function oneLink({ meshes, agrees, rejected, facts }: LinkView, paint: Paint): string[] {
  const state =
    rejected !== null ? "rejected" : agrees === null ? "not fully checked" : agrees ? "agrees" : "disagrees";
  const colour = rejected !== null || agrees === false ? paint.red : agrees === null ? paint.yellow : paint.green;
  const lines = hanging("  ", visibleText(`${meshes[0]} ↔ ${meshes[1]}`), paint.columns);
  lines.push(`    ${colour(state)}`);
  if (rejected !== null) lines.push(...hanging("      ", visibleText(rejected), paint.columns));
  const agreed = [...new Set(facts.filter((fact) => fact.agrees === true).map(({ fact }) => factNames[fact]))];
  if (agreed.length > 0) lines.push(...hanging("      ✓ ", agreed.join(", "), paint.columns).map(paint.dim));
  for (const { fact, peer, claimed, actual, agrees: same } of facts) {
    if (same === true) continue;
    const seen = same === null ? "not supplied" : actual;
    const text = `${factNames[fact]}: ${refText(peer)} says ${claimed}; the other mesh: ${seen}`;
    lines.push(
      ...hanging(same === null ? "      ? " : "      ✗ ", visibleText(text), paint.columns).map(
        same === null ? paint.yellow : paint.red,
      ),
    );
  }
  return lines;
}

/** What each mesh imports from each other, as resolved. */
export function importLines({ imports }: InspectView, paint: Paint): string[] {
  const lines: string[] = [];
  for (const group of groupBy(imports, ({ importer, exporter }) => `${importer}|${exporter}`).values()) {
    const [first] = group;
    if (!first) continue;
    lines.push("");
    lines.push(
      ...hanging("", visibleText(`${first.importer} imports from ${first.exporter}`), paint.columns).map(paint.bold),
    );
    const columns = [
      { title: "HOST", least: 24 },
      { title: "PORTS", least: 8 },
      { title: "RUN BY", least: 10 },
      { title: "CARRIED" },
      { title: "LIVE" },
    ];
    lines.push(...table(columns, group.map(importRow), paint));
    lines.push(...clientLines(group, paint));
  }
  return lines;
}

/** Whether the set's status says that federation really imports it. */
const statusTexts = { agrees: "yes", differs: "NO", "no-status": "?" } as const;

function importRow({ host, ports, runners, carry, status }: ImportView): string[] {
  return [host, portsText(ports), runnersText(runners), carryText(carry), statusTexts[status]].map(visibleText);
}

function portsText(ports: readonly PortView[]): string {
  return ports.length === 0 ? "none" : ports.map(({ number, protocol }) => `${number}/${protocol}`).join(", ");
}

function runnersText(runners: readonly Runner[] | null): string {
  if (runners === null) return "not known";
  if (runners.length === 0) return "nobody";
  return runners.map(({ workload, sidecar }) => placeName(workload) + (sidecar ? "" : " (no sidecar)")).join(", ");
}

function carryText(carry: CarryView | null): string {
  if (carry === null) return "not planned";
  return carry.mode === "none" ? `no: ${carry.why.code}` : carry.mode;
}

function clientLines(imports: readonly ImportView[], paint: Paint): string[] {
  const byClients = groupBy(imports, ({ clientNamespaces }) => clientNamespaces.join(", "));
  return [...byClients].flatMap(([clients, group]) => {
    const of = byClients.size === 1 ? "" : ` (${countText(group.length, "host")})`;
    return hanging(
      "  ",
      visibleText(`client namespaces${of}: ${clients === "" ? "none" : clients}`),
      paint.columns,
    ).map(paint.dim);
  });
}

/** Exports that nobody imports, and exports of the mesh's own parts. */
function unusedLines({ unimported, exports }: InspectView, paint: Paint): string[] {
  const lines: string[] = [];
  if (unimported.length > 0) {
    lines.push("", paint.bold("Exported, but imported by nobody"));
    for (const { importer, exportedHost } of unimported.slice(0, 20)) {
      lines.push(...hanging("  ", visibleText(`${exportedHost}  (offered to ${importer})`), paint.columns));
    }
    if (unimported.length > 20) lines.push(paint.dim(`  … and ${unimported.length - 20} more (-o json shows all)`));
  }
  const infrastructure = exports.filter((each) => each.infrastructure);
  if (infrastructure.length > 0) {
    lines.push("", paint.bold("Exported parts of the mesh itself, not carried"));
    for (const { service } of infrastructure)
      lines.push(...hanging("  ", visibleText(refText(service)), paint.columns));
  }
  return lines;
}

function placeName({ namespace, name }: ObjectRef): string {
  return namespace === null ? name : `${namespace}/${name}`;
}
