// Whose root a ConfigMap holds: a peer's ConfigMap of older certificates stops federation, and looks like any other.
import { certificateBlocks, type CertificateFacts } from "../core/certificates.ts";
import { isSignedBy, readCertificate } from "../kube/certificates/read-certificate.ts";
import type { CheckedAuthority } from "./check-authority.ts";

/** A ConfigMap's certificates, compared with the CAs that were read beside it. */
export interface ComparedRoots {
  readonly place: string;
  /** Places of the CAs that its certificates verify: their root is among them, or one that was renewed with the same key. */
  readonly verifies: readonly string[];
  /** The CA that it is named after: its name begins with the folder's name and a dash; null: after none. */
  readonly namedAfter: string | null;
  /** CAs whose intermediate it holds instead of their root: what that one signed is trusted only until it is renewed. */
  readonly holdsIntermediateOf: readonly string[];
  /** CAs whose root has the name of one of its certificates, and another key. */
  readonly sameNameOtherKey: readonly string[];
}

export interface NamedAuthority extends CheckedAuthority {
  readonly place: string;
  /** The name of the folder that its files lie in; "": none. */
  readonly folder: string;
  readonly intermediatePem: string | null;
}

export interface RootsText {
  readonly place: string;
  /** The ConfigMap's. */
  readonly name: string;
  readonly text: string;
}

export function compareRoots(
  { place, name, text }: RootsText,
  authorities: readonly NamedAuthority[],
): ComparedRoots | null {
  const blocks = certificateBlocks(text);
  const certificates = blocks.flatMap(({ pem }) => readCertificate(pem) ?? []);
  if (certificates.length === 0 || authorities.length === 0) return null;
  const prints = new Set(certificates.map(({ fingerprint }) => fingerprint));
  const has = ({ fingerprint }: CertificateFacts): boolean => prints.has(fingerprint);
  const placesWhere = (holds: (authority: NamedAuthority) => boolean): string[] =>
    authorities.filter(holds).map((authority) => authority.place);
  const verifies = ({ roots, intermediatePem }: NamedAuthority): boolean =>
    roots.some(has) || (intermediatePem !== null && blocks.some(({ pem }) => isSignedBy(intermediatePem, pem)));
  const namesakes = authorities.filter(({ folder }) => folder !== "" && name.startsWith(`${folder}-`));
  const longest = Math.max(0, ...namesakes.map(({ folder }) => folder.length));
  return {
    place,
    verifies: placesWhere(verifies),
    namedAfter: namesakes.find(({ folder }) => folder.length === longest)?.place ?? null,
    holdsIntermediateOf: placesWhere((each) => {
      return each.intermediate !== null && !verifies(each) && has(each.intermediate);
    }),
    sameNameOtherKey: placesWhere((each) => {
      const names = new Set(certificates.map(({ subject }) => subject));
      return !verifies(each) && each.roots.some((root) => names.has(root.subject));
    }),
  };
}
