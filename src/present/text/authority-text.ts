// The drawing of what `certs inspect` checks: the files of each CA together, and whose roots ConfigMaps hold.
import type { AuthorityCheckView, AuthorityView, RootsView } from "../model/certs-view.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

type Question = AuthorityCheckView["question"];

/** What is so where a check holds. */
const facts = {
  root: "root-cert.pem is a self-signed CA",
  "may-sign": "ca-cert.pem is a CA that may sign",
  signed: "ca-cert.pem is signed by the root",
  chain: "cert-chain.pem leads from ca-cert.pem to the root",
  "path-length": "path lengths allow these CAs",
  key: "ca-key.pem is ca-cert.pem's key",
  "root-key": "root-key.pem is root-cert.pem's key",
  valid: "all are valid at this time",
} as const satisfies Readonly<Record<Question, string>>;

const troubles = {
  "no such file": "not checked, it is not here",
  "no certificate": "a file holds no certificate",
  "not self-signed": "it is not self-signed",
  "no CA": "it is no CA",
  "may not sign certificates": "its key usage is without certificate signing",
  "signed by another key": "another key has signed it",
  "begins with another certificate": "it begins with another certificate",
  "a certificate is not signed by the next": "one of its certificates is not signed by the next",
  "does not reach the root": "its last certificate is not signed by the root",
  "more CAs than a path length allows": "a certificate allows fewer CAs below it",
  "another key": "it is another key",
  unreadable: "not checked: the key cannot be read (is it encrypted?)",
  expired: "one has expired",
  "not yet valid": "one is not valid yet",
} as const satisfies Readonly<Record<NonNullable<AuthorityCheckView["why"]>, string>>;

/** Of what holds one line, of what does not each its own. */
export function authorityLines(authorities: readonly AuthorityView[], paint: Paint): string[] {
  if (authorities.length === 0) return [];
  const lines = authorities.flatMap(({ place, checks }) => {
    const held = checks.filter(({ answer }) => answer === "holds").length;
    const failed = checks.filter(({ answer }) => answer === "fails");
    const summary = `${held} of ${checks.length} checks hold${failed.length > 0 ? `, ${failed.length} fail` : ""}`;
    return [
      ...hanging("  ", `${visibleText(place)}: ${summary}`, paint.columns),
      ...failed.flatMap((each) => hanging("    NO  ", text(each), paint.columns).map(paint.red)),
      ...checks
        .filter(({ answer }) => answer === "not checked")
        .flatMap((each) => hanging("    -   ", text(each), paint.columns).map(paint.dim)),
    ];
  });
  return ["", paint.bold("CAs"), ...lines];
}

function text({ question, why }: AuthorityCheckView): string {
  return why === null ? facts[question] : `${facts[question]}: ${troubles[why]}`;
}

export function rootsLines(configMaps: readonly RootsView[], paint: Paint): string[] {
  if (configMaps.length === 0) return [];
  const lines = configMaps.flatMap((each) => {
    const paintOf = each.answer === "fails" ? paint.red : (line: string) => line;
    return hanging(each.answer === "fails" ? "  NO  " : "  ", rootsText(each), paint.columns).map(paintOf);
  });
  return ["", paint.bold("Roots in ConfigMaps"), ...lines];
}

function rootsText(each: RootsView): string {
  const { place, verifies, namedAfter, holdsIntermediateOf, sameNameOtherKey } = each;
  const what = verifies.length === 0 ? "of none of these CAs" : `of ${verifies.join(", ")}`;
  const notes = [
    ...(each.answer === "fails" ? [`named after ${namedAfter}, whose root it does not hold`] : []),
    ...holdsIntermediateOf.map((ca) => `holds the intermediate of ${ca} instead of its root`),
    ...sameNameOtherKey.map((ca) => `has a certificate with the name of the root of ${ca} and another key`),
  ];
  return visibleText([`${place}: ${what}`, ...notes].join("; "));
}
