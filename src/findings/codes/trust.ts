// Codes of trust between the meshes: MF340 to MF359.
import { defineCode } from "./define-code.ts";

export const peersKept = defineCode({
  code: "MF340",
  name: "peers-stay-for-trust",
  severity: "info",
  message:
    "The {peers} ServiceMeshPeers of {meshes} stay: the plan ends when nothing is exported or imported any more.",
  why: "With trust: peers no CA is touched. On 2.6 the proxies trust the other meshes because of their peers, so these stay until OSSM 3 carries everything; this version does not plan that part yet.",
  todo: "Nothing. To end federation while 2.6 stays, set trust.order: combined-root in meshferry.yaml.",
});
