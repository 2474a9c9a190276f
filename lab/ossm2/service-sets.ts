// ExportedServiceSets and ImportedServiceSets in the form that the rules of federation take.
import type { Json } from "../../src/core/json.ts";
import { valueAt } from "../../src/core/pointer.ts";
import type { ExportInput } from "../../src/federation/rules/export-decision.ts";
import type { ImportInput } from "../../src/federation/rules/import-decision.ts";
import type { LiveObject } from "../api/live-object.ts";
import { listAt, textAt, textMapAt, textsAt } from "./read-fields.ts";

export type ExportSet = NonNullable<ExportInput["set"]>;
export type ImportSet = NonNullable<ImportInput["set"]>;

export function exportSetOf(object: LiveObject): ExportSet {
  return {
    metadata: metadataOf(object),
    spec: {
      exportRules: listAt(object, "/spec/exportRules").map((rule) => ({
        type: textAt(rule, "/type"),
        nameSelector: isThere(rule, "/nameSelector") ? aliased(valueAt(rule, "/nameSelector")) : null,
        labelSelector: isThere(rule, "/labelSelector") ? labelled(valueAt(rule, "/labelSelector")) : null,
      })),
    },
  };
}

export function importSetOf(object: LiveObject): ImportSet {
  return {
    metadata: metadataOf(object),
    spec: {
      domainSuffix: textAt(object, "/spec/domainSuffix"),
      locality: isThere(object, "/spec/locality")
        ? {
            region: textAt(object, "/spec/locality/region"),
            zone: textAt(object, "/spec/locality/zone"),
            subzone: textAt(object, "/spec/locality/subzone"),
          }
        : null,
      importRules: listAt(object, "/spec/importRules").map((rule) => ({
        type: textAt(rule, "/type"),
        importAsLocal: valueAt(rule, "/importAsLocal") === true,
        domainSuffix: textAt(rule, "/domainSuffix"),
        nameSelector: isThere(rule, "/nameSelector") ? aliased(valueAt(rule, "/nameSelector")) : null,
      })),
    },
  };
}

function metadataOf({ metadata }: LiveObject): ExportSet["metadata"] {
  const { name, namespace = "", generation = null } = metadata;
  return { name, namespace, generation, labels: {}, annotations: {}, ownerReferences: [] };
}

function isThere(object: Json | undefined, path: string): boolean {
  const value = valueAt(object, path);
  return value !== undefined && value !== null;
}

function named(selector: Json | undefined) {
  return { namespace: textAt(selector, "/namespace"), name: textAt(selector, "/name") };
}

function aliased(selector: Json | undefined) {
  const alias = isThere(selector, "/alias") ? named(valueAt(selector, "/alias")) : null;
  return { ...named(selector), alias };
}

function labelled(selector: Json | undefined) {
  const inner = valueAt(selector, "/selector");
  return {
    namespace: textAt(selector, "/namespace"),
    selector: isThere(selector, "/selector")
      ? {
          matchLabels: textMapAt(inner, "/matchLabels"),
          matchExpressions: listAt(inner, "/matchExpressions").map((each) => ({
            key: textAt(each, "/key"),
            operator: textAt(each, "/operator"),
            values: [...textsAt(each, "/values")],
          })),
        }
      : null,
    aliases: listAt(selector, "/aliases").map(aliased),
  };
}
