// Certificates of test worlds with what a reader would have found in them: their texts are no certificates.
import type { ClusterInput } from "../../src/core/cluster.ts";
import { type CertificateFacts, certificateHashes } from "../../src/core/certificates.ts";
import type { Hash } from "../../src/core/hash.ts";
import { pem } from "./world.ts";

/** A root as it should be, from 2026 to 2036. */
export const soundRoot: CertificateFacts = {
  subject: "O=corp, CN=Root CA",
  issuer: "O=corp, CN=Root CA",
  selfSigned: true,
  ca: true,
  key: { type: "RSA", bits: 4096, curve: null },
  digest: "SHA-256",
  keyUsage: ["certificate signing"],
  validFrom: "2026-01-01T00:00:00.000Z",
  validTo: "2036-01-01T00:00:00.000Z",
  fingerprint: "",
};

export type Readings = Readonly<Record<string, Partial<CertificateFacts> | null>>;

/** The clusters with their certificates read, by the names of their texts (`pem`), as of a time. */
export function withReadings(
  inputs: readonly ClusterInput[],
  readings: Readings,
  asOf: string | null = "2027-01-01T00:00:00Z",
): ClusterInput[] {
  const certificates = new Map(
    Object.entries(readings).map(([name, facts]): [Hash, CertificateFacts | null] => {
      const [hash] = certificateHashes(pem(name));
      if (!hash) throw new Error("no certificate");
      return [hash, facts === null ? null : { ...soundRoot, ...facts }];
    }),
  );
  return inputs.map((input) => ({ ...input, certificates, ...(asOf === null ? {} : { asOf }) }));
}
