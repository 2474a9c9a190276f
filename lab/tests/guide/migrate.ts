// The guide's migration as marks on a running load: its own order, and orders that one could think of.
import { setTimeout as pause } from "node:timers/promises";
import type { RunningLoad } from "../../load/start-load.ts";
import { egressObjects, ingressObjects } from "./federation-objects.ts";
import { importerEntry, importerWorkload, remoteGateway } from "./guide-objects.ts";
import { identity, sharedServices } from "./hosts.ts";
import { applyAll, removeAll } from "./objects.ts";
import { answeredBy, startExport, type TwoMeshes } from "./two-meshes.ts";

export const importOrders = [
  /** The remote gateway, then for each host its ServiceEntry and its WorkloadEntry in one apply. */
  "guide",
  /** The remote gateway, all WorkloadEntries, then the ServiceEntries. */
  "workload entries first",
  /** The remote gateway, the ServiceEntries, a second later the WorkloadEntries. */
  "service entries a second before workload entries",
  /** Both entries, a second later the remote gateway. */
  "entries before the remote gateway",
] as const;

export type ImportOrder = (typeof importOrders)[number];

/** What a step's effect needs to be seen: a change reaches Envoy in 0.1 to 0.15 s. */
const settle = 1500;

export async function importInOrder(meshes: TwoMeshes, load: RunningLoad, address: string, order: ImportOrder) {
  const { east } = meshes;
  const entries = sharedServices.map((shared) => importerEntry(shared));
  const workloads = sharedServices.map((shared) => importerWorkload(shared));
  const gateway = async () => {
    await load.mark("remote gateway", async () => applyAll(east, [remoteGateway(address)]));
    await pause(settle);
  };
  if (order !== "entries before the remote gateway") await gateway();
  if (order === "guide") {
    await load.mark("service and workload entries", async () => {
      for (const shared of sharedServices) await applyAll(east, [importerEntry(shared), importerWorkload(shared)]);
    });
  } else if (order === "service entries a second before workload entries") {
    await load.mark("service entries", async () => applyAll(east, entries));
    await pause(1000);
    await load.mark("workload entries", async () => applyAll(east, workloads));
  } else {
    await load.mark("workload entries", async () => applyAll(east, workloads));
    await pause(settle);
    await load.mark("service entries", async () => applyAll(east, entries));
    await pause(1000);
    if (order === "entries before the remote gateway") await gateway();
  }
  for (const shared of sharedServices.filter(({ protocol }) => protocol === "HTTP"))
    await answeredBy(meshes, shared, identity.client);
  await load.mark("new path");
  await pause(settle);
}

export async function removeFederation({ east, west }: TwoMeshes, load: RunningLoad): Promise<void> {
  // The address does not matter for objects that go.
  await load.mark("federation away on the importer", async () =>
    removeAll(east, [...egressObjects("192.0.2.1")].reverse()),
  );
  await pause(settle);
  await load.mark("federation away on the exporter", async () => removeAll(west, [...ingressObjects()].reverse()));
  await pause(settle);
}

/** All of it: from federation to the east-west gateway. */
export async function migrate(meshes: TwoMeshes, load: RunningLoad, order: ImportOrder): Promise<void> {
  const address = (await load.mark("export", async () => startExport(meshes))) ?? "";
  await pause(settle);
  await importInOrder(meshes, load, address, order);
  await removeFederation(meshes, load);
}
