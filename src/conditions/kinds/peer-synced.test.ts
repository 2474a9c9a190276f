// peer-synced: only a full sync of the istiods that run now counts.
import { expect, test } from "vitest";
import { judged, nothingPlanned, object, ref, there } from "../../../test/support/judged.ts";
import { meshId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { refKey } from "../../core/object-ref.ts";

const peer = ref("ServiceMeshPeer.federation.maistra.io control/far");
const istiod = ref("Deployment.apps control/istiod-main");
const mesh = {
  id: meshId(peer.cluster, "control", "main"),
  trustDomain: "east.example",
  istiod,
  entryNamespace: "imports",
  remoteNetwork: "meshferry-east",
  gateways: [],
  egress: [],
};
const plan = { ...nothingPlanned, meshes: [mesh] };
const row = (pod: string, lastFullSync: string | null, connected = true) => ({
  pod,
  watch: { connected, ...(lastFullSync === null ? {} : { lastFullSync }) },
});
const pod = (name: string, startTime: string, over: JsonObject = {}) =>
  object(ref(`Pod control/${name}`), { metadata: {}, status: { phase: "Running", startTime, ...over } });

function said(discoveryStatus: JsonObject, pods: readonly ReturnType<typeof pod>[]): string {
  const answers = { ...there(peer, { status: { discoveryStatus } }), pods: new Map([[refKey(istiod), pods]]) };
  return judged({ kind: "peer-synced", ref: peer }, answers, plan).replace(/^pending MF857: .* is not synced: /u, "");
}

const noon = "2026-01-01T12:00:00Z";
const later = "2026-01-01T12:01:00Z";

test.each([
  ["synced after its start", [row("i-1", later)], "done"],
  ["synced within the second of its start", [row("i-1", noon)], "done"],
  ["synced before its start", [row("i-1", "2026-01-01T11:59:59Z")], "i-1 has had no full sync since it started."],
  ["never synced", [row("i-1", null)], "i-1 has had no full sync yet."],
  ["not connected", [row("i-1", later, false)], "i-1 has no connection to the other end."],
  ["a pod that is gone", [row("i-0", later)], "its status still names i-0, which does not run."],
  ["nobody", [], "no istiod reports that it is connected."],
])("%s", (_, active, text) => {
  expect(said({ active }, [pod("i-1", noon)])).toBe(text);
});

test("each pod reports, as active or as inactive", () => {
  const pods = [pod("i-1", noon), pod("i-2", noon)];
  expect(said({ active: [row("i-1", later)] }, pods)).toBe("i-2 does not report yet.");
  expect(said({ active: [row("i-1", later)], inactive: [{ pod: "i-2" }] }, pods)).toBe("done");
  expect(said({ active: [row("i-1", later), row("i-2", null)] }, pods)).toBe("i-2 has had no full sync yet.");
});

test("a container that was started again counts from then", () => {
  const containerStatuses = [{ name: "discovery", state: { running: { startedAt: "2026-01-01T13:00:00Z" } } }];
  expect(said({ active: [row("i-1", later)] }, [pod("i-1", noon, { containerStatuses })])).toBe(
    "i-1 has had no full sync since it started.",
  );
});

test("without istiod's pods nothing is taken for synced, except where the plan has no meshes", () => {
  const status = { status: { discoveryStatus: { active: [row("i-1", later)] } } };
  const unseen = { ...there(peer, status), pods: new Map([[refKey(istiod), { unseen: "forbidden" }]]) };
  expect(judged({ kind: "peer-synced", ref: peer }, unseen, plan)).toContain("MF870");
  expect(judged({ kind: "peer-synced", ref: peer }, there(peer, status))).toBe("done");
});
