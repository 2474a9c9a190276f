// Who runs an exported service: accounts, sidecars, and the numbers behind named target ports.
import { type Finding, type Known, known, unknown } from "../core/finding.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { compareText, sortedBy, sortedUnique } from "../core/order.ts";
import { runnersNotSupplied, targetPortUnknown } from "../findings/codes/federation.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { Runner } from "./federation.ts";
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
  const namespace = service.ref.namespace ?? "";
  const { selector } = service.view.spec;
  const live = pods.find("pods", namespace, selector);
  const running = new Set(live.map(({ workload }) => refKey(workload)));
  const idle = pods.find("templates", namespace, selector).filter(({ workload }) => !running.has(refKey(workload)));
  return [...live, ...idle];
}

/** The workloads that run a Service, each account and sidecar state apart, sorted; or why they are not known. */
export function findRunners(
  service: Typed<"Service">,
  shapes: readonly PodShape[],
  supplied: boolean,
  stated: StatedRunner | undefined,
): Known<readonly Runner[]> {
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

function noRunners(service: Typed<"Service">, supplied: boolean): Finding {
  const name = `${service.ref.cluster}/${service.ref.namespace}/${service.ref.name}`;
  const reason = !supplied
    ? "no pods or Deployments were supplied"
    : Object.keys(service.view.spec.selector).length === 0
      ? "the Service has no selector"
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
): Known<number> {
  const target = port.targetPort;
  if (target === null || target === "" || target === 0) return known(port.port);
  if (typeof target === "number") return known(target);
  const protocol = port.protocol || "TCP";
  const numbers = new Set<number>();
  for (const { spec } of shapes) {
    const named = spec.containers
      .flatMap(({ ports }) => ports)
      .find((each) => each.name === target && (each.protocol || "TCP") === protocol);
    if (named) numbers.add(named.containerPort);
  }
  const [only, ...others] = [...numbers].sort((left, right) => left - right);
  if (only !== undefined && others.length === 0) return known(only);
  const given = stated?.targetPorts;
  const said = given && Object.hasOwn(given, target) ? given[target] : undefined;
  if (said !== undefined) return known(said);
  return unknown(
    targetPortUnknown.at([service.ref], {
      service: pathOf(service.ref),
      port: target,
      reason:
        only === undefined ? "no container port has this name" : `its pods disagree (${[only, ...others].join(", ")})`,
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
