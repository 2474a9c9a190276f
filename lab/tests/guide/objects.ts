// Applies and takes away lists of objects, and waits for what they bring.
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import type { Manifest, ObjectName } from "../../api/live-object.ts";
import { isRolledOut, waitFor, waitForNone } from "../../api/wait-for.ts";
import type { ClusterAccess } from "../../load/pod-exec.ts";

const owner = "lab-tests";
const rolloutLimit = 90_000;

export function named({ apiVersion, kind, metadata }: Manifest): ObjectName {
  const { name, namespace } = metadata;
  const own = { apiVersion, kind, name: typeof name === "string" ? name : "" };
  return typeof namespace === "string" ? { ...own, namespace } : own;
}

/** One after another, in their order. */
export async function applyAll({ api }: ClusterAccess, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) await api.apply(object, owner);
}

export async function removeAll({ api }: ClusterAccess, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) await api.delete(named(object));
}

/** Waits as well until they are gone. */
export async function removeWhole(access: ClusterAccess, objects: readonly Manifest[]): Promise<void> {
  await removeAll(access, objects);
  for (const object of objects) await waitForNone(access.api, named(object), rolloutLimit);
}

export async function rolledOut({ api }: ClusterAccess, namespace: string, name: string): Promise<void> {
  await waitFor(
    api,
    { apiVersion: "apps/v1", kind: "Deployment", namespace, name },
    "rolled out",
    isRolledOut,
    rolloutLimit,
  );
}

/** The address that the load balancer gave to a Service. */
export async function balancerAddress({ api }: ClusterAccess, namespace: string, name: string): Promise<string> {
  const of = { apiVersion: "v1", kind: "Service", namespace, name };
  const service = await waitFor(api, of, "given an address", (object) => addressIn(object["status"]) !== "", 60_000);
  return addressIn(service["status"]);
}

function addressIn(status: Json | undefined): string {
  const balancer = isJsonObject(status) ? status["loadBalancer"] : undefined;
  const ingress = isJsonObject(balancer) ? balancer["ingress"] : undefined;
  const first = Array.isArray(ingress) ? (ingress as readonly Json[])[0] : undefined;
  const address = isJsonObject(first) ? first["ip"] : undefined;
  return typeof address === "string" ? address : "";
}
