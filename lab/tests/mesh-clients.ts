// Who asks in the tests of meshes: the sample apps of the starting point, from a cluster of the shared lab.
import { inject } from "vitest";
import type { Asking } from "../mesh/ask.ts";
import type { SharedCluster } from "./shared-cluster.ts";

/** A client of the starting point: curl, other (another account), plain (without a sidecar). */
export function clientIn({ cluster }: SharedCluster, name: "curl" | "other" | "plain"): Asking {
  return { built: inject("built"), cluster, client: { namespace: "client", name } };
}

/** Any Deployment with curl and Python in one of its containers. */
export function podOf({ cluster }: SharedCluster, namespace: string, name: string, container = name): Asking {
  return { built: inject("built"), cluster, client: { namespace, name, container } };
}
