// What verify shows: requests decide, names may spoil them, and what was not checked is not fine.
import { describe, expect, test } from "vitest";
import { ref } from "../../../test/support/judged.ts";
import type { Verified } from "../../observe/verify.ts";
import { endpointsDiffer, namesDiffer, peerNotSynced } from "../../findings/codes/conditions.ts";
import { notChecked, outcomeOf } from "../../dataplane/outcome.ts";
import { verifyView } from "../model/verify-view.ts";
import { paint } from "./paint.ts";
import { verifyText } from "./verify-text.ts";

const client = ref("Deployment.apps shop/till");
const peer = ref("ServiceMeshPeer.federation.maistra.io control/far");
const names = { probes: new Map(), slots: new Map(), texts: new Map() };
const host = "orders.sales.svc.far-imports.local";
const pair = (over: Partial<Verified["pairs"][number]> = {}): Verified["pairs"][number] => ({
  client,
  host,
  port: 8080,
  path: "east-west",
  held: { is: "done" },
  requests: outcomeOf(3, 3, ""),
  ...over,
});
const none: Verified = { states: [], gateways: [], pairs: [] };
const view = (verified: Partial<Verified>) => verifyView({ ...none, ...verified }, names, false);

const about = { client: "east: Pod shop/till-1", host, port: 8080 };
const differs = endpointsDiffer.at([client], { ...about, state: "it holds none" });
const wrongName = namesDiffer.at([client], { ...about, actual: "anybody", wanted: "spiffe://far/ns/sales/sa/orders" });

describe("a pair", () => {
  const one = (over: Partial<Verified["pairs"][number]>) => {
    const { holds, pairs, counts } = view({ pairs: [pair(over)] });
    return { holds, counts, codes: pairs.flatMap(({ seen }) => seen.map(({ code }) => code)) };
  };
  test.each([
    ["answered", {}, true, [], { ok: 1, failing: 0, notChecked: 0 }],
    [
      "answered by a path on its way",
      { path: "unclear", held: { is: "pending", seen: differs } } as const,
      true,
      [],
      { ok: 1, failing: 0, notChecked: 0 },
    ],
    ["some answered", { requests: outcomeOf(2, 3, "503") }, false, ["MF865"], { ok: 0, failing: 1, notChecked: 0 }],
    [
      "not answered, and why",
      { path: "unclear", held: { is: "pending", seen: differs }, requests: outcomeOf(0, 3, "503") } as const,
      false,
      ["MF865", "MF863"],
      { ok: 0, failing: 1, notChecked: 0 },
    ],
    [
      "answered by anybody",
      { path: "unclear", held: { is: "pending", seen: wrongName } } as const,
      false,
      ["MF864"],
      { ok: 0, failing: 1, notChecked: 0 },
    ],
    ["not asked", { requests: notChecked("no program") }, false, ["MF866"], { ok: 0, failing: 0, notChecked: 1 }],
  ] as const)("%s", (_, over, holds, codes, counts) => {
    expect(one(over)).toEqual({ holds, codes, counts: { pairs: 1, ...counts } });
  });
});

test("as text, within 80 columns", () => {
  const condition = { kind: "peer-synced", ref: peer } as const;
  const seen = peerNotSynced.at([peer], {
    peer: "east: ServiceMeshPeer control/far",
    state: "i-1 has had no full sync yet",
  });
  const shown = verifyText(
    view({
      states: [{ condition, verdict: { is: "pending", seen } }],
      pairs: [
        pair(),
        pair({ port: 9000, requests: outcomeOf(0, 3, "reset") }),
        pair({ port: 9001, requests: notChecked("no program") }),
      ],
    }),
    paint(80, false),
  );
  expect(shown).toEqual([
    "Control planes and peers",
    "  ✗ ServiceMeshPeer control/far in east: connected, fully synced with every",
    "     istiod pod",
    "    MF857 east: ServiceMeshPeer control/far is not synced: i-1 has had no full",
    "          sync yet.",
    "      do: Wait for the next resync (a minute). If the status does not move at",
    "          all, istiod may be blocked: see whether the other end is there and",
    "          reachable, and restart istiod if it is.",
    "",
    "Requests",
    "  CLIENT          HOST                              PORT  PATH       REQUESTS",
    "  east shop/till  orders.sales.svc…r-imports.local  8080  east-west  ok, 3 of 3",
    "  east shop/till  orders.sales.svc…r-imports.local  9000  east-west  no, 0 of 3",
    "  east shop/till  orders.sales.svc…r-imports.local  9001  east-west  not checked",
    "    MF865 east: Deployment shop/till to orders.sales.svc.far-imports.local:9000:",
    "          0 of 3 requests were answered. reset",
    "      do: The answer says at which proxy it ended; the server's log and its",
    "          AuthorizationPolicies are next.",
    "    MF866 east: Deployment shop/till to orders.sales.svc.far-imports.local:9001",
    "          was not checked: no program.",
    "      do: Give the client's container wget, Python or bash, or name an image",
    "          that has one of them and that the cluster can pull: --probe-image.",
    "",
    "1 of 3 pairs get through, from the clients' own pods; 1 not checked.",
  ]);
});
