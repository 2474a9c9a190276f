// The certificates of one cluster: its own authority, a server's for the API server and the kubelet, an administrator's.
// oxlint-disable-next-line import/no-unassigned-import -- it adds what the certificate library builds on, and must come first
import "reflect-metadata";
import { KeyObject, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** PEM texts. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface ClusterCertificates {
  readonly authority: Certified;
  readonly server: Certified;
  /** Of the group system:masters: everything of the lab acts as it. */
  readonly admin: Certified;
  /** Signs the tokens of service accounts. */
  readonly tokens: { readonly key: string; readonly publicKey: string };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const serverAuth = "1.3.6.1.5.5.7.3.1";
const clientAuth = "1.3.6.1.5.5.7.3.2";
const dayMs = 24 * 60 * 60 * 1000;

export async function makeCertificates(cluster: string, addresses: readonly string[]): Promise<ClusterCertificates> {
  const authorityName = `CN=${cluster} authority, O=meshferry lab`;
  const root = await keyPair();
  const issue = async (subject: string, keys: webcrypto.CryptoKeyPair, extensions: Extension[]) => {
    const made = await X509CertificateGenerator.create({
      issuer: authorityName,
      subject,
      // An hour back: clocks of namespaces are one, those of people who look are not.
      notBefore: new Date(Date.now() - dayMs / 24),
      notAfter: new Date(Date.now() + 365 * dayMs),
      publicKey: keys.publicKey,
      signingKey: root.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    });
    return { certificate: `${made.toString("pem")}\n`, key: privatePem(keys) };
  };
  const names: JsonGeneralNames = [
    ...addresses.map((value) => ({ type: "ip" as const, value })),
    ...["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"].map(
      (value) => ({ type: "dns" as const, value }),
    ),
  ];
  const [serverKeys, adminKeys, tokenKeys] = await Promise.all([keyPair(), keyPair(), keyPair()]);
  return {
    authority: await issue(authorityName, root, [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ]),
    server: await issue("CN=server, O=meshferry lab", serverKeys, [
      new ExtendedKeyUsageExtension([serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ]),
    admin: await issue("CN=admin, O=system:masters", adminKeys, [new ExtendedKeyUsageExtension([clientAuth])]),
    tokens: { key: privatePem(tokenKeys), publicKey: publicPem(tokenKeys) },
  };
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function privatePem({ privateKey }: webcrypto.CryptoKeyPair): string {
  return String(KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }));
}

function publicPem({ publicKey }: webcrypto.CryptoKeyPair): string {
  return String(KeyObject.from(publicKey).export({ type: "spki", format: "pem" }));
}
