// Fields of objects as they came from an API server: absent, null and of another type read alike.
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { type Pointer, valueAt } from "../../src/core/pointer.ts";

export function textAt(object: Json | undefined, path: Pointer): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : "";
}

export function numberAt(object: Json | undefined, path: Pointer): number | null {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : null;
}

export function objectAt(object: Json | undefined, path: Pointer): JsonObject {
  const value = valueAt(object, path);
  return isJsonObject(value) ? value : {};
}

export function listAt(object: Json | undefined, path: Pointer): readonly Json[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textsAt(object: Json | undefined, path: Pointer): readonly string[] {
  return listAt(object, path).flatMap((item) => (typeof item === "string" ? [item] : []));
}

export function textMapAt(object: Json | undefined, path: Pointer): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectAt(object, path)).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}
