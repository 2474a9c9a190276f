// Who runs an exported service: accounts, sidecars, and the numbers behind named target ports.
import { fewNames } from "../core/few-names.ts";
import { type Finding, type Known, known, unknown } from "../core/finding.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { compareText, sortedBy, sortedUnique } from "../core/order.ts";
import { runnersNotSupplied, targetPortUnknown } from "../findings/codes/federation.ts";
import { addressesNotSupplied, addressOutsideMesh } from "../findings/codes/routes.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { Runner } from "./federation.ts";
import type { FixedAddress } from "./fixed-addresses.ts";
import { byWorkload, type PodIndex, type PodShape } from "./pod-index.ts";

/** What the user states about a service whose pods were not supplied. */
export interface StatedRunner {
  /** "CLUSTER/NAMESPACE/NAME" of the Service. */
  readonly service: string;
  readonly serviceAccounts: readonly string[];
  readonly sidecar?: boolean | undefined;
  readonly targetPorts?: Readonly<Record<string, number>> | undefined;
}

/**
 * The shapes behind a Service: its live pods, and the templates of matching workloads that have none just now. A workload
 * that is scaled up later must not meet clients who do not know its account.
 */
export function shapesBehind(pods: PodIndex, service: Typed<"Service">): readonly PodShape[] {
  const kept = pods.behind.get(service);
  if (kept) return kept;
  const found = findShapes(pods, service);
  pods.behind.set(service, found);
  return found;
}

function findShapes(pods: PodIndex, service: Typed<"Service">): readonly PodShape[] {
  const namespace = service.ref.namespace ?? "";
  const { selector } = service.view.spec;
  if (isFixed(service)) {
    return [...new Set((pods.fixed(namespace, service.ref.name) ?? []).flatMap((address) => address.pods))];
  }
  return shapesSelected(pods, namespace, selector);
}

/** The live pods that a selector finds, and the templates of workloads without any: what is scaled to zero may be scaled up. */
export function shapesSelected(
  pods: PodIndex,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): readonly PodShape[] {
  const live = pods.find("pods", namespace, selector);
  const idle = pods.find("templates", namespace, selector);
  if (idle.length === 0) return live;
  const running = new Set(live.map(({ workload }) => refKey(workload)));
  return [...live, ...idle.filter(({ workload }) => !running.has(refKey(workload)))];
}

/** Whether somebody writes the Service's addresses by hand: it selects no pods. An ExternalName has none at all. */
export function isFixed({ view }: Typed<"Service">): boolean {
  return Object.keys(view.spec.selector).length === 0 && view.spec.type !== "ExternalName";
}

/** The labels that mark a Service's pods: its selector; without one, the pairs by which every workload behind its addresses knows its pods. */
export function podLabels(
  service: Typed<"Service">,
  shapes: readonly PodShape[],
  { selectorOf }: Pick<PodIndex, "selectorOf">,
): Readonly<Record<string, string>> {
  if (!isFixed(service)) return service.view.spec.selector;
  const [first = {}, ...others] = [...byWorkload(shapes).values()].flatMap(([shape]) =>
    shape ? [selectorOf(shape.workload)] : [],
  );
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => others.every((each) => each[key] === value)),
  );
}

/** The workloads that run a Service, each account and sidecar state apart, sorted; or why they are not known. */
export function findRunners(
  service: Typed<"Service">,
  shapes: readonly PodShape[],
  { supplied, fixed }: Pick<PodIndex, "supplied" | "fixed">,
  stated: StatedRunner | undefined,
): Known<readonly Runner[]> {
  if (isFixed(service)) {
    const why = supplied ? unfitAddresses(service, fixed(service.ref.namespace ?? "", service.ref.name)) : null;
    if (why) return unknown(why);
    // What is stated cannot stand in for pods: istiod asks the pod at an address whether it takes mTLS.
    return shapes.length > 0
      ? known([...byWorkload(shapes).values()].flatMap(runnersOf))
      : unknown(noRunners(service, supplied));
  }
  if (shapes.length > 0) return known([...byWorkload(shapes).values()].flatMap(runnersOf));
  if (stated && stated.serviceAccounts.length > 0) {
    return known(
      sortedUnique(stated.serviceAccounts).map((serviceAccount) => ({
        workload: service.ref,
        serviceAccount,
        sidecar: stated.sidecar ?? true,
        replicas: 0,
      })),
    );
  }
  return unknown(noRunners(service, supplied));
}

/**
 * Why no passthrough can end at the addresses: the gateway leaves out endpoints without mTLS, which istiod takes from the pod
 * at the address (Istio 1.20, endpointslice.go and ep_filters.go, EndpointsWithMTLSFilter).
 */
function unfitAddresses(
  { ref }: Typed<"Service">,
  addresses: readonly FixedAddress<PodShape>[] | null,
): Finding | null {
  const service = pathOf(ref);
  if (addresses === null) return addressesNotSupplied.at([ref], { service, cluster: ref.cluster });
  const outside = addresses.filter(({ pods }) => pods.length === 0).map(({ address }) => address);
  return outside.length === 0 ? null : addressOutsideMesh.at([ref], { service, addresses: fewNames(outside) });
}

function noRunners(service: Typed<"Service">, supplied: boolean): Finding {
  const name = `${service.ref.cluster}/${service.ref.namespace}/${service.ref.name}`;
  const reason = !supplied
    ? "no pods or Deployments were supplied"
    : Object.keys(service.view.spec.selector).length === 0
      ? "it selects no pods, and its EndpointSlices hold no address"
      : "no pod and no template matches its selector";
  return runnersNotSupplied.at([service.ref], { service: name, reason });
}

function runnersOf(shapes: readonly PodShape[]): Runner[] {
  const apart = new Map<string, PodShape[]>();
  for (const shape of shapes) {
    const key = `${shape.serviceAccount}|${shape.sidecar}`;
    apart.set(key, [...(apart.get(key) ?? []), shape]);
  }
  return [...apart]
    .sort(([left], [right]) => compareText(left, right))
    .flatMap(([, [first, ...rest]]) =>
      first
        ? [
            {
              workload: first.workload,
              serviceAccount: first.serviceAccount,
              sidecar: first.sidecar,
              replicas: first.live ? rest.length + 1 : first.replicas,
            },
          ]
        : [],
    );
}

type ServicePort = Typed<"Service">["view"]["spec"]["ports"][number];

/**
 * The number that a Service port leads to. A port without targetPort leads to its own number; a name is looked up among
 * the container ports of every shape, which must agree (Kubernetes resolves it per pod).
 */
export function resolveTargetPort(
  service: Typed<"Service">,
  port: ServicePort,
  shapes: readonly PodShape[],
  stated: StatedRunner | undefined,
  addresses: readonly FixedAddress<PodShape>[] | null,
): Known<number> {
  if (isFixed(service)) return fixedPort(service, port, addresses ?? []);
  const target = port.targetPort;
  if (target === null || target === "" || target === 0) return known(port.port);
  if (typeof target === "number") return known(target);
  const protocol = port.protocol || "TCP";
  const numbers = new Set<number>();
  // A pod without the name is no endpoint of the port (Kubernetes, EndpointSlice controller, FindPort); at a number it would be one.
  let without = 0;
  for (const { spec } of shapes) {
    const named = spec.containers
      .flatMap(({ ports }) => ports)
      .find((each) => each.name === target && (each.protocol || "TCP") === protocol);
    if (named) numbers.add(named.containerPort);
    else without += 1;
  }
  const [only, ...others] = [...numbers].sort((left, right) => left - right);
  if (only !== undefined && others.length === 0 && without === 0) return known(only);
  const given = stated?.targetPorts;
  const said = given && Object.hasOwn(given, target) ? given[target] : undefined;
  if (said !== undefined) return known(said);
  return unknown(
    targetPortUnknown.at([service.ref], {
      service: pathOf(service.ref),
      port: target,
      reason:
        only === undefined
          ? "no container port has this name"
          : `its pods disagree (${[only, ...others, ...(without > 0 ? ["none"] : [])].join(", ")})`,
    }),
  );
}

/** Of a Service without selector the addresses say the number, by the port's name (Kubernetes, EndpointSlice). */
function fixedPort(
  service: Typed<"Service">,
  port: ServicePort,
  addresses: readonly FixedAddress<PodShape>[],
): Known<number> {
  const numbers = new Set(addresses.map(({ ports }) => ports.get(port.name)));
  const [only, ...others] = [...numbers];
  if (only !== undefined && others.length === 0) return known(only);
  const told = sortedUnique([...numbers].map((each) => String(each ?? "none")));
  return unknown(
    targetPortUnknown.at([service.ref], {
      service: pathOf(service.ref),
      port: port.name,
      reason: addresses.length === 0 ? "it has no address" : `its addresses disagree (${told.join(", ")})`,
    }),
  );
}

function pathOf(ref: ObjectRef): string {
  return `${ref.cluster}/${ref.namespace}/${ref.name}`;
}

/** The accounts behind a service, sorted. */
export function serviceAccountsOf(runners: readonly Runner[]): string[] {
  return sortedUnique(
    sortedBy(runners, ({ serviceAccount }) => serviceAccount).map(({ serviceAccount }) => serviceAccount),
  );
}
