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

export const rootsPending = defineCode({
  code: "MF341",
  name: "roots-not-taken-yet",
  severity: "info",
  message: "Mesh {mesh}: the Secret cacerts holds the other meshes' roots already; istiod does not show them yet.",
  why: "istiod takes a changed root-cert.pem only when it restarts. The plan therefore restarts it, and does not write the Secret again.",
  todo: "Nothing. If istiod has been restarted since and still does not show the roots, somebody has replaced root-cert.pem: remove the annotation {annotation} from the Secret, and plan again.",
});
