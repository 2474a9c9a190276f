// Which hosts the sample clients can dial once everything stands: federation's own rules over the sample apps.
import { decideExports } from "../federation/rules/export-decision.ts";
import { decideImports } from "../federation/rules/import-decision.ts";
import { offeredHosts } from "../federation/rules/offered-host.ts";
import { type RegistryService, serviceHostname } from "../federation/rules/registry-service.ts";
import { exportedServiceSet as exportedSet } from "../inventory/kinds/exported-service-set.ts";
import { importedServiceSet as importedSet } from "../inventory/kinds/imported-service-set.ts";
import { portsOf, serviceLabels } from "./objects/app.ts";
import { exportedServiceSet, importedServiceSet } from "./objects/service-sets.ts";
import { type App, meshNamed, type Scaffold, type ScaffoldMesh } from "./scaffold.ts";

export interface DialledHost {
  readonly importer: string;
  readonly exporter: string;
  readonly host: string;
  readonly port: number;
  readonly kind: App["kind"];
}

export interface ScaffoldHosts {
  readonly dialled: readonly DialledHost[];
  /** Directions ("FROM TO") in which at least one sample app is exported. */
  readonly offering: ReadonlySet<string>;
  /** Rules that take no sample app: direction and place. */
  readonly idle: readonly { readonly from: string; readonly to: string; readonly rule: number }[];
}

/** Federation's answer for every direction, by the rules of istiod. */
export function scaffoldHosts(scaffold: Scaffold): ScaffoldHosts {
  const dialled: DialledHost[] = [];
  const offering = new Set<string>();
  const idle: { from: string; to: string; rule: number }[] = [];
  for (const direction of scaffold.exports) {
    const { from, to, rules } = direction;
    const exporter = meshNamed(scaffold, from);
    const importer = meshNamed(scaffold, to);
    const services = exporter.apps.map(registryService);
    const { decisions } = decideExports({
      peerName: importer.peer,
      meshNamespace: exporter.namespace,
      ingressName: exporter.ingress.name,
      set: exportedSet.parse(exportedServiceSet(exporter, importer, direction).body),
      services,
    });
    const deciding = new Set(decisions.map(({ rule }) => rule));
    for (const rule of rules.keys()) if (!deciding.has(rule)) idle.push({ from, to, rule });
    if (decisions.some(({ exported }) => exported)) offering.add(`${from} ${to}`);
    const offers = offeredHosts(decisions);
    const kindOf = new Map(exporter.apps.map((app) => [serviceHostname(app.name, app.namespace), app.kind]));
    for (const { offer, local } of importedOffers(scaffold, importer, exporter, offers)) {
      const kind = kindOf.get(offer.sources[0] ?? "");
      const [port] = offer.ports;
      if (local === null || kind === undefined || !port) continue;
      dialled.push({ importer: to, exporter: from, host: local.hostname, port: port.number, kind });
    }
  }
  return { dialled, offering, idle };
}

function importedOffers(
  { imports }: Scaffold,
  importer: ScaffoldMesh,
  exporter: ScaffoldMesh,
  offers: ReturnType<typeof offeredHosts>,
) {
  const set = imports.find(({ into, from }) => into === importer.name && from === exporter.name);
  if (!set) return [];
  return decideImports({
    peerName: exporter.peer,
    meshNamespace: importer.namespace,
    set: importedSet.parse(importedServiceSet(importer, exporter, set).body),
    offers,
  }).decisions;
}

function registryService(app: App): RegistryService {
  const { name, namespace } = app;
  return {
    source: "Service",
    hostname: serviceHostname(name, namespace),
    name,
    namespace,
    labels: serviceLabels(app),
    ports: portsOf(app).map((port) => ({ name: port.name, number: port.port, protocol: port.name.toUpperCase() })),
    meshExternal: false,
    exportTo: [],
  };
}
