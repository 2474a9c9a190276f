// What a whole run leaves in a cluster, and whether anything was written twice: the same after every accident.
import { type Answered, type ApiProxy, isWrite } from "./live-api-proxy.ts";
import { clusterDump } from "./live-dump.ts";
import { made, type Made } from "./live-made.ts";
import { east, liveRun } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";

/** Every object of a test's namespaces, under names that are the same in all tests. */
export async function leftBy({ shared, world }: Pick<Made, "shared" | "world">): Promise<Record<string, unknown>> {
  const text = JSON.stringify(await clusterDump(shared.api))
    .replaceAll(world.theirs, "THEIRS")
    .replaceAll(world.ours, "OURS")
    .replaceAll(String(world.nodePort), "1")
    // Hashes of the plan, and of the step's id, which names the namespace.
    .replaceAll(/(?<="meshferry\.dev\/plan":")[0-9a-f]{12}/gu, "PLAN")
    .replaceAll(/(?<="meshferry\.dev\/restarted":")[0-9a-f]{12}\.[0-9a-f]{8}/gu, "MARK");
  const dump = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(dump).filter(([name]) => /THEIRS|OURS/u.test(name)));
}

let dumped: Promise<Record<string, unknown>> | null = null;

/** What a run leaves that nothing has disturbed. */
export async function undisturbed(): Promise<Record<string, unknown>> {
  dumped ??= (async () => {
    const here = await made();
    const { end } = await liveRun({
      folder: planFolder(),
      plan: here.plan,
      cluster: east,
      kubeconfig: here.shared.cluster.kubeconfig,
    });
    if (end !== "finished") throw new Error(`the undisturbed run ${end}`);
    return leftBy(here);
  })();
  return dumped;
}

/** Writes of objects that the server has carried out, Leases apart. */
export function carriedOut({ answered }: Pick<ApiProxy, "answered">): Answered[] {
  return answered.filter((each) => each.status < 300 && isWrite(each) && !each.path.includes("/leases"));
}

/**
 * Objects that were changed more often than the plan's steps do it, by the versions that the server gave them: a write that is
 * repeated and changes nothing keeps the version. The entry is written by two steps.
 */
export function twice(proxy: Pick<ApiProxy, "answered">): string[] {
  const versions = new Map<string, Set<string>>();
  for (const { method, path, version } of carriedOut(proxy)) {
    if (version === null) continue;
    const key = `${method} ${path.split("?")[0] ?? ""}`;
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return [...versions].flatMap(([key, { size }]) => (size > (key.includes("/serviceentries/") ? 2 : 1) ? [key] : []));
}
