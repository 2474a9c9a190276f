// The settings of a run, whether they come from meshferry.yaml or from flags: every default applied, nothing optional left open.
import type { GatewayOptions } from "../core/east-west-options.ts";
import type { ClusterId } from "../core/ids.ts";
import type { TrustOrder } from "../core/trust-order.ts";
import type { ConfigFile } from "./config-shape.ts";

/** Where a cluster is read. */
export type MeshSource =
  | { readonly from: "files"; readonly paths: readonly string[] }
  | {
      readonly from: "context";
      readonly context: string;
      readonly kubeconfig: string | null;
      /** "namespace/name"; null: all of the cluster. */
      readonly controlPlane: string | null;
    };

export interface ConfigMesh {
  readonly name: ClusterId;
  readonly source: MeshSource;
}

export interface ConfigRunner {
  /** "cluster/namespace/name" */
  readonly service: string;
  readonly serviceAccounts: readonly string[];
  readonly sidecar: boolean | null;
  readonly targetPorts: Readonly<Record<string, number>>;
}

export interface Config {
  readonly meshes: readonly ConfigMesh[];
  /** Stated links: "cluster/namespace/peerName" twice. */
  readonly pairs: readonly { readonly peers: readonly [string, string] }[];
  readonly trust: { readonly order: TrustOrder; readonly restartProxies: boolean };
  readonly strategy: "shift";
  readonly eastWest: GatewayOptions & { readonly namespace: string };
  readonly entries: { readonly namespace: string };
  readonly waves: { readonly canary: string | null; readonly order: readonly string[]; readonly atMost: number };
  readonly exportTo: "all" | "keep";
  readonly drainTimeoutSeconds: number;
  readonly runners: readonly ConfigRunner[];
}

/** The settings that a file shares with flags: all but the meshes. */
export function settingsOf(file: ConfigFile): Omit<Config, "meshes"> {
  const { pairs, trust, strategy, eastWest, exportTo, drainTimeoutSeconds, waves } = file;
  return {
    pairs,
    trust,
    strategy,
    eastWest: {
      namespace: eastWest.namespace,
      per: eastWest.per,
      service: eastWest.service.map((each) => ({
        mesh: each.mesh,
        importer: each.importer ?? null,
        type: each.type ?? null,
        annotations: each.annotations ?? {},
        loadBalancerIP: each.loadBalancerIP ?? null,
        loadBalancerClass: each.loadBalancerClass ?? null,
        loadBalancerSourceRanges: each.loadBalancerSourceRanges ?? null,
        externalTrafficPolicy: each.externalTrafficPolicy ?? null,
        externalIPs: each.externalIPs ?? null,
      })),
      addresses: eastWest.addresses.map(({ mesh, importer, addresses, port }) => ({
        mesh,
        importer: importer ?? null,
        addresses,
        port: port ?? null,
      })),
    },
    exportTo,
    drainTimeoutSeconds,
    entries: file.entries,
    waves: { canary: waves.canary ?? null, order: waves.order ?? [], atMost: waves.atMost },
    runners: file.runners.map((runner) => ({
      service: runner.service,
      serviceAccounts: runner.serviceAccounts,
      sidecar: runner.sidecar ?? null,
      targetPorts: runner.targetPorts ?? {},
    })),
  };
}

/** The settings where no file is given; the meshes come from flags. What the file's shape says of each, without loading that. */
export const defaultConfig: Config = {
  meshes: [],
  pairs: [],
  trust: { order: "peers", restartProxies: false },
  strategy: "shift",
  eastWest: { namespace: "istio-ingress", per: "mesh", service: [], addresses: [] },
  exportTo: "all",
  drainTimeoutSeconds: 300,
  entries: { namespace: "meshferry-imports" },
  waves: { canary: null, order: [], atMost: 4 },
  runners: [],
};
