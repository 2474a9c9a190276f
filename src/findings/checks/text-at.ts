// A text of an object of which no view is read.
import type { Json } from "../../core/json.ts";
import { type Pointer, valueAt } from "../../core/pointer.ts";

/** "" where there is none. */
export function textAt(body: Json, path: Pointer): string {
  const value = valueAt(body, path);
  return typeof value === "string" ? value : "";
}
