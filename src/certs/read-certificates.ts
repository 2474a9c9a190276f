// What a PEM text holds: the facts of each certificate, and that there are private keys, of which nothing else is ever read.
import { X509Certificate } from "node:crypto";

export interface CertificateFacts {
  /** Attributes as "O=Istio, CN=Root CA", in the certificate's order. */
  readonly subject: string;
  readonly issuer: string;
  /** The issuer's name is the subject's, and its own key has signed it. */
  readonly selfSigned: boolean;
  readonly ca: boolean;
  readonly key: KeyFacts;
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

export interface PemFacts {
  readonly certificates: readonly CertificateFacts[];
  /** Blocks that hold private keys. */
  readonly privateKeys: number;
  /** Blocks that say that they are certificates and are none, by their number in the text, from 1. */
  readonly broken: readonly number[];
}

const certificateBlock =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?(?:-----END (?:X509 |TRUSTED )?CERTIFICATE-----|$)/gu;
const keyBlock = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/gu;

/** Reads every certificate of a text, whatever stands between them. */
export function readPem(text: string): PemFacts {
  const certificates: CertificateFacts[] = [];
  const broken: number[] = [];
  for (const [at, [block]] of [...text.matchAll(certificateBlock)].entries()) {
    const facts = factsOf(block);
    if (facts === null) broken.push(at + 1);
    else certificates.push(facts);
  }
  return { certificates, privateKeys: [...text.matchAll(keyBlock)].length, broken };
}

function factsOf(block: string): CertificateFacts | null {
  try {
    // OpenSSL reads no indented lines, as bundles have that were cut out of manifests.
    const read = new X509Certificate(block.replaceAll(/^[ \t]+/gmu, ""));
    return {
      subject: nameText(read.subject),
      issuer: nameText(read.issuer),
      selfSigned: isSelfSigned(read),
      ca: read.ca,
      key: keyFacts(read),
      validFrom: new Date(read.validFrom).toISOString(),
      validTo: new Date(read.validTo).toISOString(),
      fingerprint: read.fingerprint256,
    };
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
