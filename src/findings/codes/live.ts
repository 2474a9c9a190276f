// Codes of what is read from live clusters: MF800 to MF849. No text may carry credentials.
import { defineCode } from "./define-code.ts";

const missing = "Whatever it holds is missing from what is shown; the other clusters are not affected.";

export const clusterUnreachable = defineCode({
  code: "MF800",
  name: "cluster-unreachable",
  severity: "block",
  message: "{cluster} cannot be reached: {at}: {why}.",
  why: missing,
  todo: "Try oc get --raw /readyz with the same context; look at VPN, proxy (proxy-url, HTTPS_PROXY) and the server's URL in the kubeconfig.",
});

export const credentialsRefused = defineCode({
  code: "MF801",
  name: "credentials-refused",
  severity: "block",
  message: "{cluster} does not accept the credentials: {at}: {why}.",
  why: missing,
  todo: "Log in again (oc login), so that the kubeconfig has a token or certificate that is still valid.",
});

export const clusterUntrusted = defineCode({
  code: "MF802",
  name: "cluster-untrusted",
  severity: "block",
  message: "The certificate of {cluster} is not trusted: {at}: {why}.",
  why: "Somebody else may be answering. Nothing was sent there.",
  todo: "Put the CA of the server into certificate-authority-data of the kubeconfig; where the certificate has another name than the URL, set tls-server-name.",
});

export const kubeconfigUnusable = defineCode({
  code: "MF803",
  name: "kubeconfig-unusable",
  severity: "block",
  message: "{cluster}: {what}: {where}{why}.",
  why: missing,
  todo: "{todo}.",
});

export const kindsForbidden = defineCode({
  code: "MF804",
  name: "kinds-forbidden",
  severity: "warn",
  message: "Listing these kinds is not allowed in {cluster}: {kinds}.",
  why: "What rests on them is not checked, and is not taken for fine.",
  todo: "Give the user the roles that meshferry rbac prints.",
});

export const kindsInSomeNamespaces = defineCode({
  code: "MF805",
  name: "kinds-in-some-namespaces",
  severity: "warn",
  message: "In {cluster} these kinds could be listed in the namespaces {namespaces} only: {kinds}.",
  why: "What lies in other namespaces is not known. The kinds count as not checked.",
  todo: "Give the user the roles that meshferry rbac prints, or leave it at that if no mesh has members elsewhere.",
});

export const connectionInsecure = defineCode({
  code: "MF806",
  name: "connection-insecure",
  severity: "warn",
  message: "Whoever answers for {cluster} is believed: {at} is asked with insecure-skip-tls-verify.",
  why: "Somebody on the way can read the credentials and answer in the cluster's place.",
  todo: "Put the CA of the server into certificate-authority-data of the kubeconfig, and take insecure-skip-tls-verify out.",
});

export const kindUnreadable = defineCode({
  code: "MF807",
  name: "kind-unreadable",
  severity: "block",
  message: "{kind} could not be listed in {cluster}: {why}.",
  why: "The objects of that kind are missing from what is shown.",
  todo: "Try oc get with the same context, then read again.",
});

export const nothingAllowed = defineCode({
  code: "MF808",
  name: "nothing-allowed",
  severity: "block",
  message: "The user of {at} may list nothing in {cluster} that meshferry reads.",
  why: "A cluster of which nothing is known cannot be planned for.",
  todo: "Give the user the roles that meshferry rbac prints.",
});

export const controlPlaneNotThere = defineCode({
  code: "MF809",
  name: "control-plane-not-there",
  severity: "block",
  message: "There is no ServiceMeshControlPlane {named} in {cluster}; there: {there}.",
  why: "It is the mesh that was asked for; the cluster is shown with all of its meshes.",
  todo: "Name one that is there, or none for all of them.",
});
