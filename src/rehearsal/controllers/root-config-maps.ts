// istiod writes the roots that it hands out into a ConfigMap of every namespace that it watches.
import type { JsonObject } from "../../core/json.ts";
import type { KubeObject, ObjectRef } from "../../core/object-ref.ts";
import { valueAt, withValueAt } from "../../core/pointer.ts";
import { watchedNamespaces } from "../../federation/mesh-registry.ts";
import { clusterOf } from "../../inventory/mesh.ts";
import { rootConfigMap, rootKey } from "../../inventory/roots.ts";
import { objectAt, put, type World } from "../world.ts";
import { changesOf, type Controller } from "./controller.ts";

/** Istio 1.20, pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go. Of meshes that share a cluster the first one is modelled. */
export const rootConfigMaps: Controller = (before, after) => {
  let world = after;
  const namespaces = changesOf(before, after, "Namespace");
  const membership = before.derived() !== after.derived();
  for (const mesh of after.derived().inventory.meshes) {
    const bundle = after.meshes.get(mesh.id)?.bundle ?? null;
    if (bundle === null) continue;
    const isNew = before.meshes.get(mesh.id)?.bundle !== bundle;
    const cluster = clusterOf(after.derived().inventory, mesh);
    const isMembership = membership && mesh.mode === "MultiTenant";
    if (!isNew && namespaces.length === 0 && !isMembership) continue;
    const watched = watchedNamespaces(cluster, mesh);
    if (isNew) {
      for (const { ref } of cluster.typed.ConfigMap)
        if (ref.name === rootConfigMap && (ref.namespace === mesh.namespace || watched(ref.namespace ?? "")))
          world = written(world, ref, bundle.pem);
    }
    if (namespaces.length === 0 && !isMembership) continue;
    for (const { ref } of cluster.typed.Namespace) {
      const place: ObjectRef = { ...ref, kind: "ConfigMap", namespace: ref.name, name: rootConfigMap };
      const isOurs = namespaces.some(
        (change) => change.after?.ref.name === ref.name && change.cluster === mesh.cluster,
      );
      if ((isOurs || mesh.mode === "MultiTenant") && watched(ref.name) && objectAt(world, place) === undefined)
        world = written(world, place, bundle.pem);
    }
  }
  return world;
};

function written(world: World, ref: ObjectRef, pem: string): World {
  const there = objectAt(world, ref);
  const at = `/data/${rootKey}`;
  if (there && valueAt(there.body, at) === pem) return world;
  const empty: JsonObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: ref.name, namespace: ref.namespace },
    data: {},
  };
  const body = withValueAt(there?.body ?? empty, at, pem) as JsonObject;
  const object: KubeObject = { ref, apiVersion: "v1", origin: { cluster: ref.cluster }, body };
  return put(world, ref, object);
}
