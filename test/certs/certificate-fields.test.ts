// What is read out of certificates beyond what Node hands out, against what openssl was told to write.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certificateWeakness } from "../../src/core/certificates.ts";
import { isSignedBy, readCertificate } from "../../src/kube/certificates/read-certificate.ts";
import { folderWith } from "../cli/run-meshferry.ts";
import { openssl } from "./openssl.ts";

/** A self-signed certificate made by openssl. */
function made(key: readonly string[], digest: readonly string[], usage: string | null): string {
  const folder = folderWith({
    "x.conf": `[req]\nprompt=no\ndistinguished_name=d\nx509_extensions=e\n[d]\nO=x\nCN=y\n[e]\nbasicConstraints=critical,CA:true\n${usage === null ? "" : `keyUsage=${usage}\n`}`,
  });
  openssl(folder, "genpkey", ...key, "-out", "k.pem");
  openssl(folder, ..."req -x509 -new -key k.pem -config x.conf -days 30 -out c.pem".split(" "), ...digest);
  return readFileSync(join(folder, "c.pem"), "utf8");
}

const rsa = (bits: number) => ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`];
const ec = (curve: string) => ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`];

test.each([
  { key: rsa(2048), digest: ["-sha256"], usage: "critical,keyCertSign,cRLSign", says: ["RSA", 2048, "SHA-256"] },
  { key: rsa(2048), digest: ["-sha1"], usage: "digitalSignature", says: ["RSA", 2048, "SHA-1"] },
  { key: rsa(1024), digest: ["-sha512"], usage: null, says: ["RSA", 1024, "SHA-512"] },
  {
    key: ec("P-256"),
    digest: ["-sha256"],
    usage: "critical,digitalSignature,nonRepudiation",
    says: ["EC", 256, "SHA-256"],
  },
  { key: ec("P-384"), digest: ["-sha384"], usage: "decipherOnly,keyAgreement", says: ["EC", 384, "SHA-384"] },
  { key: ["-algorithm", "ED25519"], digest: [], usage: "keyCertSign", says: ["ed25519", null, "none"] },
])("$says with $usage", ({ key, digest, usage, says }) => {
  const facts = readCertificate(made(key, digest, usage));
  expect([facts?.key.type, facts?.key.bits, facts?.digest]).toEqual(says);
  const names: Readonly<Record<string, string>> = {
    digitalSignature: "digital signature",
    nonRepudiation: "non-repudiation",
    keyAgreement: "key agreement",
    keyCertSign: "certificate signing",
    cRLSign: "CRL signing",
    decipherOnly: "decipher only",
  };
  const asked = usage?.split(",").flatMap((each) => names[each] ?? []);
  expect(facts?.keyUsage === null ? null : [...(facts?.keyUsage ?? [])].sort()).toEqual(asked?.sort() ?? null);
});

test("what is weak is said, and what is not weak is not", () => {
  const weak = (type: string, bits: number | null, digest: string) =>
    certificateWeakness({ key: { type, bits, curve: null }, digest });
  expect(weak("RSA", 1024, "SHA-256")).toBe("its RSA key has 1024 bits");
  expect(weak("EC", 192, "SHA-256")).toBe("its EC key has 192 bits");
  expect(weak("RSA", 2048, "SHA-1")).toBe("it is signed with SHA-1");
  expect([weak("RSA", 2048, "SHA-256"), weak("EC", 256, "SHA-384"), weak("ed25519", null, "none")]).toEqual([
    null,
    null,
    null,
  ]);
});

test("who signed whom is decided by the key, not by the name", () => {
  const [one, other] = [made(ec("P-256"), [], null), made(ec("P-256"), [], null)];
  expect([isSignedBy(one, one), isSignedBy(one, other), isSignedBy("x", one)]).toEqual([true, false, false]);
});
