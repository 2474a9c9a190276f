// Codes for what is wrong with a scaffold's configuration. Each is found before anything is written.
import { defineCode } from "./define-code.ts";

const seeSchema = "docs/scaffold.md shows every setting; docs/scaffold.schema.json lists them.";

export const scaffoldKeyUnknown = defineCode({
  code: "MF036",
  name: "scaffold-key-unknown",
  severity: "block",
  message: "{key} is not a key of {where}.{suggestion}",
  why: "A setting that is not understood would be lost silently.",
  todo: `Correct the key or remove it. ${seeSchema}`,
});

export const scaffoldValueWrong = defineCode({
  code: "MF037",
  name: "scaffold-value-wrong",
  severity: "block",
  message: "{field}: {problem}.",
  why: "The objects are made from it.",
  todo: `Correct the value. ${seeSchema}`,
});

export const scaffoldMeshUnknown = defineCode({
  code: "MF038",
  name: "scaffold-mesh-unknown",
  severity: "block",
  message: "{field}: there is no mesh {mesh} here.{suggestion}",
  why: "Links, exports and imports join meshes of this file.",
  todo: "Write the name of a mesh under meshes, or add the mesh.",
});

export const scaffoldNameTaken = defineCode({
  code: "MF039",
  name: "scaffold-name-taken",
  severity: "block",
  message: "{field}: {what} {name} is also that of {other}.",
  why: "Federation tells meshes apart by trust domain and by peer name, and endpoints by network; an API server keeps one object of a name.",
  todo: "Give each its own; where it is a default, state another.",
});

export const scaffoldPeerName = defineCode({
  code: "MF040",
  name: "scaffold-peer-name",
  severity: "block",
  message: "{field}: the peer name {peer} {problem}; istiod accepts no such ServiceMeshPeer.",
  why: "Such a peer is refused without any status that says so, and nothing ever passes over the link.",
  todo: "State a peer name of at most 34 lower-case letters, digits and inner dashes (peer: on the mesh).",
});

export const scaffoldLinkMissing = defineCode({
  code: "MF041",
  name: "scaffold-link-missing",
  severity: "block",
  message: "{field}: the meshes {one} and {other} are not linked.",
  why: "A service passes only between meshes that have a ServiceMeshPeer for each other.",
  todo: "Add [{one}, {other}] to links, or leave links out: then every two meshes are linked.",
});

export const scaffoldNotExported = defineCode({
  code: "MF042",
  name: "scaffold-not-exported",
  severity: "block",
  message: "{field}: {service} matches nothing that {exporter} exports to {importer}.",
  why: "Rules of an import match exported names, after the exporter's alias; this one would never import anything.",
  todo: "Add the export, or write the name under which it is exported.",
});

export const scaffoldLocalNamespace = defineCode({
  code: "MF043",
  name: "scaffold-local-namespace",
  severity: "block",
  message: "{field}: local without a fixed namespace in as.",
  why: "istiod skips an import as local whose alias names no namespace; the service would not be imported at all.",
  todo: 'Write as: "NAMESPACE/*" (or "NAMESPACE/NAME"), where NAMESPACE is the one that clients dial.',
});

export const scaffoldRootUnusable = defineCode({
  code: "MF044",
  name: "scaffold-root-unusable",
  severity: "block",
  message: "The root certificate of mesh {mesh} cannot be used: {problem}.",
  why: "Every peer of the mesh needs its root, to know with whom it speaks.",
  todo: "Make CAs with `meshferry certs create`, and name their folder with certs:, or a file with root: on the mesh.",
});

export const scaffoldAddressMissing = defineCode({
  code: "MF045",
  name: "scaffold-address-missing",
  severity: "block",
  message: "{field}: an ingress of type {type} needs its addresses stated.",
  why: "Only a load balancer reports an address by itself; the other meshes could not reach this one.",
  todo: "State addresses: the IP addresses or host names under which the other meshes reach the gateway.",
});

export const scaffoldExportUnserved = defineCode({
  code: "MF046",
  name: "scaffold-export-unserved",
  severity: "warn",
  message: "{service} is exported by {mesh}, but none of its apps is that.",
  why: "Nothing is exported by the rule until such a Service is there. It may be one of your own.",
  todo: "Correct the name, or deploy the Service yourself.",
});

export const scaffoldClusterShared = defineCode({
  code: "MF047",
  name: "scaffold-cluster-shared",
  severity: "block",
  message: "{field}: cluster {cluster} holds several meshes, and {mesh} is ClusterWide.",
  why: "The operator refuses a ClusterWide control plane beside another one.",
  todo: "Make every mesh of the cluster MultiTenant (mode: MultiTenant), or give each its own cluster.",
});
