// What is asked of istioctl for one istiod: the options of a mesh as the input of `istioctl manifest generate`. Does nothing itself.
import type { Json, JsonObject } from "../../src/core/json.ts";
import { isJsonObject } from "../../src/core/json.ts";
import type { IstioVersion } from "../build/go-parts.ts";
import { istioHub } from "../build/istio-images.ts";

export interface MeshOptions {
  readonly version: IstioVersion;
  /** None: the default revision, whose objects have no revision in their names. */
  readonly revision?: string;
  /** Of istiod; istio-system. */
  readonly namespace?: string;
  readonly meshId: string;
  readonly trustDomain: string;
  readonly network: string;
  /** What Istio calls the cluster; Kubernetes, its own default, which OSSM 2 leaves as it is too. */
  readonly clusterName?: string;
  /**
   * Sidecars answer for names that only the mesh knows, and give them addresses. Without a word: as the vendor's product of the
   * version has it, true in OSSM 2.6, false in OSSM 3 (docs/facts.md, import.dns-capture).
   */
  readonly dnsCapture?: boolean;
  /** Variables of istiod's container, and of every proxy. */
  readonly pilotEnv?: Readonly<Record<string, string>>;
  readonly proxyMetadata?: Readonly<Record<string, string>>;
  /** Laid over the mesh configuration and the Helm values that the lab needs; objects are merged. */
  readonly meshConfig?: JsonObject;
  readonly values?: JsonObject;
  /** Names that namespaces may use instead of the revision; "default" takes istio-injection=enabled (Istio's revision tags). */
  readonly tags?: readonly string[];
}

/** Filters of Istio's own build of Envoy, which the plain one rejects: seen on 1.20.2 and on 1.28.3 with Envoy 1.36.4. */
const withoutIstiosEnvoy = { PILOT_ENABLE_ALPN_FILTER: "false", PILOT_ENABLE_METADATA_EXCHANGE: "false" };

/** Nothing here needs much, and one node has to hold it. */
const small = { requests: { cpu: "5m", memory: "16Mi" } };

/** The names of the first hosts and addresses are the versions' own: 1.20 lets proxies give addresses, 1.25 and later istiod. */
const dnsOf: Readonly<
  Record<
    IstioVersion,
    { readonly proxy: Readonly<Record<string, string>>; readonly pilot: Readonly<Record<string, string>> }
  >
> = {
  "1.20.2": { proxy: { ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true" }, pilot: {} },
  "1.28.3": { proxy: { ISTIO_META_DNS_CAPTURE: "true" }, pilot: { PILOT_ENABLE_IP_AUTOALLOCATE: "true" } },
};

export function namespaceOf({ namespace = "istio-system" }: Pick<MeshOptions, "namespace">): string {
  return namespace;
}

/** The name of istiod's Deployment and Service. */
export function istiodName({ revision }: Pick<MeshOptions, "revision">): string {
  return revision === undefined ? "istiod" : `istiod-${revision}`;
}

export function istioOperator(options: MeshOptions): JsonObject {
  const { version, revision, meshId, trustDomain, network, clusterName = "Kubernetes", tags = [] } = options;
  const namespace = namespaceOf(options);
  const dns = (options.dnsCapture ?? version === "1.20.2") ? dnsOf[version] : { proxy: {}, pilot: {} };
  const meshConfig = {
    trustDomain,
    accessLogFile: "/dev/stdout",
    defaultConfig: { proxyMetadata: { ...dns.proxy, ...options.proxyMetadata } },
  };
  const values = {
    global: {
      istioNamespace: namespace,
      meshID: meshId,
      network,
      multiCluster: { clusterName },
      proxy: { resources: small },
      proxy_init: { resources: small },
    },
    pilot: {
      autoscaleEnabled: false,
      resources: small,
      env: { ...withoutIstiosEnvoy, ...dns.pilot, ...options.pilotEnv },
    },
    // The stats filter is one of those that plain Envoy lacks.
    telemetry: { enabled: false },
    ...(tags.length === 0 ? {} : { revisionTags: [...tags] }),
    // Objects without a revision's label are checked by the default revision only, and by nobody where none is named.
    ...(revision === undefined ? { defaultRevision: "default" } : {}),
  };
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "lab", namespace },
    spec: {
      profile: "minimal",
      hub: istioHub,
      tag: version,
      ...(revision === undefined ? {} : { revision }),
      meshConfig: overlay(meshConfig, options.meshConfig ?? {}),
      values: overlay(values, options.values ?? {}),
      // CRDs come with the cluster, and what else the chart "base" holds belongs to the default revision.
      ...(revision === undefined ? {} : { components: { base: { enabled: false } } }),
    },
  };
}

/** `over` laid over `base`: objects are merged, everything else replaces. */
export function overlay(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isJsonObject(before) && isJsonObject(value) ? overlay(before, value) : value;
  }
  return merged;
}
