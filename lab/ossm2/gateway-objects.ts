// What the operator makes of additionalIngress and additionalEgress: account, Service and Deployment of a federation gateway.
import type { Manifest } from "../api/live-object.ts";
import { accountOf, type GatewayView, type MeshView } from "./meshes.ts";

/** By this the stand-in finds gateways that their control plane no longer names; the operator writes it too. */
export const ownerLabel = "maistra.io/owner-name";

export function gatewayObjects(mesh: MeshView, gateway: GatewayView, revision: string): Manifest[] {
  const { name, namespace, side, labels, ports, type } = gateway;
  const own = { app: name, istio: `${side}gateway`, ...labels };
  const metadata = { name, namespace, ...owned(mesh, side, own, namespace) };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...metadata, name: accountOf(name) } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type,
        selector: own,
        ports: ports.map(({ name: portName, port }) => ({ name: portName, port, targetPort: port, protocol: "TCP" })),
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, labels: { ...metadata.labels, "maistra.io/gateway": `${name}.${namespace}` } },
      spec: {
        replicas: 1,
        selector: { matchLabels: own },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%", maxUnavailable: "25%" } },
        template: template(mesh, gateway, own, revision),
      },
    },
  ];
}

/** The real pods carry their proxy's whole specification; these have it injected, as upstream's gateways do. */
function template(mesh: MeshView, gateway: GatewayView, own: Readonly<Record<string, string>>, revision: string) {
  const { name, namespace, networkView } = gateway;
  const view = networkView.join(",");
  return {
    metadata: {
      annotations: { "inject.istio.io/templates": "gateway" },
      labels: {
        ...own,
        ...(revision === "" ? {} : { "istio.io/rev": revision }),
        "maistra-control-plane": mesh.namespace,
        "maistra.io/gateway": `${name}.${namespace}`,
        "service.istio.io/canonical-name": name,
        "service.istio.io/canonical-revision": mesh.name,
        "sidecar.istio.io/inject": "true",
      },
    },
    spec: {
      serviceAccountName: accountOf(name),
      containers: [
        {
          name: "istio-proxy",
          image: "auto",
          // Without a tag the policy would be Always.
          imagePullPolicy: "IfNotPresent",
          ...(view === "" ? {} : { env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: view }] }),
        },
      ],
    },
  };
}

function owned(mesh: MeshView, side: string, own: Readonly<Record<string, string>>, namespace: string) {
  return {
    labels: {
      ...own,
      "app.kubernetes.io/component": `istio-${side}`,
      "app.kubernetes.io/instance": mesh.namespace,
      "app.kubernetes.io/managed-by": "maistra-istio-operator",
      "app.kubernetes.io/name": `istio-${side}`,
      "app.kubernetes.io/part-of": "istio",
      "maistra.io/owner": mesh.namespace,
      [ownerLabel]: mesh.name,
    },
    // An owner has to be in the same namespace.
    ...(namespace === mesh.namespace
      ? {
          ownerReferences: [
            {
              apiVersion: "maistra.io/v2",
              kind: "ServiceMeshControlPlane",
              name: mesh.name,
              uid: mesh.uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        }
      : {}),
  };
}
