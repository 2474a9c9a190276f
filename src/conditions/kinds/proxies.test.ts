// proxy-roots, proxy-network: every running proxy, and none where none is to run.
import { expect, test } from "vitest";
import { gone, judged, ref, there } from "../../../test/support/judged.ts";
import type { Hash } from "../../core/hash.ts";
import type { JsonObject } from "../../core/json.ts";
import { refKey } from "../../core/object-ref.ts";
import type { Condition } from "../condition.ts";
import type { ProxyView, Seen } from "../facts.ts";

const workload = ref("Deployment.apps a/app");
const own: Hash = "sha256:own";
const other: Hash = "sha256:other";
const proxy = (pod: string, roots: readonly Hash[], network = "net"): ProxyView => ({
  pod,
  revision: "main",
  network,
  roots,
  certificate: null,
});
const roots: Condition = { kind: "proxy-roots", workload, include: [own, other] };
const network: Condition = { kind: "proxy-network", workload, network: "net" };

function said(condition: Condition, proxies: Seen<readonly ProxyView[]>, spec: JsonObject = { replicas: 2 }): string {
  return judged(condition, { ...there(workload, { spec }), proxies: new Map([[refKey(workload), proxies]]) });
}

test("every proxy has to hold every root; more are no harm", () => {
  expect(said(roots, [proxy("p1", [own, other]), proxy("p2", ["sha256:more", other, own])])).toBe("done");
  expect(said(roots, [proxy("p1", [own, other]), proxy("p2", [own])])).toBe(
    "pending MF858: Proxies of east: Deployment a/app do not trust all 2 roots yet: p2.",
  );
});

test("every proxy has to be in the network", () => {
  expect(said(network, [proxy("p1", []), proxy("p2", [])])).toBe("done");
  expect(said(network, [proxy("p1", []), proxy("p2", [], "")])).toBe(
    "pending MF859: Proxies of east: Deployment a/app are in network none, not net: p2.",
  );
});

test("no proxy where one is to run is not done; none where none is to run is", () => {
  expect(said(network, [])).toBe(
    "pending MF871: east: Deployment a/app has no running pod with a proxy, and asks for at least one.",
  );
  expect(said(network, [], { replicas: 0 })).toBe("done");
  expect(judged(network, gone(workload))).toBe("done");
});

test("proxies that could not be looked at are not fine", () => {
  expect(said(roots, { unseen: "forbidden: pods/exec" })).toBe(
    "pending MF870: the proxies of east: Deployment a/app could not be looked at: forbidden: pods/exec.",
  );
});
