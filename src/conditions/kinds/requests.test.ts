// reachable, egress-open: what clients get when they ask, and that not asking is never fine.
import { describe, expect, test } from "vitest";
import { planOf } from "../../../test/support/example.ts";
import { asked, judged, object, ref } from "../../../test/support/judged.ts";
import { twoMeshes } from "../../../test/support/world.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { refKey } from "../../core/object-ref.ts";
import { notChecked, type Outcome, outcomeOf } from "../../dataplane/outcome.ts";
import type { Condition } from "../condition.ts";
import type { Opened, Seen } from "../facts.ts";

const plan = planOf(twoMeshes());
const probes = "east/istio-system/basic#wave-1";
const client = ref("Deployment.apps shop/caller");
const remote = ref("Gateway.gateway.networking.k8s.io meshferry-imports/meshferry-west");
const orders = "orders.sales.svc.west-mesh-imports.local";
const stock = "stock.sales.svc.cluster.local";
const running = object(client, { spec: { replicas: 1 } });

describe("reachable", () => {
  const condition = (fresh: boolean): Condition => ({ kind: "reachable", probes, fresh });
  function said(outcome: Seen<Outcome>, fresh = false): string {
    const kind = fresh ? "fresh" : "running";
    const reach = new Map([
      [`${refKey(client)}|${orders}|8080|${kind}`, outcomeOf(3, 3, "")],
      [`${refKey(client)}|${stock}|8080|${kind}`, outcome],
    ]);
    return judged(condition(fresh), { object: new Map([[refKey(client), running]]), reach }, plan);
  }
  test("every request of every pair is answered", () => {
    expect(said(outcomeOf(3, 3, ""))).toBe("done");
    expect(said(outcomeOf(2, 3, "503: no healthy upstream"))).toBe(
      `pending MF865: east: Deployment shop/caller to ${stock}:8080: 2 of 3 requests were answered. 503: no healthy upstream`,
    );
    expect(said(outcomeOf(0, 3, "reset"))).toContain("0 of 3 requests were answered. reset");
  });
  test("what was not checked, or not seen, is not fine", () => {
    expect(said(notChecked("no program"))).toBe(
      `failed MF866: east: Deployment shop/caller to ${stock}:8080 was not checked: no program.`,
    );
    expect(said(outcomeOf(0, 0, ""))).toContain("no request was sent");
    expect(said({ unseen: "the API server is away" })).toContain("MF870");
  });
  test("requests of fresh proxies are others than those of running ones", () => {
    expect(said(outcomeOf(3, 3, ""), true)).toBe("done");
    const answers = { object: new Map([[refKey(client), running]]) };
    expect(asked(condition(true), answers, plan)).toEqual([
      `reach ${refKey(client)}|${orders}|8080|fresh`,
      `reach ${refKey(client)}|${stock}|8080|fresh`,
    ]);
  });
  test("of several conditions requests come last: none is sent where an endpoint is missing", () => {
    const both: Condition = { kind: "all", of: [condition(false), { kind: "endpoints", probes, via: "none" }] };
    const hosts = new Map(
      [orders, stock].map((host) => [
        `${refKey(client)}|${host}|8080`,
        [{ pod: "p", view: { endpoints: [{ address: "10.0.0.1", port: 1, healthy: true }], names: [] } }],
      ]),
    );
    const answers = { object: new Map([[refKey(client), running]]), hosts };
    expect(asked(both, answers, plan).filter((want) => want.startsWith("reach"))).toEqual([]);
  });
});

describe("egress-open", () => {
  const condition: Condition = { kind: "egress-open", probes };
  function said(opened: Seen<Opened>): string {
    const gateway = {
      spec: { addresses: [{ type: "IPAddress", value: "192.0.2.7" }], listeners: [{ port: 30443 }] },
    };
    const objects = new Map<string, KubeObject | "absent">([
      [refKey(client), running],
      [refKey(remote), object(remote, gateway)],
    ]);
    return judged(
      condition,
      { object: objects, opened: new Map([[`${refKey(client)}|192.0.2.7|30443`, opened]]) },
      plan,
    );
  }
  test("each client, to each address with the port of the remote Gateway", () => {
    expect(said({ open: true })).toBe("done");
    expect(said({ open: false, why: "no answer within 3 s" })).toBe(
      "pending MF867: east: Deployment shop/caller cannot open a connection to 192.0.2.7:30443, the gateway of west/istio-system/basic: no answer within 3 s.",
    );
    expect(said({ unseen: "forbidden" })).toContain("MF870");
  });
  test("without a remote Gateway there is nowhere to go", () => {
    const objects = new Map<string, KubeObject | "absent">([
      [refKey(client), running],
      [refKey(remote), "absent"],
    ]);
    expect(judged(condition, { object: objects }, plan)).toContain("MF850");
  });
});
