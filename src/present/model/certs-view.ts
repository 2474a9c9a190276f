// What `certs inspect` shows, as data: certificates with what the given time makes of them. Knows no clock and no output format.
import { type CertificateState, certificateState, dayMs } from "../../core/certificates.ts";
import type { AuthorityCheck, AuthorityTrouble } from "../../certs/check-authority.ts";
import type { ComparedRoots } from "../../certs/compare-roots.ts";
import type { FoundAuthority } from "../../certs/find-authorities.ts";
import type { FoundCertificates, PlacedCertificate } from "../../certs/find-certificates.ts";
import { countSeverities, type FindingView, findingViews, type SeverityCounts } from "./finding-view.ts";

export interface CertificateView extends PlacedCertificate {
  /** Whole days; negative after the end. */
  readonly daysLeft: number;
  readonly state: CertificateState;
}

/** A check of a CA; "valid": all of its certificates are, at the time. */
export interface AuthorityCheckView extends Pick<AuthorityCheck, "answer"> {
  readonly question: AuthorityCheck["question"] | "valid";
  readonly why: AuthorityTrouble | Exclude<CertificateState, "valid" | "expires soon"> | null;
}

export interface AuthorityView {
  /** A folder, or a Secret in a file. */
  readonly place: string;
  readonly checks: readonly AuthorityCheckView[];
}

export interface RootsView extends ComparedRoots {
  /** Whether it holds what its name says; "not checked": it is named after no CA that was read. */
  readonly answer: AuthorityCheck["answer"];
}

export interface CertsView {
  readonly asOf: string;
  readonly files: number;
  readonly certificates: readonly CertificateView[];
  /** Places of private keys; nothing else is said of them. */
  readonly privateKeys: readonly string[];
  /** Secrets, of which nothing but certificates was read. */
  readonly secrets: readonly string[];
  /** Blocks that say that they are certificates and are none. */
  readonly broken: readonly string[];
  readonly authorities: readonly AuthorityView[];
  /** ConfigMaps with roots, where there is a CA to compare them with. */
  readonly configMaps: readonly RootsView[];
  readonly findings: readonly FindingView[];
  readonly counts: SeverityCounts;
}

/** The certificates as they are at a time, in milliseconds since 1970. */
export function certsView(found: FoundCertificates, asOfMs: number): CertsView {
  const { files, certificates, privateKeys, secrets, broken, authorities, configMaps, findings } = found;
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
    authorities: authorities.map((each) => ({
      place: each.place,
      checks: [...each.checks, validCheck(each, asOfMs)],
    })),
    configMaps: configMaps.map((each) => ({ ...each, answer: rootsAnswer(each) })),
    findings: findingViews(findings),
    counts: countSeverities(findings),
  };
}

function validCheck({ roots, intermediate, chain }: FoundAuthority, asOfMs: number): AuthorityCheckView {
  const all = [...roots, ...(intermediate === null ? [] : [intermediate]), ...chain];
  if (all.length === 0) return { question: "valid", answer: "not checked", why: "no certificate" };
  const states = all.map((facts) => certificateState(facts, asOfMs));
  const why = (["expired", "not yet valid"] as const).find((state) => states.includes(state)) ?? null;
  return { question: "valid", answer: why === null ? "holds" : "fails", why };
}

function rootsAnswer({ namedAfter, verifies }: ComparedRoots): AuthorityCheck["answer"] {
  if (namedAfter === null) return "not checked";
  return verifies.includes(namedAfter) ? "holds" : "fails";
}

/** Whether something in the view needs a person before the certificates can be used. */
export function certsBlock({ certificates, broken, authorities, configMaps, counts }: CertsView): boolean {
  const fails = ({ answer }: Pick<AuthorityCheckView, "answer">): boolean => answer === "fails";
  return (
    counts.block > 0 ||
    broken.length > 0 ||
    certificates.some(({ state }) => state === "expired") ||
    authorities.some(({ checks }) => checks.some(fails)) ||
    configMaps.some(fails)
  );
}
