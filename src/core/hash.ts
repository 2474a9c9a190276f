// Hashes in pure code: @noble/hashes behind this one wrapper.
import { sha256 as sha256OfBytes } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson, type Json } from "./json.ts";

export type Hash = `sha256:${string}`;

/** SHA-256 over a text's UTF-8 bytes, in hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256OfBytes(utf8ToBytes(text)));
}

/** SHA-256 over bytes, in hex. */
export function sha256HexOf(bytes: Uint8Array): string {
  return bytesToHex(sha256OfBytes(bytes));
}

/** SHA-256 over a text's UTF-8 bytes, in hex: what `sha256Hex` does, perhaps by something faster than JavaScript. */
export type Sha256 = (text: string) => string;

/** SHA-256 over the canonical JSON of a value. */
export function hashOf(value: Json, sha256: Sha256 = sha256Hex): Hash {
  return `sha256:${sha256(canonicalJson(value))}`;
}

/** The first `length` hex digits of a value's hash: for names that must be short and stable. */
export function shortHash(value: Json, length = 8): string {
  return hashOf(value).slice("sha256:".length, "sha256:".length + length);
}
