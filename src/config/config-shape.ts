// The shape of meshferry.yaml, as it is written and with its defaults. What fields mean together is checked in check-config.ts.
import { z } from "zod";

/** The only version of the file so far. */
export const CONFIG_VERSION = "meshferry/config.v1";

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const namespace = z.string().regex(label, "is no namespace's name");
const nonEmpty = z.string().min(1, "is empty");
/** "CLUSTER/NAMESPACE/NAME". */
const place = z.string().regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, "is not of the form cluster/namespace/name");

const mesh = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/, "is not 1 to 32 lower-case letters, digits and inner dashes")
      .describe("The name of the cluster in plans and reports."),
    path: nonEmpty.optional().describe("A file or folder of manifests, relative to this file."),
    paths: z.array(nonEmpty).min(1, "is empty").optional().describe("Several files or folders."),
    context: nonEmpty.optional().describe("A kubeconfig context: the live cluster is read."),
    kubeconfig: nonEmpty.optional().describe("The kubeconfig file of the context, relative to this file."),
    controlPlane: z
      .string()
      .regex(/^[^/\s]+\/[^/\s]+$/, "is not of the form namespace/name")
      .optional()
      .describe("namespace/name of the one ServiceMeshControlPlane of a live cluster that is meant. Default: all."),
  })
  .describe("A cluster and where it is read: exactly one of path, paths and context.");

const pair = z
  .strictObject({ peers: z.tuple([place, place]).describe("cluster/namespace/name of the two ServiceMeshPeers.") })
  .describe("Two peers that make a link, stated where it cannot be told from the objects.");

const runner = z
  .strictObject({
    service: place.describe("cluster/namespace/name"),
    serviceAccounts: z.array(nonEmpty).min(1, "is empty"),
    sidecar: z.boolean().optional(),
    targetPorts: z.record(nonEmpty, z.int().min(1).max(65535)).optional().describe("Numbers of named target ports."),
  })
  .describe("Who runs a service, stated where its pods are not among the input.");

const trust = z.strictObject({
  order: z
    .enum(["peers", "combined-root"])
    .default("peers")
    .describe(
      "peers: no CA changes, trust comes from the peers until OSSM 3 carries everything. combined-root: each mesh trusts the others' roots first, and federation goes as a whole.",
    ),
  restartProxies: z.boolean().default(false).describe("Restart proxies whose certificate is older than the new root."),
});

const gatewayScope = {
  mesh: place.describe("cluster/namespace/name of the exporting mesh's ServiceMeshControlPlane."),
  importer: place
    .optional()
    .describe("The same of an importing mesh: only what this one uses. Default: all importers."),
};

const gatewayService = z
  .strictObject({
    ...gatewayScope,
    type: z.enum(["LoadBalancer", "NodePort", "ClusterIP"]).optional(),
    annotations: z.record(nonEmpty, z.string()).optional().describe("Beside those of the federation ingress Service."),
    loadBalancerIP: z.string().optional().describe("An address that is not the federation ingress Service's."),
    loadBalancerClass: z.string().optional(),
    loadBalancerSourceRanges: z.array(nonEmpty).optional(),
    externalTrafficPolicy: z.enum(["Cluster", "Local"]).optional(),
    externalIPs: z.array(nonEmpty).optional().describe("IPs that no other Service has on port 15443."),
  })
  .describe(
    "The new gateway's Service, where it is not to be like the federation ingress Service's. An empty text or list: without.",
  );

const gatewayAddresses = z
  .strictObject({
    ...gatewayScope,
    addresses: z.array(nonEmpty).min(1, "is empty").describe("IPs or host names."),
    port: z.int().min(1).max(65535).optional().describe("Default: 15443, or the Service's node port."),
  })
  .describe("Where importers reach the new gateway, if not at its Service's own addresses: a front, NAT, a DNS name.");

const eastWest = z.strictObject({
  namespace: namespace.default("istio-ingress").describe("Where the east-west gateways go."),
  per: z
    .enum(["mesh", "peer"])
    .default("mesh")
    .describe(
      "mesh: one gateway per exporting mesh. peer: one per importing mesh, each in a namespace of its own: exposes what this importer uses, and can be closed to others by network rules.",
    ),
  service: z.array(gatewayService).default([]),
  addresses: z.array(gatewayAddresses).default([]),
});

const entries = z.strictObject({
  namespace: namespace.default("meshferry-imports").describe("Where an importer's entries go."),
});

const waves = z.strictObject({
  canary: namespace.optional().describe("The namespace that is shifted first, alone."),
  order: z.array(namespace).optional().describe("Namespaces in the order in which they are shifted."),
  atMost: z
    .int()
    .min(1)
    .max(4)
    .default(4)
    .describe(
      "The number of waves, the canary's included, and so the number of times that an entry is written. Unless exportTo is keep, the last wave is every namespace, when exports are retired: 4 are a canary, two more waves of namespaces, and everybody; 2 are all client namespaces at once, and everybody; 1 needs exportTo: keep.",
    ),
});

/** The file. */
export const configFile = z
  .strictObject({
    apiVersion: z.literal(CONFIG_VERSION),
    meshes: z.array(mesh).default([]).describe("Beside those that --mesh names. Default: none."),
    pairs: z.array(pair).default([]),
    trust: trust.prefault({}),
    strategy: z.literal("shift").default("shift"),
    eastWest: eastWest.prefault({}),
    entries: entries.prefault({}),
    waves: waves.prefault({}),
    exportTo: z
      .enum(["all", "keep"])
      .default("all")
      .describe(
        "Who sees the entries once exports are retired. all: every namespace, as federation's own hosts; this is the last wave. keep: the namespaces that were moved.",
      ),
    drainTimeoutSeconds: z.int().min(0).max(86_400).default(300),
    runners: z.array(runner).default([]),
  })
  .describe("meshferry.yaml: which meshes are moved, and how.");

/** What the file holds, defaults applied; paths as they are written. */
export type ConfigFile = z.output<typeof configFile>;
