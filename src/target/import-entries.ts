// What an importer's clients see of a remote host: a ServiceEntry, and a WorkloadEntry that leads to the exporter's gateway.
import { sortedUnique } from "../core/order.ts";
import { serviceAccountsOf } from "../federation/find-runners.ts";
import { recordAnnotation, recordText } from "../federation/route-record.ts";
import { refIn } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import type { DesiredObject } from "./desired-object.ts";
import { entryPorts } from "./entry-ports.ts";
import { fitted, hostLabel, hostLabelValue, ourLabels, routeAnnotation } from "./names.ts";

// Here, and in the other generators of an object per service, keys stand by code unit: what is in order is not sorted anew
// (src/core/json.ts).

/** Where `exportTo` of an importer's entry stands: the plan moves clients by growing it. */
export const exportToPointer = "/spec/exportTo";

/**
 * The entry of one host. `subjectAltNames` lists every account that runs the service in any of its meshes: an entry without them accepts any
 * server (seen). Without `exportTo` federation's own service would win until its next resync, so the plan always sets it.
 */
export function importEntry(route: Route, backends: readonly CarriedRoute[]): DesiredObject {
  const [first] = backends;
  if (!first) throw new Error(`route ${route.id} has no backend`);
  const { mesh, entryNamespace: namespace } = first.importer;
  const name = fitted(route.host, 253);
  return {
    ref: refIn(mesh.cluster, "networking.istio.io", "ServiceEntry", namespace, name),
    role: "import-entry",
    routes: [route.id],
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { annotations: { [routeAnnotation]: route.id }, labels: ourLabels, name, namespace },
      spec: {
        hosts: [route.host],
        location: "MESH_INTERNAL",
        ports: entryPorts(route.ports, false),
        resolution: "STATIC",
        subjectAltNames: sortedUnique(backends.flatMap(subjectAltNames)),
        workloadSelector: { labels: { [hostLabel]: hostLabelValue(route.host) } },
      },
    },
  };
}

/**
 * The endpoint of one host in one exporting mesh. It has no address: istiod puts that of the remote gateway of its
 * network in place (seen on 1.20.2 and 1.28.3). Without the tlsMode label the client would speak plain text (seen: 503).
 */
export function workloadEntry({ route, exported, locality, importer, exporter }: CarriedRoute): DesiredObject {
  const name = fitted(`${route.host}.${exporter.remoteNetwork}`, 253);
  const namespace = importer.entryNamespace;
  return {
    ref: refIn(importer.mesh.cluster, "networking.istio.io", "WorkloadEntry", namespace, name),
    role: "workload-entry",
    routes: [route.id],
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "WorkloadEntry",
      metadata: {
        annotations: endpointAnnotations({ route, exported, exporter }),
        labels: {
          ...ourLabels,
          [hostLabel]: hostLabelValue(route.host),
          "security.istio.io/tlsMode": "istio",
        },
        name,
        namespace,
      },
      spec: { ...(locality === null ? {} : { locality }), network: exporter.remoteNetwork },
    },
  };
}

/** What an endpoint says of itself: federation's sets may be gone when somebody asks. */
export function endpointAnnotations({
  route,
  exported,
  exporter,
}: Pick<CarriedRoute, "route" | "exported" | "exporter">): Record<string, string> {
  // In the order of their names, like all keys of templates: a text in which keys must be sorted first takes four times as long.
  return {
    [recordAnnotation]: recordText({
      importer: route.importer,
      host: route.host,
      homeNamespace: route.homeNamespace,
      exporter: exporter.mesh.id,
      link: exported.link,
      exportedHost: exported.exportedHost,
      service: `${exported.service.namespace}/${exported.service.name}`,
    }),
    [routeAnnotation]: route.id,
  };
}

/** The identities under which one backend answers. */
export function subjectAltNames({
  exporter,
  exported: { service, runners },
}: Pick<CarriedRoute, "exporter" | "exported">): string[] {
  if (!runners.known) return [];
  return serviceAccountsOf(runners.value).map(
    (account) => `spiffe://${exporter.mesh.trustDomain}/ns/${service.namespace}/sa/${account}`,
  );
}
