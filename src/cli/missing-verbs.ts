// What this user may not do of what a plan takes, as findings, before anything is begun.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import { groupBy } from "../core/order.ts";
import { kindsForbidden, kindsInSomeNamespaces } from "../findings/codes/live.ts";
import { permissionMissing } from "../findings/codes/run.ts";
import { missingPermissions } from "../kube/live/missing-permissions.ts";
import { kindsRead } from "../pipeline.ts";
import { besideReading, type Permission, permissionsToRead } from "../plan/permission.ts";
import { clustersOf, type Use, verbsOf } from "../plan/permissions.ts";
import type { Plan } from "../plan/plan.ts";
import { resourceOf } from "../plan/roles.ts";
import type { Clients } from "./run-clusters.ts";

/** One finding for each verb on a resource and place, blocking; `plan`: with the phases that are carried out. */
export async function missingVerbs(
  plan: Plan,
  uses: readonly Use[],
  clients: Clients,
  folder: string,
): Promise<Finding[]> {
  const reading = uses.includes("apply") ? toReadAgain(plan) : [];
  const needed = [...reading, ...besideReading(verbsOf(plan, uses), reading)].filter(({ optional }) => !optional);
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
