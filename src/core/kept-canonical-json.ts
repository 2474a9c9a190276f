// The canonical text of objects that several stations ask for: of a plan's tens of thousands of templates it gives the hash, says
// whether a slot is in them, and stands in plan.json. Made anew each time it took a twentieth of `meshferry plan`.
import { canonicalJson, type JsonObject } from "./json.ts";

/** By the object itself: objects are never changed once they are made. */
const texts = new WeakMap<JsonObject, string>();

/** The same text as `canonicalJson` gives, kept as long as the object. */
export function keptCanonicalJson(value: JsonObject): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = canonicalJson(value);
  texts.set(value, text);
  return text;
}
