// Whose source an object is made from, as a person would name it: what its tools write into its metadata.
import { isJsonObject, type Json } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";

/** Argo CD's tracking: the annotation, or the label beside an annotation of its own, since charts carry that label too (Argo CD, resource tracking). */
const argoTracking = "argocd.argoproj.io/tracking-id";
const instance = "app.kubernetes.io/instance";

/** Who keeps the object as a source in Git says, and would put back what is changed; null where nothing says so. */
export function gitOpsOwner({ body }: KubeObject): string | null {
  const labels = textsAt(body, "/metadata/labels");
  const annotations = textsAt(body, "/metadata/annotations");
  const tracked = annotations[argoTracking];
  // The tracking id is "APPLICATION:GROUP/KIND:NAMESPACE/NAME" (ibid.).
  if (tracked !== undefined) return `Argo CD's application ${tracked.split(":")[0]}`;
  const argo = Object.keys(annotations).some((key) => key.startsWith("argocd.argoproj.io/"));
  if (argo && labels[instance] !== undefined) return `Argo CD's application ${labels[instance]}`;
  // Flux labels what it applies with the name and namespace of the object that made it (fluxcd/kustomize-controller, helm-controller).
  for (const [group, kind] of [
    ["kustomize.toolkit.fluxcd.io", "Kustomization"],
    ["helm.toolkit.fluxcd.io", "HelmRelease"],
  ] as const) {
    const name = labels[`${group}/name`];
    if (name !== undefined) return `Flux's ${kind} ${labels[`${group}/namespace`] ?? ""}/${name}`;
  }
  // Where Argo CD applies on the server's side, that is its manager's name (Argo CD, server-side apply).
  return managerNames(body).includes("argocd-controller") ? "Argo CD" : null;
}

/** The Helm release that the object belongs to; nobody puts anything back until it is upgraded. Null: none. */
export function helmRelease({ body }: KubeObject): string | null {
  const annotations = textsAt(body, "/metadata/annotations");
  // Helm adopts only what carries both (Helm 3, pkg/action/validate.go).
  const release = annotations["meta.helm.sh/release-name"];
  const managed = textsAt(body, "/metadata/labels")["app.kubernetes.io/managed-by"] === "Helm";
  return managed && release !== undefined
    ? `the Helm release ${annotations["meta.helm.sh/release-namespace"] ?? ""}/${release}`
    : null;
}

function managerNames(body: Json): unknown[] {
  const entries = valueAt(body, "/metadata/managedFields");
  return Array.isArray(entries) ? (entries as readonly Json[]).map((entry) => valueAt(entry, "/manager")) : [];
}

function textsAt(body: Json, path: string): Readonly<Record<string, string>> {
  const value = valueAt(body, path);
  return Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).filter(
      (each): each is [string, string] => typeof each[1] === "string",
    ),
  );
}
