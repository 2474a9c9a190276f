// How a host is carried after the migration, and, where it cannot be, the one reason to act on first.
import type { GatewayPer } from "../core/east-west-options.ts";
import type { Finding } from "../core/finding.ts";
import type { Host, MeshId } from "../core/ids.ts";
import { refKey, refText } from "../core/object-ref.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, ImportedService } from "../federation/federation.ts";
import {
  backendPortsDisagree,
  exportedServiceEntry,
  exposedHostImported,
  exposedHostTaken,
  joinAddsPorts,
  joinNumbersDiffer,
  joinSelectsMore,
  hiddenFromGateway,
  hostIsAnotherService,
  hostTakenOnImporter,
  joinsLocalService,
  noSidecar,
  notCarriedByPassthrough,
  severalBackends,
} from "../findings/codes/routes.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { HostsInUse } from "./hosts-in-use.ts";
import { type AlsoSelecting, portsInCommon, portsTooMany, unfitForm, visibleNamespaces } from "./join-local.ts";
import type { Backend, Carry, JoinedPort } from "./route.ts";

/** What stands at the start of the decision about one host. */
export interface Question {
  readonly mesh: Mesh;
  readonly host: Host;
  readonly feeds: readonly { readonly imported: ImportedService; readonly exported: ExportedService }[];
  readonly backends: readonly Backend[];
  readonly meshes: ReadonlyMap<MeshId, Mesh>;
  readonly inUse: HostsInUse;
  /** The importer's own Service of this host, whose endpoints federation's join. */
  readonly local: Typed<"Service"> | null;
  /** What else selects an endpoint in the importer's cluster. */
  readonly alsoSelecting: AlsoSelecting;
  readonly options: {
    readonly per: GatewayPer;
    readonly gatewayNamespace: (exporter: MeshId, importer: MeshId) => string;
  };
}

/** Passthrough, or joining a local Service, where everything that it needs is there; otherwise none, with the first reason found. */
export function decideCarry(question: Question): Carry {
  const why = firstReason(question);
  if (why !== null) return { mode: "none", why };
  const { local, backends } = question;
  if (local === null) return { mode: "passthrough" };
  return {
    mode: "join-local",
    service: local.ref,
    selector: local.view.spec.selector,
    visibleIn: visibleNamespaces(local),
    ports: joinedPorts(local, backends),
  };
}

/** Every port by which one of the backends joins, in the order of the local Service. */
function joinedPorts(local: Typed<"Service">, backends: readonly Backend[]): readonly JoinedPort[] {
  return portsInCommon(local, { ports: backends.flatMap(({ exported }) => exported.ports) });
}

function firstReason(question: Question): Finding | null {
  for (const reason of hostReasons) {
    const why = reason(question);
    if (why !== null) return why;
  }
  // Federation mixes the endpoints of all backends; a host of which one cannot be carried would lose that one.
  for (const { exported } of question.backends) {
    const asked = { ...question, exported };
    for (const reason of backendReasons) {
      const why = reason(asked);
      if (why !== null) return why;
    }
  }
  return null;
}

type HostReason = (question: Question) => Finding | null;
type BackendQuestion = Question & { readonly exported: ExportedService };
type BackendReason = (question: BackendQuestion) => Finding | null;

/** What stands against the host as a whole, in the order in which a person would want to hear it. */
const hostReasons: readonly HostReason[] = [oneMeshTwice, unfitLocal, selectsMore, portsDisagree, entryOfOthers];

/** What stands against one of its backends. */
const backendReasons: readonly BackendReason[] = [
  serviceEntry,
  form,
  unknownRunners,
  withoutSidecar,
  unknownPort,
  addsPorts,
  anotherService,
  numbersDiffer,
  exposedTwice,
  importedToo,
  hidden,
];

/** Two services of one mesh under one host would need one SNI at one gateway. */
function oneMeshTwice({ mesh, host, backends }: Question): Finding | null {
  const [twice] = [...groupBy(backends, ({ exported }) => exported.exporter).values()].filter(
    ({ length }) => length > 1,
  );
  if (!twice) return null;
  const services = twice.map(({ exported }) => exported.service);
  return severalBackends.at(services, {
    host,
    importer: mesh.id,
    exports: services.map((ref) => refText(ref)).join(", "),
  });
}

/** One entry states the ports of all its endpoints. */
function portsDisagree({ mesh, host, backends, local }: Question): Finding | null {
  // A local Service states the ports itself, and each backend joins by those that it has.
  if (local) return null;
  const different = sortedUnique(backends.map(({ exported }) => portsText(exported)));
  if (different.length < 2) return null;
  return backendPortsDisagree.at(
    backends.map(({ exported }) => exported.service),
    {
      host,
      importer: mesh.id,
      ports: backends.map(({ exported }) => `${refText(exported.service)}: ${portsText(exported)}`).join("; "),
    },
  );
}

function portsText({ ports }: ExportedService): string {
  return ports.map(({ number, name, protocol }) => `${number} ${name || "unnamed"} ${protocol}`).join(", ");
}

function unfitLocal({ mesh, host, local }: Question): Finding | null {
  const form = local && unfitForm(local);
  if (!local || form === null) return null;
  return joinsLocalService.at([local.ref], { host, importer: mesh.id, service: refText(local.ref), form });
}

function selectsMore({ mesh, host, local, alsoSelecting }: Question): Finding | null {
  const others = local ? alsoSelecting(local, local.view.spec.selector) : [];
  if (!local || others.length === 0) return null;
  return joinSelectsMore.at([local.ref], {
    host,
    importer: mesh.id,
    service: refText(local.ref),
    others: others.join(", "),
  });
}

function addsPorts({ mesh, host, local, exported }: BackendQuestion): Finding | null {
  const ports = local ? portsTooMany(local, portsInCommon(local, exported)) : [];
  if (!local || ports.length === 0) return null;
  return joinAddsPorts.at([local.ref, exported.service], {
    host,
    importer: mesh.id,
    service: refText(local.ref),
    exported: refText(exported.service),
    ports: ports.join(", "),
  });
}

/** Under the exporter's own host the gateway knows the exporter's own port numbers, and no entry of ours can add to them. */
function numbersDiffer({ mesh, host, local, exported }: BackendQuestion): Finding | null {
  if (!local || host !== exported.localHost) return null;
  const numbers = new Map(exported.ports.map(({ name, number }) => [name, number]));
  const differing = portsInCommon(local, exported).filter(({ name, number }) => numbers.get(name) !== number);
  if (differing.length === 0) return null;
  return joinNumbersDiffer.at([local.ref, exported.service], {
    host,
    importer: mesh.id,
    service: refText(local.ref),
    exported: refText(exported.service),
    ports: differing.map(({ name, number }) => `${name || "unnamed"} ${number} and ${numbers.get(name)}`).join(", "),
  });
}

function serviceEntry(question: BackendQuestion): Finding | null {
  const { service } = question.exported;
  if (service.kind === "Service") return null;
  return exportedServiceEntry.at([service], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(service),
  });
}

function form(question: BackendQuestion): Finding | null {
  const { service, ports, headless } = question.exported;
  const wrong =
    ports.length === 0
      ? "has no ports"
      : headless
        ? "is headless"
        : ports.some(({ protocol }) => protocol === "UDP")
          ? "has UDP ports"
          : null;
  if (wrong === null) return null;
  return notCarriedByPassthrough.at([service], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(service),
    form: wrong,
  });
}

function entryOfOthers({ mesh, host, inUse }: Question): Finding | null {
  const entry = inUse.entries.get(`${mesh.id}|${host}`);
  return entry ? hostTakenOnImporter.at([entry], { host, importer: mesh.id, entry: refText(entry) }) : null;
}

function unknownRunners(question: BackendQuestion): Finding | null {
  const { runners } = question.exported;
  return runners.known ? null : runners.why;
}

function withoutSidecar(question: BackendQuestion): Finding | null {
  const { runners } = question.exported;
  const bare = runners.known ? runners.value.find(({ sidecar }) => !sidecar) : undefined;
  if (!bare) return null;
  return noSidecar.at([bare.workload], {
    host: question.host,
    importer: question.mesh.id,
    workload: refText(bare.workload),
  });
}

function unknownPort(question: BackendQuestion): Finding | null {
  for (const { targetPort } of question.exported.ports) if (!targetPort.known) return targetPort.why;
  return null;
}

function anotherService(question: BackendQuestion): Finding | null {
  const exported = question.exported;
  const exporter = question.meshes.get(exported.exporter);
  const entry = exporter && question.inUse.entries.get(`${exporter.id}|${question.host}`);
  const other = (exporter && question.inUse.service(exporter, question.host)?.ref) ?? entry;
  if (!other || refKey(other) === refKey(exported.service)) return null;
  return hostIsAnotherService.at([exported.service, other], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    other: refText(other),
  });
}

function exposedTwice(question: BackendQuestion): Finding | null {
  const exported = question.exported;
  const other = (question.inUse.exposed.get(`${exported.exporter}|${question.host}`) ?? []).find(
    (each) =>
      refKey(each) !== refKey(exported.service) &&
      // Gateways of their own see their own entry only; within one namespace istiod keeps one list of endpoints for a host
      // (Istio 1.20, pilot/pkg/model/endpointshards.go).
      (question.options.per === "mesh" || each.namespace === exported.service.namespace),
  );
  if (!other) return null;
  return exposedHostTaken.at([exported.service, other], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    other: refText(other),
  });
}

/**
 * Federation shows what it imports to every namespace, so also to the gateway, which would have two chains of one name
 * (docs/facts.md, federation.imports-live-in-control-plane and export.hosts-are-unique; together not yet seen running).
 */
function importedToo(question: BackendQuestion): Finding | null {
  const exported = question.exported;
  const ports = new Set(exported.ports.map(({ number }) => number));
  const other = (question.inUse.imported.get(`${exported.exporter}|${question.host}`) ?? []).find((each) =>
    each.ports.some(({ number }) => ports.has(number)),
  );
  if (!other) return null;
  return exposedHostImported.at([exported.service, other.service], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    exporter: exported.exporter,
    other: refText(other.service),
  });
}

/** A Service that hides itself from the gateway's namespace is not passed on, unless our own entry stands in for it. */
function hidden(question: BackendQuestion): Finding | null {
  const exported = question.exported;
  const exporter = question.meshes.get(exported.exporter);
  if (!exporter || exported.exportTo === null || question.host !== exported.localHost) return null;
  const namespace = question.options.gatewayNamespace(exporter.id, question.mesh.id);
  const visible = exported.exportTo.some((each) => each === "*" || each === namespace);
  if (visible) return null;
  return hiddenFromGateway.at([exported.service], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    namespace,
    exportTo: exported.exportTo.join(","),
  });
}
