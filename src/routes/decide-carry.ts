// How a host is carried after the migration, and, where it cannot be, the one reason to act on first.
import type { Finding } from "../core/finding.ts";
import type { Host, MeshId } from "../core/ids.ts";
import { refKey, refText } from "../core/object-ref.ts";
import type { ExportedService, ImportedService } from "../federation/federation.ts";
import {
  exportedServiceEntry,
  exposedHostTaken,
  hiddenFromGateway,
  hostIsAnotherService,
  hostTakenOnImporter,
  joinsLocalService,
  noSidecar,
  notCarriedByPassthrough,
  severalBackends,
} from "../findings/codes/routes.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { HostsInUse } from "./hosts-in-use.ts";
import type { Carry } from "./route.ts";

/** What stands at the start of the decision about one host. */
export interface Question {
  readonly mesh: Mesh;
  readonly host: Host;
  readonly feeds: readonly { readonly imported: ImportedService; readonly exported: ExportedService }[];
  readonly meshes: ReadonlyMap<MeshId, Mesh>;
  readonly inUse: HostsInUse;
  readonly options: { readonly gatewayNamespace: (mesh: Mesh) => string };
}

/** Passthrough where everything that it needs is there; otherwise none, with the first reason found. */
export function decideCarry(question: Question): Carry {
  for (const reason of reasons) {
    const why = reason(question);
    if (why !== null) return { mode: "none", why };
  }
  return { mode: "passthrough" };
}

type Reason = (question: Question) => Finding | null;

/** In the order in which a person would want to hear them. */
const reasons: readonly Reason[] = [
  several,
  joinsLocal,
  serviceEntry,
  form,
  entryOfOthers,
  unknownRunners,
  withoutSidecar,
  unknownPort,
  anotherService,
  exposedTwice,
  hidden,
];

function only({ feeds }: Question): ExportedService {
  const [feed] = feeds;
  if (!feed) throw new Error("a route without exports");
  return feed.exported;
}

function several({ mesh, host, feeds }: Question): Finding | null {
  if (feeds.length < 2) return null;
  const services = feeds.map(({ exported }) => exported.service);
  return severalBackends.at(services, {
    host,
    importer: mesh.id,
    exports: services.map((ref) => refText(ref)).join(", "),
  });
}

function joinsLocal({ mesh, host, feeds }: Question): Finding | null {
  const joined = feeds.find(({ imported }) => imported.joins)?.imported.joins;
  return joined ? joinsLocalService.at([joined], { host, importer: mesh.id, service: refText(joined) }) : null;
}

function serviceEntry(question: Question): Finding | null {
  const { service } = only(question);
  if (service.kind === "Service") return null;
  return exportedServiceEntry.at([service], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(service),
  });
}

function form(question: Question): Finding | null {
  const { service, ports, headless, selector } = only(question);
  const wrong =
    ports.length === 0
      ? "has no ports"
      : headless
        ? "is headless"
        : ports.some(({ protocol }) => protocol === "UDP")
          ? "has UDP ports"
          : Object.keys(selector).length === 0
            ? "has no selector"
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

function unknownRunners(question: Question): Finding | null {
  const { runners } = only(question);
  return runners.known ? null : runners.why;
}

function withoutSidecar(question: Question): Finding | null {
  const { runners } = only(question);
  const bare = runners.known ? runners.value.find(({ sidecar }) => !sidecar) : undefined;
  if (!bare) return null;
  return noSidecar.at([bare.workload], {
    host: question.host,
    importer: question.mesh.id,
    workload: refText(bare.workload),
  });
}

function unknownPort(question: Question): Finding | null {
  for (const { targetPort } of only(question).ports) if (!targetPort.known) return targetPort.why;
  return null;
}

function anotherService(question: Question): Finding | null {
  const exported = only(question);
  const exporter = question.meshes.get(exported.exporter);
  const entry = exporter && question.inUse.entries.get(`${exporter.id}|${question.host}`);
  const other = (exporter && question.inUse.service(exporter, question.host)) ?? entry;
  if (!other || refKey(other) === refKey(exported.service)) return null;
  return hostIsAnotherService.at([exported.service, other], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    other: refText(other),
  });
}

function exposedTwice(question: Question): Finding | null {
  const exported = only(question);
  const other = (question.inUse.exposed.get(`${exported.exporter}|${question.host}`) ?? []).find(
    (each) => refKey(each) !== refKey(exported.service),
  );
  if (!other) return null;
  return exposedHostTaken.at([exported.service, other], {
    host: question.host,
    importer: question.mesh.id,
    service: refText(exported.service),
    other: refText(other),
  });
}

/** A Service that hides itself from the gateway's namespace is not passed on, unless our own entry stands in for it. */
function hidden(question: Question): Finding | null {
  const exported = only(question);
  const exporter = question.meshes.get(exported.exporter);
  if (!exporter || exported.exportTo === null || question.host !== exported.localHost) return null;
  const namespace = question.options.gatewayNamespace(exporter);
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
