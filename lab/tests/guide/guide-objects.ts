// The objects of the published guide, with its names: what it has people apply on the exporter and on the importer.
import type { Manifest } from "../../api/live-object.ts";
import { controlPlane, identity, network, sharedServices, type SharedService } from "./hosts.ts";

const istio = "networking.istio.io/v1beta1";
const gatewayApi = "gateway.networking.k8s.io/v1beta1";
const option = "gateway.istio.io/listener-protocol";

export const eastWestName = "eastwestgateway";
/** istiod names what it makes for a Gateway after the Gateway and its class. */
export const eastWestPods = `${eastWestName}-istio`;
/** A label of our own, which reaches the pods. */
export const ownLabel = { "lab.meshferry.io/gateway": eastWestName } as const;
/** What the guide selects by. */
export const guideSelector = { "istio.io/gateway-name": eastWestName } as const;

/** On the exporter. */
export function eastWestGateway(labels: Readonly<Record<string, string>> = ownLabel): Manifest {
  return {
    apiVersion: gatewayApi,
    kind: "Gateway",
    metadata: {
      name: eastWestName,
      namespace: controlPlane,
      labels: { "topology.istio.io/network": network.west, ...labels },
    },
    spec: {
      gatewayClassName: "istio",
      listeners: [{ ...listener, hostname: "fake-hostname-to-block-all-by-default" }],
    },
  };
}

/** On the exporter: which hosts the gateway lets through. */
export function exposure(
  selector: Readonly<Record<string, string>> = ownLabel,
  hosts: readonly string[] = sharedServices.map(({ importedHost }) => importedHost),
): Manifest {
  return {
    apiVersion: istio,
    kind: "Gateway",
    metadata: { name: "expose-services", namespace: controlPlane },
    spec: {
      selector,
      servers: [
        { port: { number: 15443, name: "tls", protocol: "TLS" }, tls: { mode: "AUTO_PASSTHROUGH" }, hosts: [...hosts] },
      ],
    },
  };
}

/** On the exporter: the service under the name by which the importer knows it, where that is another one. */
export function exporterEntry(shared: SharedService): Manifest | null {
  const { service, namespace, importedHost, port, portName, protocol, targetPort } = shared;
  if (importedHost === `${service}.${namespace}.svc.cluster.local`) return null;
  return {
    apiVersion: istio,
    kind: "ServiceEntry",
    metadata: { name: `${service}-${namespace}-svc-east-mesh-exports-local`, namespace },
    spec: {
      hosts: [importedHost],
      location: "MESH_INTERNAL",
      ports: [{ number: port, name: portName, protocol, targetPort }],
      resolution: "STATIC",
      workloadSelector: { labels: { app: "httpbin" } },
    },
  };
}

export function exporterEntries(): readonly Manifest[] {
  return sharedServices.map(exporterEntry).filter((entry) => entry !== null);
}

/** On the importer: where the exporter's gateway is. */
export function remoteGateway(address: string): Manifest {
  return {
    apiVersion: gatewayApi,
    kind: "Gateway",
    metadata: {
      name: `remote-gateway-${network.west}`,
      namespace: controlPlane,
      labels: { "topology.istio.io/network": network.west },
    },
    spec: { gatewayClassName: "istio-remote", addresses: [{ value: address }], listeners: [listener] },
  };
}

const listener = {
  name: "cross-network",
  port: 15443,
  protocol: "TLS",
  tls: { mode: "Passthrough", options: { [option]: "auto-passthrough" } },
} as const;

export interface EntryChoices {
  /** Null leaves the field out. */
  readonly subjectAltNames?: readonly string[] | null;
  /**
   * The client's namespace, as the product has it. The guide leaves it out, and on Istio 1.20 such an entry does not win against
   * the older definition of federation. Null leaves it out.
   */
  readonly exportTo?: readonly string[] | null;
}

/** On the importer, in the client's namespace as the guide has it. */
export function importerEntry(shared: SharedService, choices: EntryChoices = {}): Manifest {
  const { importedHost, port, portName, protocol, entryLabel } = shared;
  const { subjectAltNames = [identity.server(shared)], exportTo = ["client"] } = choices;
  return {
    apiVersion: istio,
    kind: "ServiceEntry",
    metadata: { name: entryLabel, namespace: "client" },
    spec: {
      hosts: [importedHost],
      location: "MESH_INTERNAL",
      ports: [{ number: port, name: portName, protocol }],
      resolution: "STATIC",
      ...(subjectAltNames === null ? {} : { subjectAltNames }),
      ...(exportTo === null ? {} : { exportTo }),
      workloadSelector: { labels: { app: entryLabel } },
    },
  };
}

/** On the importer: the one endpoint, which istiod replaces by the remote gateway. */
export function importerWorkload({ entryLabel }: SharedService, tlsMode: "istio" | null = "istio"): Manifest {
  return {
    apiVersion: istio,
    kind: "WorkloadEntry",
    metadata: {
      name: entryLabel,
      namespace: "client",
      labels: { app: entryLabel, ...(tlsMode === null ? {} : { "security.istio.io/tlsMode": tlsMode }) },
    },
    spec: { network: network.west },
  };
}
