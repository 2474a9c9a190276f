// The status of a ServiceMeshPeer as istiod writes it: who watches whom, and since when.
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { Connection } from "./mesh-memory.ts";

export interface PeerStatusFacts {
  /** Name of the istiod pod. */
  readonly pod: string;
  /** What this istiod has of the other end. */
  readonly watch: Connection;
  /** The other istiod's pod address, and what it has of this end; null: it is not there. */
  readonly remote: { readonly source: string; readonly connection: Connection } | null;
}

export function peerStatus({ pod, watch, remote }: PeerStatusFacts): JsonObject {
  const remotes: Json[] = remote === null ? [] : [{ source: remote.source, ...connectionStatus(remote.connection) }];
  return { discoveryStatus: { active: [{ pod, remotes, watch: connectionStatus(watch) }], inactive: [] } };
}

function connectionStatus(connection: Connection): JsonObject {
  const { connected, lastConnected, lastDisconnect, lastEvent, lastFullSync } = connection;
  return {
    connected,
    ...timeOf("lastConnected", lastConnected),
    ...timeOf("lastDisconnect", lastDisconnect),
    ...timeOf("lastEvent", lastEvent),
    ...timeOf("lastFullSync", lastFullSync),
  };
}

function timeOf(name: string, at: number | null): JsonObject {
  return at === null ? {} : { [name]: timeText(at) };
}

/** Kubernetes' times have whole seconds. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/u, "Z");
}
