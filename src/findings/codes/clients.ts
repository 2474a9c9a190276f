// Codes of the clients' side: MF440 to MF479.
import { defineCode } from "./define-code.ts";

export const sidecarPatched = defineCode({
  code: "MF440",
  name: "sidecar-patched",
  severity: "info",
  message:
    "{sidecar} shows imported hosts by the namespace of federation's services; the plan adds {namespace}, where our entries live.",
  why: "A Sidecar shows services by the namespace they live in. Without the addition its clients would see no new entry, and lose the hosts when federation goes.",
  todo: "If the Sidecar comes from Git, make the same change there, or its owner will take it back.",
});
