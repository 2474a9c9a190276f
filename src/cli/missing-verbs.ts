// What this user may not do of what a plan takes, as findings, before anything is begun.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import { clusterId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { kindsForbidden, kindsInSomeNamespaces } from "../findings/codes/live.ts";
import { permissionMissing } from "../findings/codes/run.ts";
import { again } from "../kube/live/again.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { missingPermissions } from "../kube/live/missing-permissions.ts";
import { kindsRead } from "../pipeline.ts";
import { besideReading, type Permission, permissionsToRead } from "../plan/permission.ts";
import { clustersOf, namespacesMade, type Use, verbsOf } from "../plan/permissions.ts";
import type { Plan } from "../plan/plan.ts";
import { resourceOf } from "../plan/roles.ts";
import type { Clients } from "./run-clusters.ts";

/** One finding for each verb on a resource and place, blocking. `phases`: those that are meant; they may be a part of the plan's. */
export async function missingVerbs(
  plan: Plan,
  phases: Plan["phases"],
  uses: readonly Use[],
  clients: Clients,
  folder: string,
): Promise<Finding[]> {
  const reading = uses.includes("apply") ? toReadAgain(plan) : [];
  const asked = verbsOf({ ...plan, phases }, uses, await notThereYet(plan, clients));
  const needed = [...reading, ...besideReading(asked, reading)].filter(({ optional }) => !optional);
  const served = await onlyServed(needed, clients);
  const missing = groupBy(await missingPermissions(served, clients), ({ cluster, verb, namespace, ...of }) =>
    [cluster, verb, of.group, resourceOf(of), namespace ?? ""].join("|"),
  );
  return [...missing.values()].map((group) => findingOf(group, folder));
}

/** Before it is carried out, what the plan rests on is read again: all kinds but those that could not be read when it was made. */
function toReadAgain(plan: Plan): Permission[] {
  if (plan.basis.length === 0) return [];
  const unread = new Set(
    plan.findings
      .filter(({ code }) => code === kindsForbidden.code || code === kindsInSomeNamespaces.code)
      .flatMap(({ params: { cluster, kinds } }) =>
        typeof cluster === "string" && typeof kinds === "string"
          ? kinds.split(", ").map((kind) => `${cluster}|${kind}`)
          : [],
      ),
  );
  return clustersOf(plan).flatMap((cluster) =>
    permissionsToRead(
      cluster,
      kindsRead.filter((kind) => !unread.has(`${cluster}|${kind}`)),
      false,
    ),
  );
}

/** The namespaces that the plan makes, in whichever phase, and has not made yet. */
async function notThereYet(plan: Plan, clients: Clients): Promise<readonly string[]> {
  const missing = await Promise.all(
    namespacesMade(plan).map(async (each) => {
      const at = each.indexOf("/");
      const cluster = clusterId(each.slice(0, at));
      const ref = { cluster, group: "", kind: "Namespace", namespace: null, name: each.slice(at + 1) };
      return (await isThere(clients.get(cluster), ref)) ? [] : [each];
    }),
  );
  return missing.flat();
}

/** Whoever may not look is told so by name. */
async function isThere(client: ClusterClient | undefined, ref: ObjectRef): Promise<boolean> {
  try {
    return client !== undefined && (await again(async () => client.get(ref))) !== null;
  } catch (error) {
    if (error instanceof ApiFailure && error.reason === "forbidden") return false;
    throw error;
  }
}

/** A kind that is not installed is not read. */
async function onlyServed(needed: readonly Permission[], clients: Clients): Promise<readonly Permission[]> {
  const asked = await Promise.all(
    needed.map(async (each) =>
      each.why !== "read" || (await clients.get(each.cluster)?.served(each)) !== null ? [each] : [],
    ),
  );
  return asked.flat();
}

function findingOf(group: readonly Permission[], folder: string): Finding {
  const [first] = group;
  if (first === undefined) throw new Error("a group without members");
  const { cluster, verb, namespace } = first;
  const names = group.flatMap(({ name }) => name ?? []);
  const resource = `${resourceOf(first)}${first.group === "" ? "" : `.${first.group}`}`;
  return permissionMissing.at([{ cluster }], {
    cluster,
    verb,
    resource: names.length === 0 ? resource : `${resource} (${fewNames(names)})`,
    place: namespace === null ? "the whole cluster" : `the namespace ${namespace}`,
    folder,
  });
}
