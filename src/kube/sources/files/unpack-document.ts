// From one parsed document to the objects in it: unwraps lists, takes out what must not or need not be kept. Knows no files.
import type { Finding } from "../../../core/finding.ts";
import type { ClusterId } from "../../../core/ids.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import { kindKey, type KubeObject, type ObjectRef, type Origin } from "../../../core/object-ref.ts";
import { expandsTooFar, nestedTooDeep, numberNotJson, privateKeyDropped } from "../../../findings/codes/inputs.ts";
import { cleanTree, type Budget, type CleanTree } from "./clean-tree.ts";
import { groupOf, identityOf, isKindName } from "./object-identity.ts";
import { MAX_DEPTH, type ParsedDocument } from "./parse-documents.ts";
import { shownText } from "./shown-text.ts";

export interface Unpacked {
  readonly objects: readonly KubeObject[];
  /** The kinds (kindKey) of typed lists, also of empty ones. */
  readonly listed: readonly string[];
  /** An empty `kind: List`, which does not say what it lists. */
  readonly emptyList: boolean;
  readonly findings: readonly Finding[];
}

/** A document cannot hold more values than it has characters, unless by aliases: these may add up to so many. */
const MAX_EXPANDED_VALUES = 1_000_000;

/** The objects of a document that was read for `cluster` from `file`. An empty document holds none. */
export function unpackDocument(cluster: ClusterId, file: string, document: ParsedDocument): Unpacked {
  const { value, line } = document;
  const limit = Math.max(MAX_EXPANDED_VALUES, document.size);
  const budget: Budget = { left: limit };
  if (value === null || value === undefined) return { objects: [], listed: [], emptyList: false, findings: [] };
  const list = listOf(value);
  const items = list?.items ?? [value];
  const objects: KubeObject[] = [];
  const findings: Finding[] = [];
  for (const [index, item] of items.entries()) {
    const origin = { file, line: list === null ? line : document.itemLine(item, index) };
    const typed = list === null ? item : withType(item, list.type);
    const taken = takeObject(cluster, typed, origin, budget, limit);
    findings.push(...taken.findings);
    if (taken.tooMany) break;
    if (taken.object !== null) objects.push(taken.object);
  }
  const type = list?.type ?? null;
  const listed = type === null ? [] : [kindKey(type)];
  return { objects, listed, emptyList: list !== null && list.type === null && items.length === 0, findings };
}

export interface Taken {
  readonly object: KubeObject | null;
  readonly findings: readonly Finding[];
  /** The budget is used up: nothing more of the document can be taken. */
  readonly tooMany: boolean;
}

/** One object without what must not or need not be kept. */
export function takeObject(cluster: ClusterId, value: unknown, origin: Origin, budget: Budget, limit: number): Taken {
  const identity = identityOf(cluster, value, origin);
  if ("code" in identity) return { object: null, findings: [identity], tooMany: false };
  if (!isJsonObject(value)) return { object: null, findings: [], tooMany: false };
  const kept = keptPart(value, identity.ref.kind);
  const tree = cleanTree(kept, budget);
  const findings = treeFindings(tree, identity.ref, origin, limit);
  if (tree.trouble !== null) return { object: null, findings, tooMany: tree.trouble.is === "too-many" };
  const body = identity.ref.kind === "Secret" ? detached(kept) : kept;
  return { object: { ...identity, origin, body }, findings, tooMany: false };
}

interface ListType {
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
}

interface KubeList {
  /** null for `kind: List`, whose items each say what they are. */
  readonly type: ListType | null;
  readonly items: readonly unknown[];
}

// Empty lists are also written with `items: null` (a nil slice in Go).
function listOf(value: unknown): KubeList | null {
  if (!isJsonObject(value)) return null;
  const { kind, apiVersion, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List") || !isKindName(kind)) return null;
  if (!Array.isArray(items) && (items !== null || !Object.hasOwn(value, "items"))) return null;
  const entries: readonly unknown[] = Array.isArray(items) ? items : [];
  const group = groupOf(apiVersion);
  if (kind === "List" || group === null || typeof apiVersion !== "string") return { type: null, items: entries };
  return { type: { apiVersion, group, kind: kind.slice(0, -"List".length) }, items: entries };
}

// The items of a typed list need not repeat their type.
function withType(item: unknown, type: ListType | null): unknown {
  if (type === null || !isJsonObject(item)) return item;
  if (typeof item["kind"] === "string" && typeof item["apiVersion"] === "string") return item;
  return { ...item, apiVersion: item["apiVersion"] ?? type.apiVersion, kind: item["kind"] ?? type.kind };
}

// managedFields says who wrote which field: large, and of no use here. Of a Secret its identity, labels and owners are kept, and
// the names of its annotations: of their values only those that say who keeps the Secret, since last-applied-configuration
// holds the data.
function keptPart(object: JsonObject, kind: string): JsonObject {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  if (kind === "Secret") {
    const { apiVersion, type } = object;
    const { name, namespace, labels, resourceVersion, ownerReferences } = metadata;
    const annotations = keptAnnotations(metadata["annotations"]);
    const kept = { name, namespace, labels, annotations, resourceVersion, ownerReferences };
    return { apiVersion, kind, type, metadata: kept } as unknown as JsonObject;
  }
  if (!Object.hasOwn(metadata, "managedFields")) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** cert-manager names a Certificate and its issuer there; ours is a hash. */
const openAnnotation = /^(?:cert-manager\.io|meshferry\.dev)\//u;

function keptAnnotations(annotations: unknown): JsonObject | undefined {
  if (!isJsonObject(annotations)) return undefined;
  const entries = Object.entries(annotations).map(([key, value]): [string, string] => [
    key,
    openAnnotation.test(key) && typeof value === "string" ? value : "",
  ]);
  return Object.fromEntries(entries);
}

// A copy through text: parsers cut strings out of the source, and so keep all of it in memory. Drops what is undefined.
function detached(body: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

function treeFindings(tree: CleanTree, ref: ObjectRef, origin: Origin, limit: number): Finding[] {
  const subjects = [ref, origin];
  const findings = tree.keys.map((at) => privateKeyDropped.at(subjects, { pointer: shownText(at) }));
  if (tree.trouble === null) return findings;
  switch (tree.trouble.is) {
    case "too-deep":
      return [...findings, nestedTooDeep.at(subjects, { limit: MAX_DEPTH })];
    case "too-many":
      return [...findings, expandsTooFar.at(subjects, { limit })];
    case "not-finite":
      return [...findings, numberNotJson.at(subjects, { pointer: shownText(tree.trouble.at) })];
  }
}
