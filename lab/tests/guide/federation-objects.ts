// The state before the migration, made of plain Istio objects: an egress and an ingress gateway that terminate mTLS, TCP only.
// Facts: Maistra's gateways of federation route TCP to the next hop of the one host (docs/facts.md, federation.gateways-are-tcp).
// What is not so there: a port of the egress gateway for each host, since a plain gateway cannot tell hosts by Istio's SNI.
import type { Manifest } from "../../api/live-object.ts";
import { resources } from "./app-objects.ts";
import { controlPlane as namespace, identity, sharedServices, type SharedService } from "./hosts.ts";

const istio = "networking.istio.io/v1beta1";
const ingressHost = "ingress.west-mesh.federation.local";
const gatewayPort = 15443;

export const ingressName = "federation-ingress";
export const egressName = "federation-egress";

/** On the exporter. */
export function ingressObjects(): readonly Manifest[] {
  return [
    ...gatewayPods(ingressName, { type: "LoadBalancer", ports: [servicePort("tls", gatewayPort)] }, {}),
    {
      apiVersion: istio,
      kind: "Gateway",
      metadata: { name: ingressName, namespace },
      spec: {
        selector: { app: ingressName },
        servers: sharedServices.map(({ exportedHost }, index) => server(`tls-${index}`, gatewayPort, exportedHost)),
      },
    },
    ...sharedServices.map((shared) => ({
      apiVersion: istio,
      kind: "VirtualService",
      metadata: { name: `export-${shared.namespace}-${shared.service}`, namespace },
      spec: {
        hosts: [shared.exportedHost],
        gateways: [ingressName],
        tcp: [toHost(gatewayPort, `${shared.service}.${shared.namespace}.svc.cluster.local`, shared.port)],
      },
    })),
  ];
}

/** On the importer: `address` is that of the exporter's ingress gateway. */
export function egressObjects(address: string): readonly Manifest[] {
  return [
    ...gatewayPods(
      egressName,
      { ports: sharedServices.map(({ egressPort }) => servicePort(`tls-${egressPort}`, egressPort)) },
      // Its pods are endpoints of imported services: clients reach them by mTLS.
      { federation: "egress", "security.istio.io/tlsMode": "istio" },
    ),
    {
      apiVersion: istio,
      kind: "Gateway",
      metadata: { name: egressName, namespace },
      spec: {
        selector: { app: egressName },
        servers: sharedServices.map(({ egressPort }) => server(`tls-${egressPort}`, egressPort, "*")),
      },
    },
    {
      apiVersion: istio,
      kind: "ServiceEntry",
      metadata: { name: "federation-peer", namespace },
      spec: {
        hosts: [ingressHost],
        location: "MESH_EXTERNAL",
        ports: [{ number: gatewayPort, name: "tcp-federation", protocol: "TCP" }],
        resolution: "STATIC",
        endpoints: [{ address }],
      },
    },
    {
      apiVersion: istio,
      kind: "DestinationRule",
      metadata: { name: "federation-peer", namespace },
      spec: {
        host: ingressHost,
        subsets: sharedServices.map((shared) => ({
          name: subset(shared),
          trafficPolicy: {
            tls: { mode: "ISTIO_MUTUAL", sni: shared.exportedHost, subjectAltNames: [identity.ingress] },
          },
        })),
      },
    },
    ...sharedServices.flatMap(importObjects),
  ];
}

function importObjects(shared: SharedService): readonly Manifest[] {
  const { importedHost, port, portName, protocol, egressPort } = shared;
  const metadata = { name: `import-${subset(shared)}`, namespace };
  const route = toHost(egressPort, ingressHost, gatewayPort, subset(shared));
  return [
    {
      apiVersion: istio,
      kind: "ServiceEntry",
      metadata,
      spec: {
        hosts: [importedHost],
        location: "MESH_INTERNAL",
        ports: [{ number: port, name: portName, protocol, targetPort: egressPort }],
        resolution: "STATIC",
        workloadSelector: { labels: { federation: "egress" } },
        subjectAltNames: [identity.egress],
      },
    },
    {
      apiVersion: istio,
      kind: "VirtualService",
      metadata,
      spec: { hosts: [importedHost], gateways: [egressName], tcp: [route] },
    },
  ];
}

const subset = ({ namespace: from, service }: SharedService) => `${from}-${service}`;

const servicePort = (name: string, port: number) => ({ name, port, targetPort: port });

function server(name: string, number: number, host: string) {
  return { port: { number, name, protocol: "TLS" }, tls: { mode: "ISTIO_MUTUAL" }, hosts: [host] };
}

function toHost(matched: number, host: string, number: number, of?: string) {
  const destination = { host, port: { number }, ...(of === undefined ? {} : { subset: of }) };
  return { match: [{ port: matched }], route: [{ destination }] };
}

/** Account, Service and Deployment; the pod is what injection makes of its template "gateway". */
function gatewayPods(
  name: string,
  service: Manifest["metadata"],
  labels: Readonly<Record<string, string>>,
): readonly Manifest[] {
  const metadata = { name, namespace };
  const serviceAccountName = `${name}-service-account`;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccountName, namespace } },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: name }, ...service } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: {
            labels: { app: name, "sidecar.istio.io/inject": "true", ...labels },
            annotations: { "inject.istio.io/templates": "gateway" },
          },
          spec: {
            serviceAccountName, // Without a policy "auto" would be pulled, and the image is in no registry.
            containers: [{ name: "istio-proxy", image: "auto", imagePullPolicy: "IfNotPresent", resources }],
          },
        },
      },
    },
  ];
}
