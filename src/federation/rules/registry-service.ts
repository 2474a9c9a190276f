// A service as istiod's registry holds it: what export rules match against, whatever object it came from.
import type { Service } from "../../inventory/kinds/service.ts";
import type { ServiceEntry } from "../../inventory/kinds/service-entry.ts";
import { type IstioBase, namedProtocol, servicePortProtocol } from "./protocol-selection.ts";

export const DEFAULT_CLUSTER_DOMAIN = "cluster.local";

const EXPORT_TO_ANNOTATION = "networking.istio.io/exportTo";

export interface RegistryPort {
  readonly name: string;
  readonly number: number;
  /** Istio's spelling: "HTTP", "GRPC", "UnsupportedProtocol", … */
  readonly protocol: string;
}

export interface RegistryService {
  readonly source: "Service" | "ServiceEntry" | "Federated";
  readonly hostname: string;
  /** For a ServiceEntry its host, not the object's name: rules match this. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly RegistryPort[];
  readonly meshExternal: boolean;
  /** Namespaces, "*", "." or "~", as written; empty: not set, visible everywhere. */
  readonly exportTo: readonly string[];
}

export interface RegistryOptions {
  /** "" reads like the default, `cluster.local`. */
  readonly clusterDomain?: string;
  readonly istio?: IstioBase;
}

/** The domain that istiod puts behind `svc.`; none set means `cluster.local` (Maistra 2.5, pilot/pkg/model/context.go). */
export function localSuffix(clusterDomain: string): string {
  return `svc.${clusterDomain === "" ? DEFAULT_CLUSTER_DOMAIN : clusterDomain}`;
}

/** `name.namespace.svc.domain` (Maistra 2.5, pilot/pkg/serviceregistry/kube/conversion.go). */
export function serviceHostname(name: string, namespace: string, clusterDomain = DEFAULT_CLUSTER_DOMAIN): string {
  return `${name}.${namespace}.${localSuffix(clusterDomain)}`;
}

/**
 * A Kubernetes Service in the registry. Mesh-external is only an ExternalName with a target; the exportTo annotation is split at
 * commas and not trimmed, so that `a, b` names the namespace " b" (Maistra 2.5, pilot/pkg/serviceregistry/kube/conversion.go).
 */
export function serviceInRegistry(
  view: Pick<Service, "metadata" | "spec">,
  options: RegistryOptions = {},
): RegistryService {
  const { metadata, spec } = view;
  const annotation = Object.hasOwn(metadata.annotations, EXPORT_TO_ANNOTATION)
    ? (metadata.annotations[EXPORT_TO_ANNOTATION] ?? "")
    : "";
  return {
    source: "Service",
    hostname: serviceHostname(metadata.name, metadata.namespace, options.clusterDomain),
    name: metadata.name,
    namespace: metadata.namespace,
    labels: metadata.labels,
    ports: spec.ports.map((port) => ({
      name: port.name,
      number: port.port,
      protocol: servicePortProtocol(port, options.istio),
    })),
    meshExternal: spec.type === "ExternalName" && spec.externalName !== "",
    exportTo: annotation === "" ? [] : annotation.split(","),
  };
}

/**
 * A ServiceEntry in the registry: one service per host, whose name is the host. Without a location it is MESH_EXTERNAL, the
 * first value of the enumeration (Maistra 2.5, pilot/pkg/serviceregistry/serviceentry/conversion.go).
 */
export function serviceEntryInRegistry(view: Pick<ServiceEntry, "metadata" | "spec">): readonly RegistryService[] {
  const { metadata, spec } = view;
  const ports = spec.ports.map((port) => ({
    name: port.name,
    number: port.number,
    protocol: namedProtocol(port.protocol),
  }));
  return [...new Set(spec.hosts)].map((host) => ({
    source: "ServiceEntry",
    hostname: host,
    name: host,
    namespace: metadata.namespace,
    labels: metadata.labels,
    ports,
    meshExternal: spec.location !== "MESH_INTERNAL",
    exportTo: spec.exportTo,
  }));
}

/** A service that another peer's import put there. It is public, and never exported again. */
export function federatedInRegistry(
  service: Pick<RegistryService, "hostname" | "name" | "namespace" | "ports">,
): RegistryService {
  return { ...service, source: "Federated", labels: {}, meshExternal: false, exportTo: ["*"] };
}

/**
 * Whether a service is visible where the federation gateways are: `.` counts only for a service in that very namespace, and `~`
 * (or only other namespaces) hides it (Maistra 2.5, pkg/servicemesh/federation/server/server.go, checkServiceExportTo).
 */
export function isVisibleIn(meshNamespace: string, service: Pick<RegistryService, "namespace" | "exportTo">): boolean {
  const { exportTo, namespace } = service;
  if (exportTo.length === 0 || exportTo.includes("*") || exportTo.includes(meshNamespace)) return true;
  return exportTo.includes(".") && namespace === meshNamespace;
}
