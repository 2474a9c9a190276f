// Where our objects of each mesh go, decided once and handed to every generator.
import type { GatewayPer } from "../core/east-west-options.ts";
import { shortHash } from "../core/hash.ts";
import type { MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { type Inventory, type Mesh, refIn } from "../inventory/mesh.ts";
import { type NamesInUse, nameFor, namesInUse } from "./mesh-names.ts";
import { fitted } from "./names.ts";

export interface PlaceOptions {
  /** Namespace of the east-west gateways; a cluster with several meshes gets one each. */
  readonly gatewayNamespace: string;
  /** Namespace of the importers' entries. */
  readonly entryNamespace: string;
  readonly per: GatewayPer;
}

/** The places of one mesh, as exporter and as importer. */
export interface Places {
  readonly mesh: Mesh;
  /** The one importer that the gateway is for; null: all. */
  readonly importer: MeshId | null;
  readonly gatewayNamespace: string;
  readonly entryNamespace: string;
  /** The Gateway API Gateway, and what istiod makes of it. */
  readonly gateway: ObjectRef;
  readonly gatewayDeployment: ObjectRef;
  readonly gatewayService: ObjectRef;
  /** The value of our label on the gateway's pods; a selector finds pods in every namespace, so no two gateways of a cluster share it. */
  readonly gatewaySelector: string;
  /** The network of this mesh's own proxies and gateway. */
  readonly network: string;
  /** The network under which importers know this mesh. */
  readonly remoteNetwork: string;
  /** Its places as one importer knows them, where each has a gateway of its own. */
  readonly towards: ReadonlyMap<MeshId, Places>;
}

export type PlacesByMesh = ReadonlyMap<MeshId, Places>;

/** The places of an exporter as an importer knows them. */
export function placesTowards(places: Places, importer: MeshId): Places {
  return places.towards.get(importer) ?? places;
}

/** The namespace of the gateway that an importer uses; also known to routes, which check visibility from there. */
export function gatewayNamespaceOf(places: PlacesByMesh, exporter: MeshId, importer: MeshId): string {
  const ofExporter = places.get(exporter);
  if (!ofExporter) throw new Error(`no places for ${exporter}`);
  return placesTowards(ofExporter, importer).gatewayNamespace;
}

export function placesOf(inventory: Inventory, options: PlaceOptions): PlacesByMesh {
  const inUse = namesInUse(inventory);
  return new Map(inventory.meshes.map((mesh) => [mesh.id, placesOfMesh(inventory, inUse, mesh, options)]));
}

function placesOfMesh(inventory: Inventory, inUse: NamesInUse, mesh: Mesh, options: PlaceOptions): Places {
  const named = (base: string): string => nameFor(inventory, inUse, mesh, base);
  const namespace = named(options.gatewayNamespace);
  const common = {
    mesh,
    entryNamespace: named(options.entryNamespace),
    network: mesh.network ?? named(`network-${mesh.cluster}`),
    remoteNetwork: named(`meshferry-${mesh.cluster}`),
  };
  const alone = namespace === options.gatewayNamespace;
  const forAll = gatewayPlaces(mesh, namespace, alone ? gatewayName : fitted(namespace, 63));
  const importers = options.per === "mesh" ? [] : inventory.meshes.filter(({ id }) => id !== mesh.id);
  const towards = importers.map((importer): [MeshId, Places] => {
    // Told by the importer's id, so that it does not depend on which other meshes were supplied.
    const own = fitted(`${namespace}-${importer.cluster}-${shortHash(importer.id)}`, 63);
    return [importer.id, { ...common, ...gatewayPlaces(mesh, own, own), importer: importer.id, towards: new Map() }];
  });
  return { ...common, ...forAll, importer: null, towards: new Map(towards) };
}

const gatewayName = "eastwestgateway";

function gatewayPlaces(mesh: Mesh, namespace: string, gatewaySelector: string) {
  // istiod names Deployment and Service "<Gateway>-<class>" (Istio 1.20, pilot/pkg/config/kube/gateway/deploymentcontroller.go; seen on 1.20.2 and 1.28.3).
  const generated = `${gatewayName}-istio`;
  return {
    gatewayNamespace: namespace,
    gateway: refIn(mesh.cluster, "gateway.networking.k8s.io", "Gateway", namespace, gatewayName),
    gatewayDeployment: refIn(mesh.cluster, "apps", "Deployment", namespace, generated),
    gatewayService: refIn(mesh.cluster, "", "Service", namespace, generated),
    gatewaySelector,
  };
}
