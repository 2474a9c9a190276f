// Makes one CA: a key, and a certificate with the fields that Istio's make targets give it. The only place that knows the
// certificate library; it takes the time as an input.
// Facts: istio 1.22.0, tools/certs/common.mk (sections req_ext, req_dn, san of root-ca.conf and intermediate.conf).
// oxlint-disable-next-line import/no-unassigned-import -- it adds what the certificate library builds on, and must come first
import "reflect-metadata";
import { createPrivateKey, createPublicKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type JsonNameParams,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyKind } from "./certificate-plan.ts";

/** A CA as it is kept: both texts are PEM. */
export interface Authority {
  readonly certificate: string;
  readonly key: string;
}

/** A CA that can still sign. */
export interface Signer extends Authority {
  readonly name: Name;
  readonly keys: SigningKeys;
  /** How its key signs. */
  readonly signing: SigningAlgorithm;
  /** What its certificate calls its key; null: by the SHA-1 of the public key. */
  readonly keyIdentifier: string | null;
}

type SigningKeys = Pick<webcrypto.CryptoKeyPair, "publicKey" | "privateKey">;
interface SigningAlgorithm {
  readonly name: "RSASSA-PKCS1-v1_5" | "ECDSA";
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
}

export interface Validity {
  readonly from: Date;
  readonly days: number;
}

export interface RootSubject {
  readonly organization: string;
  readonly commonName: string;
}

export interface IntermediateSubject extends RootSubject {
  /** L: the make targets put the folder's name there. */
  readonly locality: string;
  readonly dnsName: string;
}

const algorithms = {
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) },
  ec: { name: "ECDSA", namedCurve: "P-256" },
} as const;
const signing = {
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ec: { name: "ECDSA", hash: "SHA-256" },
} as const satisfies Readonly<Record<KeyKind["type"], SigningAlgorithm>>;

const dayMs = 24 * 60 * 60 * 1000;
// No cRLSign: the make targets do not ask for it, and istiod issues no revocation lists. With EC keys keyEncipherment means
// nothing; it stands there because the make targets set it for every key.
const usages = (KeyUsageFlags.digitalSignature |
  KeyUsageFlags.nonRepudiation |
  KeyUsageFlags.keyEncipherment |
  KeyUsageFlags.keyCertSign) as KeyUsageFlags;

/** A self-signed root. */
export async function makeRoot(subject: RootSubject, key: KeyKind, validity: Validity): Promise<Signer> {
  const keys = await generateKeys(key);
  const name = nameOf([
    ["O", subject.organization],
    ["CN", subject.commonName],
  ]);
  const own = { name, keys, signing: signing[key.type] };
  const certificate = await signed({ subject: name, keys, issuer: own, validity }, [
    new BasicConstraintsExtension(true, undefined, true),
  ]);
  return { ...own, certificate, key: keyPem(keys), keyIdentifier: null };
}

/**
 * A root that others have made, as a signer. Throws where the key is none that Istio's CAs have: RSA, or EC on a curve of NIST's.
 * Whether the two belong together is the caller's to see to.
 */
export async function givenSigner(certificate: string, key: string): Promise<Signer> {
  const read = new X509Certificate(certificate);
  const [privateKey, publicKey] = [createPrivateKey(key), createPublicKey(certificate)];
  const { subtle } = webcrypto;
  const kind = keyAlgorithm(publicKey);
  return {
    certificate,
    key,
    // Byte for byte the subject that the root has, whatever string types it is written in.
    name: read.subjectName,
    keys: {
      privateKey: await subtle.importKey("pkcs8", privateKey.export({ type: "pkcs8", format: "der" }), kind, false, [
        "sign",
      ]),
      publicKey: await subtle.importKey("spki", publicKey.export({ type: "spki", format: "der" }), kind, true, [
        "verify",
      ]),
    },
    signing: { name: kind.name, hash: kind.hash },
    keyIdentifier: read.getExtension(SubjectKeyIdentifierExtension)?.keyId ?? null,
  };
}

/** Each curve with the digest of its size, as openssl and RFC 5480 pair them; RSA with SHA-256, as the make targets do. */
const curves = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
} as const;

function keyAlgorithm({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SigningAlgorithm & {
  readonly namedCurve?: string;
} {
  if (type === "rsa") return signing.rsa;
  const curve = type === "ec" ? Object.entries(curves).find(([name]) => name === details?.namedCurve) : undefined;
  if (!curve) throw new Error("a key of another kind");
  return { name: "ECDSA", ...curve[1] };
}

/** An intermediate CA under `root`, which may sign workloads and no further CA. */
export async function makeIntermediate(
  subject: IntermediateSubject,
  key: KeyKind,
  validity: Validity,
  root: Signer,
): Promise<Authority> {
  const keys = await generateKeys(key);
  const name = nameOf([
    ["O", subject.organization],
    ["CN", subject.commonName],
    ["L", subject.locality],
  ]);
  const certificate = await signed({ subject: name, keys, issuer: root, validity }, [
    new BasicConstraintsExtension(true, 0, true),
    new SubjectAlternativeNameExtension([{ type: "dns", value: subject.dnsName }]),
    // Not in common.mk: openssl 3 adds it to what another key signs.
    root.keyIdentifier === null
      ? await AuthorityKeyIdentifierExtension.create(root.keys.publicKey, false, webcrypto)
      : new AuthorityKeyIdentifierExtension(root.keyIdentifier),
  ]);
  return { certificate, key: keyPem(keys) };
}

interface Request {
  readonly subject: Name;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly issuer: Pick<Signer, "name" | "keys" | "signing">;
  readonly validity: Validity;
}

async function signed(
  { subject, keys, issuer, validity }: Request,
  [constraints, ...others]: readonly [Extension, ...Extension[]],
): Promise<string> {
  // Certificates count in whole seconds.
  const from = Math.floor(validity.from.getTime() / 1000) * 1000;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject,
      issuer: issuer.name,
      notBefore: new Date(from),
      notAfter: new Date(from + validity.days * dayMs),
      publicKey: keys.publicKey,
      signingKey: issuer.keys.privateKey,
      signingAlgorithm: issuer.signing,
      extensions: [
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        constraints,
        new KeyUsagesExtension(usages, true),
        ...others,
      ],
    },
    webcrypto,
  );
  return `${certificate.toString("pem").trim()}\n`;
}

/** UTF-8 strings, one attribute each, in this order: what `utf8 = yes` makes of the make targets' req_dn. */
function nameOf(attributes: readonly (readonly [string, string])[]): Name {
  const json: JsonNameParams = attributes.map(([type, value]) => ({ [type]: [{ utf8String: value }] }));
  return new Name(json);
}

/** 20 bytes, positive, never beginning with a zero byte (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

async function generateKeys(key: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  if (key.type === "ec") return await subtle.generateKey(algorithms.ec, true, ["sign", "verify"]);
  return await subtle.generateKey({ ...algorithms.rsa, modulusLength: key.bits }, true, ["sign", "verify"]);
}

/** PKCS#8, which istiod reads for both kinds (istio 1.22, security/pkg/pki/util/crypto.go, ParsePemEncodedKey). */
function keyPem({ privateKey }: webcrypto.CryptoKeyPair): string {
  return String(KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }));
}
