// Puts one istiod into a cluster and waits until it injects: whoever starts pods afterwards gets sidecars.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { Built } from "../build/run-build.ts";
import type { KubeApi } from "../api/kube-api.ts";
import type { LiveObject, Manifest } from "../api/live-object.ts";
import { isRolledOut, waitFor } from "../api/wait-for.ts";
import { istiodName, type MeshOptions, namespaceOf } from "./istio-operator.ts";
import { renderMesh } from "./render-mesh.ts";

export interface InstallOptions extends MeshOptions {
  /** The Secret cacerts; none: the one that is there, or a root that istiod makes itself. */
  readonly ca?: Manifest;
}

/** What is applied is the lab's. */
export const owner = "meshferry-lab";
const readyMs = 120_000;

/** Applying it again with other options changes the same istiod; what is not rendered any more stays. */
export async function installMesh(api: KubeApi, built: Pick<Built, "istio">, options: InstallOptions): Promise<void> {
  const objects = await renderMesh(built.istio[options.version].istioctl, options);
  const namespace = namespaceOf(options);
  await applyAll(api, [namespaceObject(namespace), ...(options.ca === undefined ? [] : [options.ca]), ...objects]);
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: istiodName(options) };
  await waitFor(api, deployment, "rolled out", isRolledOut, readyMs);
  for (const { apiVersion, kind, metadata } of objects.filter((each) => each.kind === injector)) {
    const { name } = metadata;
    if (typeof name === "string")
      await waitFor(api, { apiVersion, kind, name }, "trusted by the API server", carriesAuthority, readyMs);
  }
}

/** Takes away what installing put there, but for namespaces and what others may use too: CRDs, and the default revision's objects. */
export async function removeMesh(
  api: KubeApi,
  built: Pick<Built, "istio">,
  options: MeshOptions & { readonly revision: string },
): Promise<void> {
  const objects = await renderMesh(built.istio[options.version].istioctl, options);
  await Promise.all(
    objects.map(async ({ apiVersion, kind, metadata }) => {
      const { name, namespace } = metadata;
      if (typeof name !== "string") return;
      await api.delete({ apiVersion, kind, name, ...(typeof namespace === "string" ? { namespace } : {}) });
    }),
  );
}

const injector = "MutatingWebhookConfiguration";

/** istiod writes its CA into the webhooks of its revision; calls fail before that. */
function carriesAuthority(object: LiveObject): boolean {
  const webhooks = object["webhooks"];
  return (Array.isArray(webhooks) ? (webhooks as readonly Json[]) : []).every((webhook) => {
    const config = isJsonObject(webhook) ? webhook["clientConfig"] : undefined;
    const bundle = isJsonObject(config) ? config["caBundle"] : undefined;
    return typeof bundle === "string" && bundle !== "";
  });
}

export function namespaceObject(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...labels } } };
}

/** Namespaces first, in the order given; the rest side by side, since nothing of it needs the other to be accepted. */
export async function applyAll(api: KubeApi, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects.filter(({ kind }) => kind === "Namespace")) await api.apply(object, owner);
  await Promise.all(objects.filter(({ kind }) => kind !== "Namespace").map(async (each) => api.apply(each, owner)));
}
