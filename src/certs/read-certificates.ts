// What a PEM text holds: the facts of each certificate, and that there are private keys, of which nothing else is ever read.
import type { CertificateFacts } from "../core/certificates.ts";
import { readCertificate } from "../kube/certificates/read-certificate.ts";

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
    const facts = readCertificate(block);
    if (facts === null) broken.push(at + 1);
    else certificates.push(facts);
  }
  return { certificates, privateKeys: [...text.matchAll(keyBlock)].length, broken };
}
