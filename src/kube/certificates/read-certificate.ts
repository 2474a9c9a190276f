// One PEM block as facts, by Node's own reader.
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateFacts, KeyFacts } from "../../core/certificates.ts";
import { keyUsageOf, pathLengthOf, signatureDigest } from "./der.ts";

/** The facts of a certificate, or null where the block is none. */
export function readCertificate(block: string): CertificateFacts | null {
  const read = parsed(block);
  if (read === null) return null;
  return {
    subject: nameText(read.subject),
    issuer: nameText(read.issuer),
    selfSigned: isSelfSigned(read),
    ca: read.ca,
    key: keyFacts(read),
    digest: signatureDigest(read.raw),
    keyUsage: keyUsageOf(read.raw),
    validFrom: new Date(read.validFrom).toISOString(),
    validTo: new Date(read.validTo).toISOString(),
    fingerprint: read.fingerprint256,
  };
}

/** Whether one certificate was signed by another's key, and names it as its issuer. */
export function isSignedBy(block: string, issuer: string): boolean {
  const [child, parent] = [parsed(block), parsed(issuer)];
  if (child === null || parent === null) return false;
  try {
    return child.checkIssued(parent) && child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

/** How many further CAs a CA allows below it; null: any number, or the block is no certificate. */
export function pathLimit(block: string): number | null {
  const read = parsed(block);
  return read === null ? null : pathLengthOf(read.raw);
}

export type KeyAnswer = "belongs" | "another key" | "unreadable";

/** Whether a private key is a certificate's. The key is compared and nothing else; an encrypted one cannot be read. */
export function keyAnswer(block: string, key: string): KeyAnswer {
  const read = parsed(block);
  try {
    return read !== null && read.checkPrivateKey(createPrivateKey(key)) ? "belongs" : "another key";
  } catch {
    // OpenSSL's reason is not told on: nothing of a key is.
    return "unreadable";
  }
}

function parsed(block: string): X509Certificate | null {
  try {
    // OpenSSL reads no indented lines, as bundles have that were cut out of manifests.
    const read = new X509Certificate(block.replaceAll(/^[ \t]+/gmu, ""));
    // Dates that JavaScript cannot tell make a certificate that nothing can be said of.
    return [read.validFrom, read.validTo].some((time) => Number.isNaN(Date.parse(time))) ? null : read;
  } catch {
    // OpenSSL's own words say nothing that helps here; the place is named.
    return null;
  }
}

/** Node writes one attribute a line, and escapes line breaks inside values. */
function nameText(name: string | undefined): string {
  return (name ?? "").split("\n").join(", ");
}

function isSelfSigned(read: X509Certificate): boolean {
  try {
    return read.subject === read.issuer && read.verify(read.publicKey);
  } catch {
    return false;
  }
}

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

function keyFacts(read: X509Certificate): KeyFacts {
  try {
    const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details = {} } = read.publicKey;
    const { namedCurve: curve = null, modulusLength = null } = details;
    return {
      type: type === "ec" ? "EC" : type === "rsa" ? "RSA" : type,
      bits: modulusLength ?? curveBits[curve ?? ""] ?? null,
      curve,
    };
  } catch {
    return { type: "unknown", bits: null, curve: null };
  }
}
