// The shape of a scaffold's configuration, as it is written and with its defaults. What fields mean together: check-config.ts.
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { usualControlPlane, usualGateways, usualNames } from "./usual.ts";

/** The only version of the file so far. */
export const SCAFFOLD_VERSION = "meshferry/scaffold.v1";

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsLabel = z.string().regex(label, "is no name of lower-case letters, digits and inner dashes");
const nonEmpty = z.string().min(1, "is empty");
const meshName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/, "is not 1 to 32 lower-case letters, digits and inner dashes");
const domain = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, "is no domain name");
/** "NAMESPACE" or "NAMESPACE/NAME". */
const place = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/, "is not NAMESPACE or NAMESPACE/NAME");
/** "NAMESPACE/NAME", either of which may be "*". */
const pattern = z
  .string()
  .regex(
    /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)\/(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/,
    "is not NAMESPACE/NAME (* for any)",
  );
const port = z.int().min(1).max(65_535);
const texts = z.record(nonEmpty, z.string());
const spec = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
  message: "is no object",
});

const ingress = z
  .strictObject({
    name: dnsLabel.optional().describe(`The gateway's name (default ${usualGateways.ingress}).`),
    type: z
      .enum(["LoadBalancer", "NodePort", "ClusterIP"])
      .optional()
      .describe("Of its Service (default LoadBalancer)."),
    annotations: texts.optional().describe("Of its Service: what the load balancer's controller reads."),
    addresses: z
      .array(nonEmpty)
      .min(1, "is empty")
      .optional()
      .describe("Under which the other meshes reach it. Not stated: what the load balancer reports."),
    nodePorts: z
      .strictObject({ service: port, discovery: port })
      .optional()
      .describe("Fixed node ports, which the other meshes then dial instead of 15443 and 8188."),
  })
  .describe("The federation ingress gateway.");

const egress = z
  .strictObject({
    name: dnsLabel.optional().describe(`The gateway's name (default ${usualGateways.egress}).`),
    perPeer: z.boolean().optional().describe("One egress gateway for each peer, egress-PEER (default: one for all)."),
  })
  .describe("The federation egress gateway.");

const settings = {
  mode: z
    .enum(["ClusterWide", "MultiTenant"])
    .optional()
    .describe("Default ClusterWide. MultiTenant: with a member roll."),
  version: z
    .string()
    .regex(/^v2\.\d+$/, "is not of the form v2.6")
    .optional()
    .describe("Default v2.6."),
  namespace: dnsLabel.optional().describe(`The control plane's (default ${usualControlPlane.namespace}).`),
  controlPlane: dnsLabel.optional().describe(`The ServiceMeshControlPlane's name (default ${usualControlPlane.name}).`),
  addons: z
    .strictObject({
      grafana: z.boolean().optional(),
      kiali: z.boolean().optional(),
      prometheus: z.boolean().optional(),
    })
    .optional()
    .describe("Default: none."),
  tracing: z.enum(["None", "Jaeger", "Stackdriver"]).optional().describe("Default None."),
  logLevels: texts.optional().describe("By component (default: {default: info})."),
  accessLog: nonEmpty.nullable().optional().describe("The proxies' access log (default /dev/stdout); null: none."),
  trustDomainAliases: z
    .boolean()
    .optional()
    .describe("Take the linked meshes' trust domains as aliases (default true)."),
  discoverGateways: z
    .boolean()
    .optional()
    .describe(
      "Set PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API (default: where the mesh imports). The migration plan sets it too.",
    ),
  env: texts.optional().describe("More environment variables of istiod."),
  identity: z.enum(["ThirdParty", "Kubernetes"]).optional().describe("Default ThirdParty."),
  manageNetworkPolicy: z.boolean().optional().describe("Default false."),
  ingressGateway: z.boolean().optional().describe("The mesh's ordinary ingress gateway (default false)."),
  egressGateway: z.boolean().optional().describe("The mesh's ordinary egress gateway (default false)."),
  ingress: ingress.optional(),
  egress: egress.optional(),
  spec: spec
    .optional()
    .describe("Laid over the ServiceMeshControlPlane's spec: objects are merged, null removes, all else replaces."),
};

const app = z
  .strictObject({
    client: place.optional().describe(`A pod from which requests are made (name: ${usualNames.client}).`),
    http: place.optional().describe(`A service that answers HTTP on port 8000 (name: ${usualNames.http}).`),
    tcp: place.optional().describe(`A service that echoes TCP on port 9000 (name: ${usualNames.tcp}).`),
    image: nonEmpty.optional(),
    replicas: z.int().min(0).optional().describe("Of each Deployment (default 1)."),
    serviceAccounts: z
      .array(dnsLabel)
      .min(1, "is empty")
      .optional()
      .describe("Default: the app's name. Several: one Deployment for each, behind one Service."),
    labels: texts.optional().describe("More labels of its Service."),
    sidecar: z.boolean().optional().describe("Default true."),
  })
  .describe("A sample app as NAMESPACE or NAMESPACE/NAME: exactly one of client, http and tcp.");

const mesh = z
  .strictObject({
    name: meshName.describe("The mesh's name; all other names follow from it."),
    cluster: meshName.optional().describe("The cluster's name in steps and files (default: the mesh's name)."),
    peer: nonEmpty.optional().describe("Under which the other meshes know it (default NAME-mesh)."),
    trustDomain: domain.optional().describe("Default NAME.local."),
    network: dnsLabel.optional().describe("Default network-PEER."),
    root: nonEmpty.optional().describe("A PEM file with its root certificate, relative to this file."),
    apps: z.array(app).default([]),
    ...settings,
  })
  .describe("A mesh. Only its name is needed.");

const alias = z.strictObject({ service: pattern, as: pattern });

const exportRule = z.union([
  pattern,
  z.strictObject({
    service: pattern.optional(),
    as: pattern.optional().describe("The name under which it is exported."),
    namespace: dnsLabel.optional().describe("Of services chosen by labels (default: any)."),
    labels: texts.optional().describe("Labels that a Service must have."),
    expressions: z
      .array(
        z.strictObject({
          key: nonEmpty,
          operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
          values: z.array(z.string()).default([]),
        }),
      )
      .optional(),
    aliases: z.array(alias).optional().describe("Of services chosen by labels; the first that fits counts."),
  }),
]);

const exported = z
  .strictObject({
    from: meshName,
    to: z
      .union([meshName, z.array(meshName).min(1, "is empty")])
      .optional()
      .describe("Default: every linked mesh."),
    services: z.array(exportRule).describe("NAMESPACE/NAME (* for any), or an object; the first that fits counts."),
  })
  .describe("What a mesh exports.");

const importRule = z.union([
  pattern,
  z.strictObject({
    service: pattern.describe("The exported name."),
    as: pattern.optional().describe("The name under which clients dial it."),
    local: z.boolean().optional().describe("As a service of the cluster: NAME.NAMESPACE.svc.cluster.local."),
    domainSuffix: domain.optional().describe("Instead of svc.PEER-imports.local."),
  }),
]);

const imported = z
  .strictObject({
    into: meshName,
    from: meshName,
    services: z.array(importRule).describe("NAMESPACE/NAME (* for any), or an object; the first that fits counts."),
    domainSuffix: domain.optional(),
    locality: z
      .strictObject({ region: nonEmpty, zone: nonEmpty.optional(), subzone: nonEmpty.optional() })
      .optional()
      .describe("Where the imported endpoints are."),
  })
  .describe("What a mesh imports. Exports that no entry speaks of are imported as they are.");

/** The file. */
export const scaffoldFile = z
  .strictObject({
    apiVersion: z.literal(SCAFFOLD_VERSION),
    certs: nonEmpty.optional().describe("The folder that `meshferry certs create` wrote: MESH/root-cert.pem is read."),
    defaults: z.strictObject(settings).prefault({}).describe("Settings of every mesh that does not state them."),
    images: z
      .strictObject({ client: nonEmpty.optional(), http: nonEmpty.optional(), tcp: nonEmpty.optional() })
      .prefault({})
      .describe("Of the sample apps."),
    meshes: z.array(mesh).min(1, "is empty"),
    links: z
      .union([z.literal("all"), z.array(z.tuple([meshName, meshName]))])
      .default("all")
      .describe("Pairs of meshes; all: every two."),
    exports: z.array(exported).default([]),
    imports: z.array(imported).default([]),
  })
  .describe("What `meshferry scaffold` sets up: federated meshes of OpenShift Service Mesh 2.6, with sample apps.");

/** What the file holds, defaults applied; paths as they are written. */
export type ScaffoldFile = z.output<typeof scaffoldFile>;
export type MeshFields = ScaffoldFile["meshes"][number];
export type AppFields = MeshFields["apps"][number];
export type ExportFields = Exclude<ScaffoldFile["exports"][number]["services"][number], string>;
export type ImportFields = Exclude<ScaffoldFile["imports"][number]["services"][number], string>;
