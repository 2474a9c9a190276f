// Base64 as Secrets hold it, in code that has no Node types: @scure/base behind this one wrapper.
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";

/** The base64 of a text's UTF-8 bytes. */
export function encodeText(text: string): string {
  return base64.encode(utf8ToBytes(text));
}
