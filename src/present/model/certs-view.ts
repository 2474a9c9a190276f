// What `certs inspect` shows, as data: certificates with what the given time makes of them. Knows no clock and no output format.
import { type CertificateState, certificateState, dayMs } from "../../core/certificates.ts";
import type { FoundCertificates, PlacedCertificate } from "../../certs/find-certificates.ts";
import { countSeverities, type FindingView, findingViews, type SeverityCounts } from "./finding-view.ts";

export interface CertificateView extends PlacedCertificate {
  /** Whole days; negative after the end. */
  readonly daysLeft: number;
  readonly state: CertificateState;
}

export interface CertsView {
  readonly asOf: string;
  readonly files: number;
  readonly certificates: readonly CertificateView[];
  /** Places of private keys; nothing else is said of them. */
  readonly privateKeys: readonly string[];
  /** Secrets, which are not opened. */
  readonly secrets: readonly string[];
  /** Blocks that say that they are certificates and are none. */
  readonly broken: readonly string[];
  readonly findings: readonly FindingView[];
  readonly counts: SeverityCounts;
}

/** The certificates as they are at a time, in milliseconds since 1970. */
export function certsView(found: FoundCertificates, asOfMs: number): CertsView {
  const { files, certificates, privateKeys, secrets, broken, findings } = found;
  return {
    asOf: new Date(asOfMs).toISOString(),
    files,
    certificates: certificates.map((facts) => {
      const left = Date.parse(facts.validTo) - asOfMs;
      return { ...facts, daysLeft: Math.floor(left / dayMs), state: certificateState(facts, asOfMs) };
    }),
    privateKeys,
    secrets,
    broken,
    findings: findingViews(findings),
    counts: countSeverities(findings),
  };
}

/** Whether something in the view needs a person before the certificates can be used. */
export function certsBlock({ certificates, broken, counts }: CertsView): boolean {
  return counts.block > 0 || broken.length > 0 || certificates.some(({ state }) => state === "expired");
}
