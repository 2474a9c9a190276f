// Which services istiod knows under a host, and which of them a proxy is told of. Knows nothing of endpoints.
import type { Host } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { compareText, groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { ImportedService } from "../federation/federation.ts";
import { watchedNamespaces } from "../federation/mesh-registry.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { KindName } from "../inventory/kinds/registry.ts";
import { valueAt } from "../core/pointer.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { mtlsDemanded, mtlsSwitchedOff } from "../policies/mtls-mode.ts";
import { shows, sidecarLookup, type SidecarObject } from "../routes/sidecar-scope.ts";
import { asCluster, type ClusterState, namedIn, once, sliceIn } from "./cluster-state.ts";
import { type Keep, keeper } from "./keeper.ts";
import type { Readings } from "./readings.ts";
import { clusterStateOf, type Derived, type World } from "./world.ts";

export interface KnownPort {
  readonly number: number;
  readonly name: string;
  /** Of a Service: what its targetPort says; of an entry: its number; null: the port's own number. */
  readonly target: number | string | null;
}

export interface KnownService {
  readonly from: "service" | "entry" | "federation";
  /** The Service or ServiceEntry; of federation's, the import set. */
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly host: Host;
  readonly ports: readonly KnownPort[];
  /** Names stated on the object itself. */
  readonly names: readonly string[];
  /** Namespaces that see it; null: all. */
  readonly visibleIn: readonly string[] | null;
  /** When it was made, as istiod sorts: by tick, then by what the object says of the time before the rehearsal. */
  readonly made: number;
  readonly created: string;
  readonly service: Typed<"Service"> | null;
  readonly entry: Typed<"ServiceEntry.networking.istio.io"> | null;
  readonly imports: readonly ImportedService[];
}

/** An istiod as it looks at its cluster. What it takes to make is made when it is asked. */
export interface IstiodView {
  readonly mesh: Mesh;
  readonly state: ClusterState;
  readonly derived: Derived;
  /** When an object of its cluster was made, by tick; 0: it was there at the start. */
  readonly madeAt: (ref: ObjectRef) => number;
  /** When the imported services were made, by tick. */
  readonly importsMade: number;
  readonly readings: Readings;
  readonly watches: (namespace: string) => boolean;
  readonly sidecarOf: (namespace: string, labels: Readonly<Record<string, string>>) => SidecarObject | null;
  /** Whether a PeerAuthentication has a workload take plain text at a port. */
  readonly plainAt: (namespace: string, labels: Readonly<Record<string, string>>, port: number) => boolean;
  /** The PeerAuthentication that has a workload take nothing but mTLS at a port; null: none does. */
  readonly strictAt: (namespace: string, labels: Readonly<Record<string, string>>, port: number) => ObjectRef | null;
  /** What others make out of this view. */
  readonly kept: Keep;
}

/** The mesh's istiod in a world: the same view where nothing that it goes by has changed, whatever has elsewhere. */
export function istiodView(world: World, mesh: Mesh): IstiodView {
  const state = clusterStateOf(world, mesh.cluster);
  const importsMade = world.meshes.get(mesh.id)?.importsMade ?? 0;
  return world.readings.keep(`view of ${mesh.id}`, [state, mesh, world.derived, importsMade], () =>
    makeView(world, mesh, state, importsMade),
  );
}

function makeView(world: World, mesh: Mesh, state: ClusterState, importsMade: number): IstiodView {
  const { made, readings } = world;
  const cluster = once(() => asCluster(state));
  const ofMesh = <T>(kind: KindName, make: () => T): (() => T) =>
    once(() => sliceIn(state, kind).kept("view", mesh.id, mesh, make));
  // Most clusters have no Sidecar, and no PeerAuthentication.
  const has = (kind: KindName): boolean => sliceIn(state, kind).objects.size > 0;
  const none = (): null => null;
  const watched = ofMesh("Namespace", () => watchedNamespaces(cluster(), mesh));
  const sidecar = ofMesh("Sidecar.networking.istio.io", () =>
    has("Sidecar.networking.istio.io") ? sidecarLookup(cluster(), mesh) : none,
  );
  const peers = ofMesh("PeerAuthentication.security.istio.io", () =>
    has("PeerAuthentication.security.istio.io")
      ? { off: mtlsSwitchedOff(cluster(), mesh.namespace), strict: mtlsDemanded(cluster(), mesh.namespace) }
      : { off: none, strict: none },
  );
  return {
    mesh,
    state,
    derived: world.derived(),
    // Whatever is made or made again in the cluster makes it another state.
    madeAt: (ref) => made.get(refKey(ref)) ?? 0,
    importsMade,
    readings,
    watches: (namespace) => watched()(namespace),
    sidecarOf: (namespace, labels) => sidecar()(namespace, labels),
    plainAt: (namespace, labels, port) => peers().off(namespace, labels, port) !== null,
    strictAt: (namespace, labels, port) => peers().strict(namespace, labels, port)?.ref ?? null,
    kept: keeper(),
  };
}

/** Every service of this host that the istiod knows, the oldest first (Istio 1.20, push_context.go, sortServicesByCreationTime). */
export function servicesNamed(view: IstiodView, host: Host): readonly KnownService[] {
  return view.kept("named", host, null, () => findServices(view, host));
}

function findServices(view: IstiodView, host: Host): readonly KnownService[] {
  const found = [...kubernetesService(view, host), ...entriesOf(view, host), ...importedOf(view, host)];
  if (found.length < 2) return found;
  return found.sort(
    (left, right) =>
      left.made - right.made ||
      compareText(left.created, right.created) ||
      compareText(`${left.ref.name}.${left.namespace}`, `${right.ref.name}.${right.namespace}`),
  );
}

function kubernetesService(view: IstiodView, host: Host): readonly KnownService[] {
  const suffix = `.svc.${view.mesh.clusterDomain}`;
  const [name, namespace, ...more] = host.endsWith(suffix) ? host.slice(0, -suffix.length).split(".") : [];
  if (!name || !namespace || more.length > 0 || !view.watches(namespace)) return [];
  const service = namedIn(view.state, "Service", namespace, name);
  if (!service || service.view.spec.type === "ExternalName") return [];
  const annotation = service.view.metadata.annotations["networking.istio.io/exportTo"];
  return [
    {
      from: "service",
      ref: service.ref,
      namespace,
      host,
      ports: service.view.spec.ports.map(({ port, name: portName, targetPort }) => ({
        number: port,
        name: portName,
        target: targetPort,
      })),
      // Istio 1.20, pilot/pkg/serviceregistry/kube/conversion.go, ConvertService.
      names: (service.view.metadata.annotations["alpha.istio.io/canonical-serviceaccounts"] ?? "")
        .split(",")
        .map((account) => account.trim())
        .filter((account) => account !== ""),
      visibleIn: annotation === undefined ? null : visibility(annotation.split(","), namespace),
      made: view.madeAt(service.ref),
      created: createdAt(service.object.body),
      service,
      entry: null,
      imports: [],
    },
  ];
}

function entriesOf(view: IstiodView, host: Host): readonly KnownService[] {
  return (view.state.entriesByHost.get(host) ?? [])
    .filter(({ ref }) => view.watches(ref.namespace ?? ""))
    .map((entry): KnownService => {
      const { ref, object } = entry;
      const namespace = ref.namespace ?? "";
      const { ports, subjectAltNames, exportTo } = entry.view.spec;
      return {
        from: "entry",
        ref,
        namespace,
        host,
        ports: ports.map(({ number, name, targetPort }) => ({ number, name, target: targetPort })),
        names: subjectAltNames,
        visibleIn: visibility(exportTo, namespace),
        made: view.madeAt(ref),
        created: createdAt(object.body),
        service: null,
        entry,
        imports: [],
      };
    });
}

/**
 * One service for each namespace that imports of this host live in; every namespace sees it, and each resync makes it anew
 * (docs/facts.md, federation.imports-live-in-control-plane, federation.resync-interval).
 */
function importedOf(view: IstiodView, host: Host): readonly KnownService[] {
  const { derived, importsMade } = view;
  const imports = derived.importsOf(view.mesh.id).get(host);
  if (!imports) return [];
  return derived.kept(`imported to ${view.mesh.id}`, host, importsMade, () => importedServices(view, host, imports));
}

function importedServices(view: IstiodView, host: Host, imports: readonly ImportedService[]): readonly KnownService[] {
  return [...groupBy(imports, ({ homeNamespace }) => homeNamespace)].flatMap(([namespace, group]) => {
    const [first] = group;
    // Endpoints that join a Service are no service of their own (import.join-federation-endpoints).
    if (!first || first.joins !== null) return [];
    const peer = peerOf(view.mesh, first);
    return [
      {
        from: "federation" as const,
        ref: { cluster: view.mesh.cluster, group: "federation.maistra.io", kind: "ImportedServiceSet", ...peer },
        namespace,
        host,
        ports: portsOf(view, group),
        names: [],
        visibleIn: null,
        made: view.importsMade,
        created: "",
        service: null,
        entry: null,
        imports: group,
      },
    ];
  });
}

/** The mesh's own peer of an import's link. */
export function peerOf(mesh: Mesh, { link }: ImportedService): { readonly namespace: string; readonly name: string } {
  const own = `${mesh.cluster}/${mesh.namespace}/`;
  const end = link.split("<->").find((each) => each.startsWith(own)) ?? own;
  return { namespace: mesh.namespace, name: end.slice(own.length) };
}

/** Imported services take their ports from the exporter's Service (spec 1, "Import"). */
function portsOf({ derived }: IstiodView, imports: readonly ImportedService[]): readonly KnownPort[] {
  const ports = new Map<number, KnownPort>();
  for (const { number, name } of imports.flatMap(derived.exportsOf).flatMap((each) => each.ports))
    if (!ports.has(number)) ports.set(number, { number, name, target: null });
  return [...ports.values()];
}

/** As exportTo says it; "." is the object's own namespace, "~" nobody, "*" or an empty list everybody (null; Istio 1.20, ServiceEntry reference). */
export function visibility(exportTo: readonly string[], own: string): readonly string[] | null {
  const named = exportTo.map((each) => each.trim());
  if (named.length === 0 || named.includes("*")) return null;
  return sortedUnique(named.filter((each) => each !== "~").map((each) => (each === "." ? own : each)));
}

function createdAt(body: Json): string {
  const text = valueAt(body, "/metadata/creationTimestamp");
  return typeof text === "string" ? text : "";
}

/** Where a proxy is, as istiod looks for what to tell it. */
export interface Onlooker {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The service that a proxy is told of under a host; undefined: none. What is visible by name or to its own namespace alone comes
 * before what everybody sees, the oldest first in both; the first one counts, but a Service of Kubernetes comes before others
 * unless a Sidecar resource applies (Istio 1.20, push_context.go, servicesExportedToNamespace, and sidecar.go,
 * DefaultSidecarScopeForNamespace and ConvertToSidecarScope). From 1.24 on it does so with a Sidecar too, and a service of the
 * proxy's own namespace is preferred (docs/facts.md, import.entry-without-export-to).
 */
export function serviceFor(view: IstiodView, onlooker: Onlooker, host: Host): KnownService | undefined {
  const sidecar = view.sidecarOf(onlooker.namespace, onlooker.labels);
  const isHiding = sidecar !== null && sidecar.view.spec.egress !== null;
  let [found, rank] = [undefined as KnownService | undefined, Infinity];
  for (const each of servicesNamed(view, host)) {
    const { namespace, from, visibleIn } = each;
    if (!sees(each, onlooker.namespace)) continue;
    if (isHiding && !shows(sidecar, onlooker.namespace, { namespace, host })) continue;
    const its = (from === "service" || isHiding ? 0 : 2) + (visibleIn === null ? 1 : 0);
    if (its < rank) [found, rank] = [each, its];
  }
  return found;
}

/** Every service of the host that a gateway's namespace sees, each once: it has no Sidecar. */
export function servicesSeenBy(view: IstiodView, namespace: string, host: Host): readonly KnownService[] {
  return sortedBy(
    servicesNamed(view, host).filter((each) => sees(each, namespace)),
    ({ ref }) => refKey(ref),
  );
}

function sees({ visibleIn }: KnownService, namespace: string): boolean {
  return visibleIn === null || visibleIn.includes(namespace);
}
