// What one end of a link offers to the other: decisions by the rules, held against what the set's status reports.
import type { Finding } from "../core/finding.ts";
import { host, type LinkId, type MeshId } from "../core/ids.ts";
import { known } from "../core/finding.ts";
import {
  exportFails,
  exportHiddenButActive,
  exportNamesCollide,
  exportStatusDiffers,
  infrastructureExported,
  ruleVoid,
} from "../findings/codes/federation.ts";
import { findTyped, type Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import type { ExportedService, Port, StatusAgreement } from "./federation.ts";
import { findRunners, isFixed, podLabels, resolveTargetPort, type StatedRunner, shapesBehind } from "./find-runners.ts";
import type { Side } from "./link-facts.ts";
import { gatewayNamespace } from "./gateways.ts";
import { generatedClashes } from "./generated-clashes.ts";
import type { HeldService } from "./mesh-registry.ts";
import type { PodIndex } from "./pod-index.ts";
import { decideExports, type ExportDecision } from "./rules/export-decision.ts";
import { conflictsOf } from "./rules/name-conflicts.ts";
import { type OfferedHost, offeredHosts } from "./rules/offered-host.ts";

/** Everything that is needed to know of the exporting end. */
export interface ExportingEnd {
  readonly link: LinkId;
  readonly near: Side;
  readonly importer: MeshId;
  readonly registry: readonly HeldService[];
  readonly pods: PodIndex;
  readonly stated: ReadonlyMap<string, StatedRunner>;
}

export interface ExportsOfEnd {
  readonly exports: readonly ExportedService[];
  readonly offers: readonly OfferedHost[];
  readonly findings: readonly Finding[];
}

type Decision = ExportDecision<HeldService>;

/** The services that the end exports today, and what it offers under which host. */
export function exportsOfEnd(end: ExportingEnd): ExportsOfEnd {
  const { cluster, mesh, peer } = end.near;
  const findings: Finding[] = [];
  const set = findTyped(cluster, "ExportedServiceSet.federation.maistra.io", mesh.namespace, peer.ref.name);
  const decided = decideExports({
    peerName: peer.ref.name,
    meshNamespace: mesh.namespace,
    ingressName: peer.view.spec.gateways.ingress.name,
    clusterDomain: mesh.clusterDomain,
    set: set?.view ?? null,
    services: end.registry,
  });
  if (!set) return { exports: [], offers: [], findings };
  const setName = `ExportedServiceSet ${set.ref.cluster}/${set.ref.namespace}/${set.ref.name}`;
  for (const { index, void: reason } of decided.voided) {
    findings.push(ruleVoid.at([set.ref], { set: setName, rule: index + 1, reason: voidText(reason) }));
  }
  const reported = reportedExports(set);
  const active: Decision[] = [];
  for (const decision of decided.decisions) {
    const { service, ruleName } = decision;
    const inStatus = reported?.get(service.hostname);
    // Touched while the peer was connected: exported until the next full resync, whatever its exportTo says.
    const hiddenButActive =
      !decision.exported && decision.exportedOnEvent && inStatus === decision.exportedName?.hostname;
    if (hiddenButActive) {
      findings.push(exportHiddenButActive.at([service.ref, set.ref], { set: setName, service: service.hostname }));
      active.push({ ...decision, exported: true });
    } else if (decision.exported) active.push(decision);
    else if (decision.failed && ruleName) {
      findings.push(exportFails.at([service.ref, set.ref], { service: service.hostname, name: ruleName.hostname }));
    }
  }
  findings.push(...generatedClashes(active, set.ref, setName));
  findings.push(...collisions(active, end, setName), ...statusDifferences(active, reported, set, setName));
  const exports = active.map((decision) => exportedService(decision, end, reported));
  for (const each of exports) {
    if (each.infrastructure) findings.push(infrastructureExported.at([each.service], { service: each.localHost }));
  }
  return { exports, offers: offeredHosts(active), findings };
}

function exportedService(
  decision: Decision,
  end: ExportingEnd,
  reported: ReadonlyMap<string, string> | null,
): ExportedService {
  const { service, exportedName, ruleName, rule } = decision;
  const exportedHost = host((exportedName ?? ruleName ?? service).hostname);
  return {
    ...describeExport(service, end, exportedHost),
    rule: rule ?? 0,
    status: statusOf(reported, service.hostname, exportedHost),
  };
}

/** A held service as an export under this host, whatever rule or record says that it is one. */
export function describeExport(
  service: HeldService,
  end: Pick<ExportingEnd, "link" | "importer" | "pods" | "stated"> & { readonly near: Pick<Side, "mesh"> },
  exportedHost: ExportedService["exportedHost"],
): ExportedService {
  const kubernetes = service.kubernetes;
  const stated = end.stated.get(`${service.ref.cluster}/${service.namespace}/${service.ref.name}`);
  const shapes = kubernetes ? shapesBehind(end.pods, kubernetes) : [];
  const addresses = kubernetes && isFixed(kubernetes) ? end.pods.fixed(service.namespace, kubernetes.ref.name) : null;
  return {
    link: end.link,
    exporter: end.near.mesh.id,
    importer: end.importer,
    service: service.ref,
    localHost: host(service.hostname),
    exportedHost,
    rule: 0,
    ports: service.ports.map((port): Port => {
      const declared = kubernetes?.view.spec.ports.find((each) => each.port === port.number && each.name === port.name);
      return {
        number: port.number,
        name: port.name,
        protocol: port.protocol,
        targetPort:
          kubernetes && declared
            ? resolveTargetPort(kubernetes, declared, shapes, stated, addresses)
            : known(port.number),
      };
    }),
    selector: kubernetes?.view.spec.selector ?? {},
    podLabels: kubernetes ? podLabels(kubernetes, shapes, end.pods) : {},
    addresses: kubernetes && isFixed(kubernetes) ? (addresses ?? []).map(({ address }) => address) : null,
    headless: kubernetes?.view.spec.clusterIP === "None",
    exportTo:
      service.exportTo.length === 0 ? null : service.exportTo.map((each) => (each === "." ? service.namespace : each)),
    runners: kubernetes ? findRunners(kubernetes, shapes, end.pods, stated) : known([]),
    infrastructure: isInfrastructure(service, end.near.mesh),
    status: "no-status",
  };
}

/**
 * istiod, the federation gateways and the API server's own Service are caught by wide rules (seen in the federation vectors); so
 * is the Service of our own gateway, which carries the labels of its Gateway (Istio 1.20, kube-gateway.yaml).
 */
function isInfrastructure(service: HeldService, mesh: Mesh): boolean {
  if (service.namespace === "default" && service.name === "kubernetes") return true;
  if (service.kubernetes && isOurs(service.kubernetes.object)) return true;
  if (service.namespace === mesh.namespace && service.labels["app"] === "istiod") return true;
  return mesh.peers.some(({ view: { spec } }) =>
    (["ingress", "egress"] as const).some(
      (kind) =>
        spec.gateways[kind].name === service.name && gatewayNamespace(mesh, kind, service.name) === service.namespace,
    ),
  );
}

function reportedExports(set: Typed<"ExportedServiceSet.federation.maistra.io">): ReadonlyMap<string, string> | null {
  if (set.view.status === null) return null;
  return new Map(
    set.view.status.exportedServices.map(({ localService, exportedName }) => [localService.hostname, exportedName]),
  );
}

function statusOf(reported: ReadonlyMap<string, string> | null, hostname: string, expected: string): StatusAgreement {
  if (reported === null) return "no-status";
  return reported.get(hostname) === expected ? "agrees" : "differs";
}

function statusDifferences(
  active: readonly Decision[],
  reported: ReadonlyMap<string, string> | null,
  set: Typed<"ExportedServiceSet.federation.maistra.io">,
  setName: string,
): Finding[] {
  if (reported === null) return [];
  const findings: Finding[] = [];
  const computed = new Map(active.map(({ service, exportedName }) => [service.hostname, exportedName?.hostname ?? ""]));
  for (const [service, exported] of computed) {
    const other = reported.get(service);
    if (other === exported) continue;
    findings.push(
      exportStatusDiffers.at([set.ref], {
        set: setName,
        service,
        computed: `exported as ${exported}`,
        reported: other === undefined ? "not exported" : `exported as ${other}`,
      }),
    );
  }
  for (const [service, exported] of reported) {
    if (computed.has(service)) continue;
    findings.push(
      exportStatusDiffers.at([set.ref], {
        set: setName,
        service,
        computed: "not exported",
        reported: `exported as ${exported}`,
      }),
    );
  }
  return findings;
}

function collisions(active: readonly Decision[], end: ExportingEnd, setName: string): Finding[] {
  const peer = end.near.peer.ref.name;
  return conflictsOf(
    active.map(({ service, exportedName }) => ({ source: service.hostname, target: exportedName?.hostname ?? "" })),
  ).map(({ target, sources }) =>
    exportNamesCollide.at(
      active.filter(({ exportedName }) => exportedName?.hostname === target).map(({ service }) => service.ref),
      { services: sources.join(", "), peer: `${setName} (${peer})`, exported: target },
    ),
  );
}

function voidText(reason: { readonly why: string; readonly type?: string; readonly problem?: string }): string {
  switch (reason.why) {
    case "unknown-type":
      return `its type ${JSON.stringify(reason.type)} is unknown`;
    case "missing-name-selector":
      return "it has no nameSelector";
    case "missing-label-selector":
      return "it has no labelSelector";
    case "invalid-label-selector":
      return `its labelSelector is invalid (${reason.problem})`;
    default:
      return reason.why;
  }
}
