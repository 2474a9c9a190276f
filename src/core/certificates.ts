// Certificates as data: their identity within a PEM bundle, and what a reader has found in them. Reads nothing itself.
import { decodeBytes } from "./base64.ts";
import { type Hash, hashOf, sha256HexOf } from "./hash.ts";
import { sortedUnique } from "./order.ts";

const block = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/gu;

/** One hash per distinct certificate, over its base64 text without white space; sorted. */
export function certificateHashes(pem: string): Hash[] {
  return sortedUnique([...pem.matchAll(block)].map((match) => hashOf((match[1] ?? "").replaceAll(/\s/gu, ""))));
}

/**
 * The beginning of each certificate's SHA-256 fingerprint, as `openssl x509 -fingerprint -sha256` and `meshferry certs inspect` write it,
 * in the order of the bundle.
 */
export function fingerprintsIn(pem: string): string[] {
  return [...pem.matchAll(block)].map((match) => {
    const bytes = decodeBytes((match[1] ?? "").replaceAll(/\s/gu, ""));
    if (bytes === null) return "unreadable";
    const pairs = sha256HexOf(bytes).slice(0, 16).toUpperCase().match(/../gu) ?? [];
    return `${pairs.join(":")}…`;
  });
}

export interface CertificateBlock {
  readonly hash: Hash;
  readonly pem: string;
}

/** The bundle's certificates as separate PEM blocks, in their order, each ending in a newline. */
export function certificateBlocks(pem: string): CertificateBlock[] {
  return [...pem.matchAll(block)].map((match) => ({
    hash: hashOf((match[1] ?? "").replaceAll(/\s/gu, "")),
    pem: `${match[0]}\n`,
  }));
}

export interface CertificateFacts {
  /** Attributes as "O=Istio, CN=Root CA", in the certificate's order. */
  readonly subject: string;
  readonly issuer: string;
  /** The issuer's name is the subject's, and its own key has signed it. */
  readonly selfSigned: boolean;
  readonly ca: boolean;
  readonly key: KeyFacts;
  /** "SHA-256", "SHA-1", …; "none" for schemes without a digest of their own, "unknown" for what is not listed. */
  readonly digest: string;
  /** "certificate signing", "digital signature", …, in the order of the standard's bits; null: the certificate does not restrict its key. */
  readonly keyUsage: readonly string[] | null;
  /** RFC 3339, in UTC. */
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256 over the certificate, as openssl prints it. */
  readonly fingerprint: string;
}

export interface KeyFacts {
  /** "RSA", "EC", or another name that Node gives; "unknown" where it cannot read the key. */
  readonly type: string;
  /** RSA: the modulus in bits; EC: the bits of the curve where it is a known one. */
  readonly bits: number | null;
  readonly curve: string | null;
}

/** What a source has found in certificates, by hash; null: said to be a certificate, and cannot be read as one. */
export type CertificateReadings = ReadonlyMap<Hash, CertificateFacts | null>;

/** Days before the end from which on a certificate is warned of. */
export const soonDays = 90;
export const dayMs = 24 * 60 * 60 * 1000;

export type CertificateState = "expired" | "not yet valid" | "expires soon" | "valid";

/** What a time, in milliseconds since 1970, makes of a certificate. */
export function certificateState(
  { validFrom, validTo }: Pick<CertificateFacts, "validFrom" | "validTo">,
  asOfMs: number,
): CertificateState {
  const left = Date.parse(validTo) - asOfMs;
  if (left < 0) return "expired";
  if (Date.parse(validFrom) > asOfMs) return "not yet valid";
  return left <= soonDays * dayMs ? "expires soon" : "valid";
}

/** Why a certificate's key or signature is too weak to rest on, or null (NIST SP 800-57: RSA below 2048 bits, EC below 224; SP 800-131A: SHA-1). */
export function certificateWeakness({ key, digest }: Pick<CertificateFacts, "key" | "digest">): string | null {
  if (key.type === "RSA" && key.bits !== null && key.bits < 2048) return `its RSA key has ${key.bits} bits`;
  if (key.type === "EC" && key.bits !== null && key.bits < 224) return `its EC key has ${key.bits} bits`;
  return digest === "SHA-1" || digest === "MD5" ? `it is signed with ${digest}` : null;
}
