// Keeps the member roll, the members and the labels of their namespaces as the operator would; and takes a whole control plane away.
import { equalJson } from "../../src/core/json.ts";
import type { LiveObject, ObjectName } from "../api/live-object.ts";
import { nameOf } from "../api/live-object.ts";
import type { ControlPlanePlace } from "./control-plane.ts";
import { keepStatus, type Log, type ObjectKeeper } from "./keep-objects.ts";
import { defaultRoll, memberLabel, memberObject, membersOf, rollStatus } from "./members.ts";
import type { MeshSight } from "./sight.ts";

export async function keepMembers({ store, mesh }: MeshSight, keeper: ObjectKeeper, log: Log): Promise<void> {
  const roll = store.get("ServiceMeshMemberRoll", mesh.namespace, "default");
  if (!roll && mesh.mode === "ClusterWide") await keeper.write([defaultRoll(mesh)]);
  const namespaces = store.all("Namespace").filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const members = membersOf(mesh, roll ?? undefined, namespaces);
  for (const namespace of namespaces) {
    const { name, labels = {} } = namespace.metadata;
    const isMember = members.includes(name);
    if (isMember === (labels[memberLabel] === mesh.namespace)) continue;
    if (!isMember && labels[memberLabel] !== mesh.namespace) continue;
    const label = { metadata: { labels: { [memberLabel]: isMember ? mesh.namespace : null } } };
    store.remember(await store.api.patch(nameOf(namespace), "merge", label));
    if (!isMember)
      await keeper.removeNamed({
        apiVersion: "maistra.io/v1",
        kind: "ServiceMeshMember",
        namespace: name,
        name: "default",
      });
    log(isMember ? "member joins" : "member leaves", { namespace: name });
  }
  await keeper.write(members.map((name) => memberObject(mesh, name)));
  if (roll) await keepStatus(store, roll, rollStatus(mesh, roll, members), log);
}

const finalizer = "maistra.io/istio-operator";

export async function keepFinalizer({ store, object }: MeshSight): Promise<void> {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer)) return;
  store.remember(
    await store.api.patch(nameOf(object), "merge", { metadata: { finalizers: [...finalizers, finalizer] } }),
  );
}

/** What the charts of istiod and base made for it; its gateways belong to the control plane and go with it. */
export async function removeControlPlane({ store, mesh, object, place }: MeshSight, log: Log): Promise<void> {
  for (const name of place === null ? [] : installed(place)) await store.api.delete(name);
  for (const namespace of store.all("Namespace")) await leave(namespace);
  await store.api.delete({
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMemberRoll",
    namespace: mesh.namespace,
    name: "default",
  });
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  if (!equalJson(finalizers, [...(object.metadata.finalizers ?? [])]))
    await store.api.patch(nameOf(object), "merge", { metadata: { finalizers } });
  log("control plane removed", { namespace: mesh.namespace, name: mesh.name });

  async function leave({ metadata: { name, labels = {} } }: LiveObject): Promise<void> {
    if (labels[memberLabel] !== mesh.namespace) return;
    await store.api.delete({
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMember",
      namespace: name,
      name: "default",
    });
    const namespace = { apiVersion: "v1", kind: "Namespace", name };
    store.remember(await store.api.patch(namespace, "merge", { metadata: { labels: { [memberLabel]: null } } }));
  }
}

/** (Istio 1.20, charts istio-discovery and base) */
function installed({
  namespace,
  revision,
  deployment,
  meshConfigMap,
  injectorConfigMap,
}: ControlPlanePlace): ObjectName[] {
  const end = revision === "" ? "" : `-${revision}`;
  const webhook = { apiVersion: "admissionregistration.k8s.io/v1" };
  return [
    // Webhooks first: nobody would answer them.
    { ...webhook, kind: "MutatingWebhookConfiguration", name: `istio-sidecar-injector${end}` },
    { ...webhook, kind: "ValidatingWebhookConfiguration", name: `istio-validator${end}-${namespace}` },
    ...(revision === ""
      ? [{ ...webhook, kind: "ValidatingWebhookConfiguration", name: "istiod-default-validator" }]
      : []),
    { apiVersion: "apps/v1", kind: "Deployment", namespace, name: deployment },
    { apiVersion: "v1", kind: "Service", namespace, name: deployment },
    { apiVersion: "v1", kind: "ConfigMap", namespace, name: meshConfigMap },
    { apiVersion: "v1", kind: "ConfigMap", namespace, name: injectorConfigMap },
  ];
}
