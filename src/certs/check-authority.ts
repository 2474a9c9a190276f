// Whether the files of a mesh's CA fit together, as istiod and every verifier of its workloads will ask. Knows no time and no file.
// Facts: istiod refuses a CA whose certificate does not verify from the root through the chain, and one whose key is another's
// (Istio, commit 0257945, security/pkg/pki/util/keycertbundle.go); what it signs, it sends with cert-chain.pem behind it, which has to be in
// order for TLS 1.2 (RFC 5246, 7.4.2).
import { certificateBlocks, type CertificateFacts } from "../core/certificates.ts";
import { isSignedBy, keyAnswer, pathLimit, readCertificate } from "../kube/certificates/read-certificate.ts";

/** The texts of one CA; null: not there. Of a Secret no key is among them. */
export interface AuthorityTexts {
  readonly "root-cert.pem": string | null;
  readonly "ca-cert.pem": string | null;
  readonly "cert-chain.pem": string | null;
  readonly "ca-key.pem": string | null;
  readonly "root-key.pem": string | null;
}

export type AuthorityFile = keyof AuthorityTexts;

/** "root": a self-signed CA; "signed": the intermediate, by the root; "may-sign": the intermediate is a CA; the keys: they are the certificates'. */
export type AuthorityQuestion = "root" | "signed" | "chain" | "may-sign" | "path-length" | "key" | "root-key";

export interface AuthorityCheck {
  readonly question: AuthorityQuestion;
  readonly answer: "holds" | "fails" | "not checked";
  /** null: it holds. */
  readonly why: AuthorityTrouble | null;
}

export type AuthorityTrouble =
  | "no such file"
  | "no certificate"
  | "not self-signed"
  | "no CA"
  | "may not sign certificates"
  | "signed by another key"
  | "begins with another certificate"
  | "a certificate is not signed by the next"
  | "does not reach the root"
  | "more CAs than a path length allows"
  | "another key"
  | "unreadable";

export interface CheckedAuthority {
  readonly roots: readonly CertificateFacts[];
  readonly intermediate: CertificateFacts | null;
  readonly chain: readonly CertificateFacts[];
  readonly checks: readonly AuthorityCheck[];
}

interface Certificate {
  readonly pem: string;
  readonly facts: CertificateFacts;
}

export function checkAuthority(texts: AuthorityTexts): CheckedAuthority {
  const roots = certificatesOf(texts["root-cert.pem"]);
  const [intermediate = null] = certificatesOf(texts["ca-cert.pem"]);
  const chain = certificatesOf(texts["cert-chain.pem"]);
  const missing = (file: AuthorityFile): AuthorityTrouble | null =>
    texts[file] === null ? "no such file" : certificatesOf(texts[file]).length === 0 ? "no certificate" : null;
  const noRoot = missing("root-cert.pem");
  const noIntermediate = missing("ca-cert.pem");
  const between = chain.filter(({ facts }) => ![intermediate, ...roots].some((each) => isSame(each?.facts, facts)));
  const path = intermediate === null ? [] : [intermediate, ...between];
  const ofIntermediate = noIntermediate ?? noRoot;
  const checks: readonly (readonly [AuthorityQuestion, AuthorityTrouble | null, () => AuthorityTrouble | null])[] = [
    ["root", noRoot, () => firstTrouble(roots.map(rootTrouble))],
    ["may-sign", noIntermediate, () => (intermediate ? signingTrouble(intermediate.facts) : null)],
    ["signed", ofIntermediate, () => (reaches(path, roots) ? null : "signed by another key")],
    ["chain", ofIntermediate ?? missing("cert-chain.pem"), () => chainTrouble(chain, intermediate, roots)],
    ["path-length", ofIntermediate, () => lengthTrouble(path, roots)],
  ];
  return {
    roots: roots.map(({ facts }) => facts),
    intermediate: intermediate?.facts ?? null,
    chain: chain.map(({ facts }) => facts),
    checks: [
      ...checks.map(([question, missed, ask]) => checked(question, missed, ask)),
      keyCheck("key", texts["ca-key.pem"], intermediate),
      keyCheck("root-key", texts["root-key.pem"], roots[0] ?? null),
    ],
  };
}

function checked(
  question: AuthorityQuestion,
  missed: AuthorityTrouble | null,
  ask: () => AuthorityTrouble | null,
): AuthorityCheck {
  // A file that is there and holds no certificate is wrong; one that was not given is not.
  if (missed === "no certificate") return { question, answer: "fails", why: missed };
  if (missed !== null) return { question, answer: "not checked", why: missed };
  const why = ask();
  return { question, answer: why === null ? "holds" : "fails", why };
}

function keyCheck(question: "key" | "root-key", key: string | null, of: Certificate | null): AuthorityCheck {
  if (key === null || of === null) return { question, answer: "not checked", why: "no such file" };
  const answer = keyAnswer(of.pem, key);
  if (answer === "belongs") return { question, answer: "holds", why: null };
  return { question, answer: answer === "unreadable" ? "not checked" : "fails", why: answer };
}

function certificatesOf(text: string | null): Certificate[] {
  return certificateBlocks(text ?? "").flatMap(({ pem }) => {
    const facts = readCertificate(pem);
    return facts === null ? [] : [{ pem, facts }];
  });
}

function isSame(left: CertificateFacts | undefined, right: CertificateFacts): boolean {
  return left?.fingerprint === right.fingerprint;
}

function firstTrouble(troubles: readonly (AuthorityTrouble | null)[]): AuthorityTrouble | null {
  return troubles.find((each) => each !== null) ?? null;
}

function rootTrouble({ facts }: Certificate): AuthorityTrouble | null {
  return facts.selfSigned ? signingTrouble(facts) : "not self-signed";
}

function signingTrouble({ ca, keyUsage }: CertificateFacts): AuthorityTrouble | null {
  // First, because OpenSSL, and so Node, says of such a CA that it is none (v3_purp.c, check_ca).
  if (keyUsage !== null && !keyUsage.includes("certificate signing")) return "may not sign certificates";
  return ca ? null : "no CA";
}

/** Whether each certificate of the path is signed by the next, and the last one by a root. */
function reaches(path: readonly Certificate[], roots: readonly Certificate[]): boolean {
  const last = path.at(-1);
  if (!last || gapIn(path)) return false;
  return roots.some((root) => isSame(root.facts, last.facts) || isSignedBy(last.pem, root.pem));
}

function gapIn(path: readonly Certificate[]): boolean {
  return path.some(({ pem }, at) => {
    const next = path[at + 1];
    return next !== undefined && !isSignedBy(pem, next.pem);
  });
}

/** The chain may end with the root or right below it. */
function chainTrouble(
  chain: readonly Certificate[],
  intermediate: Certificate | null,
  roots: readonly Certificate[],
): AuthorityTrouble | null {
  const [first] = chain;
  if (first && !isSame(intermediate?.facts, first.facts)) return "begins with another certificate";
  if (gapIn(chain)) return "a certificate is not signed by the next";
  return reaches(chain, roots) ? null : "does not reach the root";
}

/** The nth certificate of a path has n CAs below it (RFC 5280, 4.2.1.9). */
function lengthTrouble(path: readonly Certificate[], roots: readonly Certificate[]): AuthorityTrouble | null {
  const last = path.at(-1);
  const root = roots.find(({ pem, facts }) => last && !isSame(last.facts, facts) && isSignedBy(last.pem, pem));
  const tooLong = [...path, ...(root ? [root] : [])].some(({ pem }, below) => {
    const limit = pathLimit(pem);
    return limit !== null && limit < below;
  });
  return tooLong ? "more CAs than a path length allows" : null;
}
