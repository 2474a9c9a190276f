// Base64 as Secrets hold it, in code that has no Node types: @scure/base behind this one wrapper.
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64, utf8 } from "@scure/base";

/** The base64 of a text's UTF-8 bytes. */
export function encodeText(text: string): string {
  return base64.encode(utf8ToBytes(text));
}

/** The text of UTF-8 bytes in base64; null: it is none. */
export function decodeText(encoded: string): string | null {
  try {
    return utf8.encode(base64.decode(encoded));
  } catch {
    return null;
  }
}

/** The bytes in base64; null: it is none. */
export function decodeBytes(encoded: string): Uint8Array | null {
  try {
    return base64.decode(encoded);
  } catch {
    return null;
  }
}
