// Makes manifests of many federated meshes: a ring in which each mesh exports its services to the next. No randomness: the same
// numbers give the same bytes. One folder per cluster, one file per kind and namespace, as `oc get -o yaml` leaves them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificate } from "./root-certificates.ts";

export interface MeshesSize {
  readonly meshes: number;
  /** Exported services of each mesh, each with a ServiceAccount, a Deployment and a Pod. */
  readonly services: number;
  /** Namespaces of each mesh over which services and clients are spread. */
  readonly namespaces: number;
}

/** "lists": as `oc get -o yaml` leaves them; "documents": one object after the other, as they are kept in Git. */
export type FileForm = "lists" | "documents";

type Body = Readonly<Record<string, unknown>>;

const controlNamespace = "mesh-control";

/** Writes the folders `mesh-0`, `mesh-1`, … below `folder`; returns the --mesh arguments that read them. */
export function generateMeshes(folder: string, size: MeshesSize, form: FileForm = "lists"): string[] {
  return Array.from({ length: size.meshes }, (_, index) => {
    const home = join(folder, `mesh-${index}`);
    mkdirSync(home, { recursive: true });
    for (const [name, items] of filesOf(index, size)) {
      if (form === "lists") writeFileSync(join(home, `${name}.json`), JSON.stringify(listOf(items)));
      else writeFileSync(join(home, `${name}.yaml`), items.map((item) => JSON.stringify(item)).join("\n---\n"));
    }
    return `mesh-${index}=${home}`;
  });
}

function listOf(items: readonly Body[]): Body {
  return { apiVersion: "v1", kind: "List", items };
}

function filesOf(mesh: number, size: MeshesSize): Map<string, Body[]> {
  const files = new Map<string, Body[]>([
    ["control-plane", controlPlane(mesh, size)],
    ["namespaces", Array.from({ length: size.namespaces }, (_, index) => namespace(`team-${index}`))],
  ]);
  for (let service = 0; service < size.services; service += 1) {
    const name = `team-${service % size.namespaces}`;
    files.set(name, [...(files.get(name) ?? []), ...serviceObjects(mesh, service, size)]);
  }
  return files;
}

const address = (mesh: number): string => `198.51.100.${mesh + 1}`;
const domain = (mesh: number): string => `mesh-${mesh}.local`;

function controlPlane(mesh: number, { meshes, namespaces }: MeshesSize): Body[] {
  const next = (mesh + 1) % meshes;
  const previous = (mesh + meshes - 1) % meshes;
  const members = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  const others = [...new Set([next, previous])];
  return [
    namespace(controlNamespace),
    object("maistra.io/v2", "ServiceMeshControlPlane", controlNamespace, "main", {
      spec: {
        version: "v2.6",
        mode: "ClusterWide",
        cluster: { network: `network-${mesh}` },
        security: { trust: { domain: domain(mesh) }, manageNetworkPolicy: false },
        gateways: {
          additionalIngress: { "fed-in": { enabled: true, service: { type: "LoadBalancer" } } },
          additionalEgress: { "fed-out": { enabled: true } },
        },
      },
    }),
    object("maistra.io/v1", "ServiceMeshMemberRoll", controlNamespace, "default", {
      spec: { members },
      status: { configuredMembers: members },
    }),
    configMap("istio-ca-root-cert", rootCertificate(mesh)),
    object("v1", "Secret", controlNamespace, "cacerts", { type: "Opaque" }),
    object("v1", "Service", controlNamespace, "fed-in", {
      spec: { type: "LoadBalancer", selector: { app: "fed-in" }, ports: [{ name: "tls", port: 15443 }] },
      status: { loadBalancer: { ingress: [{ ip: address(mesh) }] } },
    }),
    object("v1", "Service", controlNamespace, "fed-out", {
      spec: { selector: { app: "fed-out" }, ports: [{ name: "tls", port: 15443 }] },
    }),
    ...["fed-in", "fed-out"].map(gatewayDeployment),
    ...others.flatMap((other) => [
      configMap(`mesh-${other}-ca-root-cert`, rootCertificate(other)),
      object("federation.maistra.io/v1", "ServiceMeshPeer", controlNamespace, `mesh-${other}`, {
        spec: {
          remote: { addresses: [address(other)] },
          gateways: { ingress: { name: "fed-in" }, egress: { name: "fed-out" } },
          security: {
            trustDomain: domain(other),
            clientID: `${domain(other)}/ns/${controlNamespace}/sa/fed-out-service-account`,
            certificateChain: { kind: "ConfigMap", name: `mesh-${other}-ca-root-cert` },
          },
        },
      }),
    ]),
    object("federation.maistra.io/v1", "ExportedServiceSet", controlNamespace, `mesh-${next}`, {
      spec: {
        exportRules: [{ type: "LabelSelector", labelSelector: { selector: { matchLabels: { export: "true" } } } }],
      },
    }),
    object("federation.maistra.io/v1", "ImportedServiceSet", controlNamespace, `mesh-${previous}`, {
      spec: { importRules: [{ type: "NameSelector", nameSelector: { namespace: "*", name: "*" } }] },
    }),
  ];
}

/** As the operator makes it for an additional gateway of the control plane. */
function gatewayDeployment(name: string): Body {
  const labels = { app: name };
  return object("apps/v1", "Deployment", controlNamespace, name, {
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { "sidecar.istio.io/inject": "true" } },
        spec: { serviceAccountName: `${name}-service-account`, containers: [{ name: "istio-proxy" }] },
      },
    },
  });
}

function serviceObjects(mesh: number, index: number, { namespaces }: MeshesSize): Body[] {
  const home = `team-${index % namespaces}`;
  const name = `service-${mesh}-${index}`;
  const labels = { app: name };
  const template = {
    metadata: { labels, annotations: { "sidecar.istio.io/inject": "true" } },
    spec: { serviceAccountName: name, containers: [{ name: "app", ports: [{ name: "http", containerPort: 8080 }] }] },
  };
  const proxy = { name: "istio-proxy", env: [{ name: "ISTIO_META_NETWORK", value: `network-${mesh}` }] };
  return [
    object(
      "v1",
      "Service",
      home,
      name,
      {
        spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
      },
      { export: "true" },
    ),
    object("v1", "ServiceAccount", home, name, {}),
    object("apps/v1", "Deployment", home, name, { spec: { replicas: 1, selector: { matchLabels: labels }, template } }),
    {
      ...object(
        "v1",
        "Pod",
        home,
        `${name}-5d8f7-abcde`,
        {
          spec: { ...template.spec, containers: [...template.spec.containers, proxy] },
          status: { phase: "Running" },
        },
        { ...labels, "pod-template-hash": "5d8f7" },
        [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-5d8f7`, controller: true }],
      ),
    },
  ];
}

function namespace(name: string): Body {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "istio-injection": "enabled" } } };
}

function configMap(name: string, pem: string): Body {
  return object("v1", "ConfigMap", controlNamespace, name, { data: { "root-cert.pem": pem } });
}

function object(
  apiVersion: string,
  kind: string,
  home: string,
  name: string,
  rest: Body,
  labels: Body = {},
  owners: readonly Body[] = [],
): Body {
  const metadata = { name, namespace: home, labels, ...(owners.length > 0 ? { ownerReferences: owners } : {}) };
  return { apiVersion, kind, metadata, ...rest };
}
