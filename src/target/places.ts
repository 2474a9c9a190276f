// Where our objects of each mesh go, decided once and handed to every generator.
import type { MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { type Inventory, type Mesh, refIn } from "../inventory/mesh.ts";
import { fitted, meshSuffix, remoteNetworkName } from "./names.ts";

export interface PlaceOptions {
  /** Namespace of the east-west gateways; a cluster with several meshes gets one each. */
  readonly gatewayNamespace: string;
  /** Namespace of the importers' entries. */
  readonly entryNamespace: string;
}

/** The places of one mesh, as exporter and as importer. */
export interface Places {
  readonly mesh: Mesh;
  readonly gatewayNamespace: string;
  readonly entryNamespace: string;
  /** The Gateway API Gateway, and what istiod makes of it. */
  readonly gateway: ObjectRef;
  readonly gatewayDeployment: ObjectRef;
  readonly gatewayService: ObjectRef;
  /** The network of this mesh's own proxies and gateway. */
  readonly network: string;
  /** The network under which importers know this mesh. */
  readonly remoteNetwork: string;
}

export type PlacesByMesh = ReadonlyMap<MeshId, Places>;

/** The gateway namespace of a mesh; also known to routes, which check visibility from there. */
export function gatewayNamespaceOf(inventory: Inventory, mesh: Mesh, options: PlaceOptions): string {
  return fitted(`${options.gatewayNamespace}${meshSuffix(inventory, mesh)}`, 63);
}

export function placesOf(inventory: Inventory, options: PlaceOptions): PlacesByMesh {
  return new Map(inventory.meshes.map((mesh) => [mesh.id, placesOfMesh(inventory, mesh, options)]));
}

function placesOfMesh(inventory: Inventory, mesh: Mesh, options: PlaceOptions): Places {
  const suffix = meshSuffix(inventory, mesh);
  const namespace = gatewayNamespaceOf(inventory, mesh, options);
  const name = "eastwestgateway";
  // istiod names Deployment and Service "<Gateway>-<class>" (Istio 1.20, pilot/pkg/config/kube/gateway/deploymentcontroller.go; seen on 1.20.2 and 1.28.3).
  const generated = `${name}-istio`;
  return {
    mesh,
    gatewayNamespace: namespace,
    entryNamespace: fitted(`${options.entryNamespace}${suffix}`, 63),
    gateway: refIn(mesh.cluster, "gateway.networking.k8s.io", "Gateway", namespace, name),
    gatewayDeployment: refIn(mesh.cluster, "apps", "Deployment", namespace, generated),
    gatewayService: refIn(mesh.cluster, "", "Service", namespace, generated),
    network: mesh.network ?? fitted(`network-${mesh.cluster}${suffix}`, 63),
    remoteNetwork: remoteNetworkName(inventory, mesh),
  };
}
