// The commands that read a slot's value: what they ask for, and the Go templates that make JSON of the answer.
import { expect, test } from "vitest";
import { clusterId, slotId } from "../../core/ids.ts";
import { refIn } from "../../inventory/mesh.ts";
import { readSlotCommand } from "./slot-command.ts";

const west = clusterId("west");
const from = refIn(west, "", "Service", "istio-ingress", "gateway");

test("a node port is that of the port", () => {
  const command = readSlotCommand({ id: slotId("p"), type: "node-port", from, pointer: "/spec/ports", port: 15443 });
  expect(command).toBe(
    `export SLOT_P="$(kubectl --context "$CONTEXT_WEST" -n istio-ingress get service/gateway -o 'go-template={{range .spec.ports}}{{if eq (printf "%v" .port) "15443"}}{{.nodePort}}{{end}}{{end}}')"`,
  );
});

test("addresses of nodes are those that the importer reaches, or the internal ones", () => {
  const command = (...among: readonly string[]) =>
    readSlotCommand({ id: slotId("n"), type: "node-addresses", cluster: west, among });
  const rest = '{{$c}}{"type":"IPAddress","value":"{{$a.address}}"}{{$c = ","}}{{end}}{{end}}{{end}}]';
  const begin = `export SLOT_N="$(kubectl --context "$CONTEXT_WEST" get nodes -o 'go-template={{$c := ""}}[{{range .items}}{{range $a := .status.addresses}}`;
  expect(command("10.0.0.5", "fd00::5")).toBe(
    `${begin}{{if or (eq $a.address "10.0.0.5") (eq $a.address "fd00::5") false}}${rest}')"`,
  );
  expect(command()).toBe(`${begin}{{if eq $a.type "InternalIP"}}${rest}')"`);
});
