// Identity of the certificates in a PEM bundle, without reading what is in them: enough to compare roots.
import { type Hash, hashOf } from "./hash.ts";
import { sortedUnique } from "./order.ts";

const block = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/gu;

/** One hash per distinct certificate, over its base64 text without white space; sorted. */
export function certificateHashes(pem: string): Hash[] {
  return sortedUnique([...pem.matchAll(block)].map((match) => hashOf((match[1] ?? "").replaceAll(/\s/gu, ""))));
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
