// Federation moves: every peer is connected, and was synced not long before the files were written.
import type { Finding } from "../../../core/finding.ts";
import { fewNames } from "../../../core/few-names.ts";
import { refText } from "../../../core/object-ref.ts";
import type { Cluster, Typed } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { peerNotConnected, peerStatusStale } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";
import { textAt } from "../text-at.ts";

type Peer = Typed<"ServiceMeshPeer.federation.maistra.io">;

/** A time that the cluster knew when it was read, and what it is the time of. */
interface Seen {
  readonly atMs: number;
  readonly what: string;
}

/** Ten resyncs (one a minute: seen on Maistra 2.5); between two peers, which are read together. */
const staleMs = 10 * 60_000;
/** Pods may have been read by another command, some time later. */
const staleBeforePodsMs = 60 * 60_000;

const run: Check["run"] = (input) =>
  participants(input).all.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const seen = newestTimes(cluster, mesh.peers);
    return mesh.peers.flatMap((peer) => [...disconnected(peer), ...stale(peer, seen)]);
  });

/** No status at all says nothing: manifests have none. */
function disconnected(peer: Peer): Finding[] {
  const active = peer.view.status?.discoveryStatus.active ?? [];
  const named = (pods: typeof active, problem: string): Finding[] =>
    pods.length === 0
      ? []
      : [
          peerNotConnected.at([peer.ref], {
            peer: refText(peer.ref),
            pods: fewNames(pods.map(({ pod }) => pod || "istiod")),
            problem,
          }),
        ];
  const unconnected = active.filter(({ watch }) => !watch.connected);
  return [
    ...named(unconnected, "has no connection to the other end"),
    ...named(
      active.filter((each) => !unconnected.includes(each) && !each.remotes.some(({ connected }) => connected)),
      "is not called by the other end",
    ),
  ];
}

function stale(peer: Peer, seen: readonly (Seen & { readonly marginMs: number })[]): Finding[] {
  const active = peer.view.status?.discoveryStatus.active ?? [];
  const synced = active.filter(({ watch }) => watch.connected).map(({ watch }) => watch.lastFullSync);
  const last = synced.map((text) => Date.parse(text)).filter((atMs) => !Number.isNaN(atMs));
  if (last.length === 0) return [];
  const lastMs = Math.max(...last);
  const later = seen.find(({ atMs, marginMs }) => atMs - lastMs > marginMs);
  if (!later) return [];
  return [
    peerStatusStale.at([peer.ref], {
      peer: refText(peer.ref),
      lastSync: synced.find((text) => Date.parse(text) === lastMs) ?? "",
      minutes: Math.floor((later.atMs - lastMs) / 60_000),
      evidence: later.what,
    }),
  ];
}

function newestTimes(cluster: Cluster, peers: readonly Peer[]): readonly (Seen & { readonly marginMs: number })[] {
  const synced = peers.flatMap(({ ref, view }) =>
    (view.status?.discoveryStatus.active ?? []).flatMap(({ watch, remotes }) =>
      [
        watch.lastFullSync,
        watch.lastConnected,
        ...remotes.flatMap((each) => [each.lastFullSync, each.lastConnected]),
      ].map((text): Seen => ({ atMs: Date.parse(text), what: `the newest sign of life of ${refText(ref, false)}` })),
    ),
  );
  const pods = cluster.typed.Pod.map(
    ({ ref, object }): Seen => ({
      atMs: Date.parse(textAt(object.body, "/metadata/creationTimestamp")),
      what: `${refText(ref, false)} was created`,
    }),
  );
  return [
    ...newest(synced).map((each) => ({ ...each, marginMs: staleMs })),
    ...newest(pods).map((each) => ({ ...each, marginMs: staleBeforePodsMs })),
  ];
}

function newest(times: readonly Seen[]): Seen[] {
  let found: Seen | null = null;
  for (const each of times) {
    if (!Number.isNaN(each.atMs) && (found === null || each.atMs > found.atMs)) found = each;
  }
  return found === null ? [] : [found];
}

export const peerStatus: Check = {
  fact: "No status says that a peer is cut off, or no longer synced",
  codes: [peerNotConnected, peerStatusStale],
  reads: ["Pod"],
  run,
};
