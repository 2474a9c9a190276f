// slot: the value is there, in the object or in the nodes.
import { expect, test } from "vitest";
import { gone, judged, nothingPlanned, ref, there } from "../../../test/support/judged.ts";
import { clusterId, slotId } from "../../core/ids.ts";
import type { Slot } from "../../target/desired-object.ts";

const service = ref("Service a/gateway");
const said = (slot: Slot, answers: Parameters<typeof judged>[1]) =>
  judged({ kind: "slot", slot: slot.id }, answers, { ...nothingPlanned, slots: [slot] });

test("an address of a load balancer", () => {
  const slot: Slot = { id: slotId("s"), type: "addresses", from: service, pointer: "/status/loadBalancer/ingress" };
  const empty = "pending MF869: The address of east: Service a/gateway is not known yet.";
  expect(said(slot, there(service, { status: { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } } }))).toBe("done");
  expect(said(slot, there(service, { status: { loadBalancer: {} } }))).toBe(empty);
  expect(said(slot, gone(service))).toBe(empty);
  expect(said(slot, {})).toContain("MF870");
});

test("a port and addresses of nodes", () => {
  const port: Slot = { id: slotId("s"), type: "node-port", from: service, pointer: "/spec/ports", port: 15443 };
  expect(said(port, there(service, { spec: { ports: [{ port: 15443, nodePort: 30443 }] } }))).toBe("done");
  expect(said(port, there(service, { spec: { ports: [{ port: 15443 }] } }))).toBe(
    "pending MF869: The node port for 15443 of east: Service a/gateway is not known yet.",
  );
  const nodes: Slot = { id: slotId("n"), type: "node-addresses", cluster: clusterId("east"), among: [] };
  const node = { status: { addresses: [{ type: "InternalIP", address: "10.0.0.9" }] } };
  expect(said(nodes, { nodes: new Map([["east", [node]]]) })).toBe("done");
  expect(said(nodes, { nodes: new Map([["east", []]]) })).toBe(
    "pending MF869: An address of a node of east is not known yet.",
  );
});

test("a slot that the plan does not have", () => {
  expect(judged({ kind: "slot", slot: "none" }, {})).toBe(
    "failed MF873: A condition names the slot none, which the plan does not have.",
  );
});
