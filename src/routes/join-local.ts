// An import that has the host of a real local Service: by which ports it joins that Service today, and whether an endpoint of ours can do the same.
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { refKey, refText } from "../core/object-ref.ts";
import type { ExportedService } from "../federation/federation.ts";
import { servicePortProtocol } from "../federation/rules/protocol-selection.ts";
import { serviceInRegistry } from "../federation/rules/registry-service.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import { isOurs, managedByLabel } from "../inventory/ownership.ts";
import type { JoinedPort } from "./route.ts";

type Service = Typed<"Service">;

/**
 * The ports of the local Service that one exported service's endpoints join: the local Service's numbers count, and endpoints
 * are put together by port name (Maistra 2.5, pilot/pkg/model/endpointshards.go, CopyEndpoints). UDP is nothing that a proxy carries.
 */
export function portsInCommon(local: Service, exported: Pick<ExportedService, "ports">): JoinedPort[] {
  const names = new Set(exported.ports.filter(({ protocol }) => protocol !== "UDP").map(({ name }) => name));
  return local.view.spec.ports
    .filter(({ name, protocol }) => names.has(name) && protocol !== "UDP")
    .map((port) => ({
      number: port.port,
      name: port.name,
      protocol: servicePortProtocol(port),
      target: namedTarget(port),
    }));
}

/**
 * Ports of the local Service that a WorkloadEntry would join although the exported service has none of their names. A port
 * with a number for its target takes every entry that the selector matches, one with a name only those that map the name
 * (Istio 1.20 and 1.28, kube/controller, serviceInstanceFromWorkloadInstance).
 */
export function portsTooMany(local: Service, joined: readonly JoinedPort[]): string[] {
  const names = new Set(joined.map(({ name }) => name));
  const targets = new Set(joined.flatMap(({ target }) => target ?? []));
  return local.view.spec.ports
    .filter((port) => port.protocol !== "UDP" && !names.has(port.name))
    .filter((port) => {
      const target = namedTarget(port);
      return target === null || targets.has(target);
    })
    .map(({ name, port }) => `${port} ${name || "unnamed"}`);
}

function namedTarget({ targetPort }: Service["view"]["spec"]["ports"][number]): string | null {
  return typeof targetPort === "string" && targetPort !== "" ? targetPort : null;
}

/** Who sees the Service, and with it all of its endpoints: its annotation counts, not that of federation's (Maistra 2.5, Services). */
export function visibleNamespaces({ ref, view }: Service): readonly string[] | null {
  const { exportTo } = serviceInRegistry(view);
  if (exportTo.length === 0 || exportTo.includes("*")) return null;
  return sortedUnique(exportTo.map((each) => (each === "." ? (ref.namespace ?? "") : each)));
}

/** Why a Service takes no WorkloadEntries at all (Istio 1.20, kube/controller, serviceInstancesFromWorkloadInstances); null: it does. */
export function unfitForm({ view }: Service): string | null {
  const { type, clusterIP, selector } = view.spec;
  if (type === "ExternalName") return "is an ExternalName";
  if (clusterIP === "None") return "is headless";
  if (Object.keys(selector).length === 0) return "has no selector";
  // The label says whose an object is; ours could not carry the value that the Service asks for.
  if (Object.hasOwn(selector, managedByLabel)) return `selects by the label ${managedByLabel}`;
  return null;
}

/** A question for whatever else would take an endpoint with these labels in a namespace: Services and ServiceEntries, as texts. */
export type AlsoSelecting = (service: Service, labels: Readonly<Record<string, string>>) => readonly string[];

/**
 * Whatever in the Service's namespace selects a WorkloadEntry with these labels too. Headless and ExternalName Services take
 * none (Istio 1.20: ClientSideLB only).
 */
export function alsoSelecting(cluster: Cluster): AlsoSelecting {
  const services = groupBy(cluster.typed.Service, ({ ref }) => ref.namespace ?? "");
  const entries = groupBy(cluster.typed["ServiceEntry.networking.istio.io"], ({ ref }) => ref.namespace ?? "");
  return ({ ref }, labels) => {
    const namespace = ref.namespace ?? "";
    const others = (services.get(namespace) ?? []).filter(
      (each) =>
        refKey(each.ref) !== refKey(ref) && unfitForm(each) === null && matchesPairs(each.view.spec.selector, labels),
    );
    const selecting = (entries.get(namespace) ?? []).filter(
      ({ view, object }) => !isOurs(object) && matchesPairs(view.spec.workloadSelector?.labels ?? {}, labels),
    );
    return sortedBy([...others, ...selecting], (each) => refKey(each.ref)).map((each) => refText(each.ref));
  };
}
