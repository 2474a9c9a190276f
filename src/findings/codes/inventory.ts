// Codes of the inventory: MF050 to MF099.
import { defineCode } from "./define-code.ts";

export const fieldOfWrongType = defineCode({
  code: "MF050",
  name: "field-of-wrong-type",
  severity: "block",
  message: "{field}: {problem}",
  why: "The object was left out, because a field that the plan depends on cannot be read. An API server would not have accepted it.",
  todo: "Correct the field, or supply the object as the cluster holds it (oc get -o yaml).",
});

export const noControlPlane = defineCode({
  code: "MF051",
  name: "no-control-plane",
  severity: "block",
  message: "No ServiceMeshControlPlane was found in {cluster}.",
  why: "A mesh is read from its ServiceMeshControlPlane; without it nothing in this cluster can be planned.",
  todo: "Supply the control plane's namespace too: oc get smcp -A -o yaml.",
});

export const peerWithoutMesh = defineCode({
  code: "MF052",
  name: "peer-without-mesh",
  severity: "warn",
  message: "ServiceMeshPeer {peer} lies in a namespace without a ServiceMeshControlPlane.",
  why: "istiod reads only the peers of its own namespace, so this peer does nothing, or its control plane was not supplied.",
  todo: "Supply the ServiceMeshControlPlane of that namespace, or ignore the peer.",
});

export const namespaceOfTwoMeshes = defineCode({
  code: "MF053",
  name: "namespace-of-two-meshes",
  severity: "block",
  message: "Namespace {namespace} is a member of {one} and of {other}.",
  why: "A namespace can belong to one control plane only; which one runs its proxies cannot be told.",
  todo: "Remove the namespace from one of the two, or supply the ServiceMeshMemberRolls with their status.",
});

export const rootNotSupplied = defineCode({
  code: "MF054",
  name: "root-not-supplied",
  severity: "block",
  message:
    "The root certificate of mesh {mesh} is not known: ConfigMap {configMap} was not supplied, or holds no certificate.",
  why: "After the migration both meshes must trust each other's roots. The root is read from this ConfigMap, never from the Secret that holds the key.",
  todo: "Supply the ConfigMap {configMap}.",
});
