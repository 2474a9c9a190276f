// A partial object laid over another one, as a JSON merge patch does (RFC 7386).
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

/**
 * `base` with `over` laid over it: objects are merged, everything else replaces. A null removes; with "keep" it stays in
 * the result, which then is itself something to lay over.
 */
export function merged(base: JsonObject, over: JsonObject, nulls: "remove" | "keep"): JsonObject {
  const result = new Map<string, Json>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    if (value === null && nulls === "remove") result.delete(key);
    else if (isJsonObject(value)) {
      const below = result.get(key) ?? {};
      result.set(key, merged(isJsonObject(below) ? below : {}, value, nulls));
    } else result.set(key, value);
  }
  return Object.fromEntries(result);
}
