// What an API server, or the way to it, did not let us see: a fact of its own, and no reason to stop looking at the rest.
import type { Unseen } from "../conditions/facts.ts";
import type { ClusterId } from "../core/ids.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { World } from "./world.ts";

/** Trouble with reading what a program or proxy said; expected, and told as it is. */
export class Unreadable extends Error {}

export function unseen(error: unknown): Unseen {
  if (error instanceof Unreadable) return { unseen: error.message };
  if (!(error instanceof ApiFailure)) throw error;
  if (error.reason === "unauthorized")
    return { unseen: `the credentials are not taken (${error.message}); log in again`, shutOut: true };
  return { unseen: error.reason === "forbidden" ? `forbidden: ${error.message}` : error.message };
}

/** The value, or why it could not be seen. */
export async function seen<T>(look: () => Promise<T>): Promise<T | Unseen> {
  try {
    return await look();
  } catch (error) {
    return unseen(error);
  }
}

export function clientOf({ clients }: Pick<World, "clients">, cluster: ClusterId): ClusterClient {
  const client = clients.get(cluster);
  if (client === undefined) throw new Unreadable(`no context was given for ${cluster}`);
  return client;
}
