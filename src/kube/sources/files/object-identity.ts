// From a document to the reference of a Kubernetes object: checks group, kind, namespace and name as an API server does, so that
// no later station meets a name that is a path, a terminal escape, or no text at all.
import type { Finding } from "../../../core/finding.ts";
import type { ClusterId } from "../../../core/ids.ts";
import { isJsonObject } from "../../../core/json.ts";
import { kindKey, type ObjectRef, type Origin } from "../../../core/object-ref.ts";
import { nameInvalid, namespaceMissing, notAnObject } from "../../../findings/codes/inputs.ts";
import { isNamespaced } from "./namespaced-kinds.ts";
import { hasUnsafeCharacters, shownText, shownValue } from "./shown-text.ts";

export interface Identity {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
}

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const kindName = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const version = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const rules = {
  apiVersion: "GROUP/VERSION or VERSION",
  kind: "a kind's name (letters and digits)",
  namespace: "a DNS label (RFC 1123)",
  subdomain: "a DNS subdomain (RFC 1123)",
  segment: "a path segment",
} as const;

// API groups whose names are only checked for being a path segment: "system:foo", "htpasswd:joe", "sha256:…", "v1.".
const segmentGroups = new Set([
  "rbac.authorization.k8s.io",
  "authorization.openshift.io",
  "user.openshift.io",
  "oauth.openshift.io",
  "image.openshift.io",
  "apiregistration.k8s.io",
]);

/** Whether a text is a DNS-1123 subdomain. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && subdomain.test(text);
}

/** The identity of an object, or the finding that says why it has none. */
export function identityOf(cluster: ClusterId, value: unknown, origin: Origin): Identity | Finding {
  if (!isJsonObject(value)) return notAnObject.at([origin], { missing: "kind" });
  const { apiVersion, kind, metadata } = value;
  if (isAbsent(kind)) return notAnObject.at([origin], { missing: "kind" });
  if (isAbsent(apiVersion)) return notAnObject.at([origin], { missing: "apiVersion" });
  if (!isJsonObject(metadata) || isAbsent(metadata["name"])) {
    return notAnObject.at([origin], { missing: "metadata.name" });
  }
  const { name, namespace } = metadata;
  const wrong = (field: string, found: unknown, rule: keyof typeof rules) =>
    nameInvalid.at([origin], { field, value: shownValue(found), rule: rules[rule] });
  if (typeof kind !== "string" || !kindName.test(kind)) return wrong("kind", kind, "kind");
  const group = groupOf(apiVersion);
  if (group === null || typeof apiVersion !== "string") return wrong("apiVersion", apiVersion, "apiVersion");
  const nameRule = segmentGroups.has(group) ? "segment" : "subdomain";
  if (typeof name !== "string" || !fits(name, nameRule)) return wrong("metadata.name", name, nameRule);
  if (isAbsent(namespace)) {
    if (isNamespaced(kindKey({ group, kind }))) {
      return namespaceMissing.at([origin], { kind, name: shownText(name) });
    }
    return { ref: { cluster, group, kind, namespace: null, name }, apiVersion };
  }
  if (typeof namespace !== "string" || !label.test(namespace)) {
    return wrong("metadata.namespace", namespace, "namespace");
  }
  return { ref: { cluster, group, kind, namespace, name }, apiVersion };
}

/** The group of an apiVersion, "" for the core group; null if it is none. */
export function groupOf(apiVersion: unknown): string | null {
  if (typeof apiVersion !== "string") return null;
  const slash = apiVersion.indexOf("/");
  const group = slash === -1 ? "" : apiVersion.slice(0, slash);
  if (!version.test(apiVersion.slice(slash + 1))) return null;
  return slash === -1 || isSubdomain(group) ? group : null;
}

/** Whether a text is fit to be a kind. */
export function isKindName(text: string): boolean {
  return kindName.test(text);
}

function fits(name: string, rule: "segment" | "subdomain"): boolean {
  if (rule === "subdomain") return isSubdomain(name);
  return name !== "." && name !== ".." && !/[/%]/.test(name) && !hasUnsafeCharacters(name);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
