// Reads the objects of YAML files for tests: every document of every file, with Lists taken apart.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CORE_SCHEMA, loadAll } from "js-yaml";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";

/** The objects of one YAML file, in order. Anything in it that is no object is an error. */
export function readDocuments(file: string): JsonObject[] {
  const documents: unknown[] = [];
  loadAll(readFileSync(file, "utf8"), (document) => documents.push(document), { schema: CORE_SCHEMA });
  return documents.flatMap((document) => {
    if (!isJsonObject(document)) throw new Error(`${file}: a document that is no object`);
    if (document["kind"] !== "List") return [document];
    return listAt(document, "items").filter((item) => isJsonObject(item));
  });
}

/** The objects of every YAML file directly in a folder. */
export function readFolder(folder: string): JsonObject[] {
  return yamlFiles(folder).flatMap((file) => readDocuments(file));
}

export function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => join(folder, name));
}

/** What lies under a path of keys and indexes; undefined where the path leads nowhere. */
export function valueAt(from: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let value = from;
  for (const step of path) {
    if (typeof step === "number") value = Array.isArray(value) ? value[step] : undefined;
    else value = isJsonObject(value) ? value[step] : undefined;
  }
  return value;
}

export function textAt(from: Json | undefined, ...path: readonly (string | number)[]): string {
  const value = valueAt(from, ...path);
  return typeof value === "string" ? value : "";
}

export function listAt(from: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] {
  const value = valueAt(from, ...path);
  return Array.isArray(value) ? value : [];
}

/** "kind namespace/name"; the namespace is empty for cluster-scoped objects. */
export function nameOf(object: JsonObject): string {
  return `${textAt(object, "kind")} ${textAt(object, "metadata", "namespace")}/${textAt(object, "metadata", "name")}`;
}
