// What openssl says of certificates, and certificates that openssl makes with the settings of Istio's make targets.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export function openssl(cwd: string, ...argv: readonly string[]): string {
  return execFileSync("openssl", argv, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Whether `openssl verify` accepts a certificate under a root and nothing else, with untrusted certificates between them. */
export function verifies(cwd: string, root: string, certificate: string, between: readonly string[] = []): boolean {
  const untrusted = between.flatMap((file) => ["-untrusted", file]);
  const argv = ["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile", root, ...untrusted, certificate];
  return spawnSync("openssl", argv, { cwd }).status === 0;
}

/** A workload's certificate, signed with ca-key.pem as istiod would: leaf.pem in `cwd`. */
export function signLeaf(cwd: string): void {
  const config = `[req]\nprompt=no\ndistinguished_name=d\n[d]\nO=workload\n[e]\nbasicConstraints=critical,CA:false
keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth
subjectAltName=critical,URI:spiffe://east.local/ns/a/sa/default\n`;
  writeFileSync(join(cwd, "leaf.conf"), config);
  openssl(cwd, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "leaf-key.pem");
  openssl(cwd, "req", "-new", "-key", "leaf-key.pem", "-config", "leaf.conf", "-out", "leaf.csr");
  const ca = ["-CA", "ca-cert.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"];
  openssl(cwd, ..."x509 -req -days 1 -extensions e -extfile leaf.conf -in leaf.csr -out leaf.pem".split(" "), ...ca);
}

export interface Asked {
  readonly organization: string;
  readonly mesh: string;
  readonly bits: number;
}

/**
 * root-cert.pem and ca-cert.pem as the targets root-ca and NAME-cacerts make them. The settings are facts of istio 1.22.0,
 * tools/certs/common.mk and Makefile.selfsigned.mk; the text here is ours.
 */
export function makeLikeIstio(cwd: string, { organization, mesh, bits }: Asked): void {
  const usage = "keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,keyCertSign";
  const config = (more: readonly string[], names: readonly string[]) =>
    ["[req]", "prompt=no", "utf8=yes", "distinguished_name=names", "[more]", "subjectKeyIdentifier=hash"]
      .concat(more, "[names]", `O=${organization}`, names, "")
      .join("\n");
  const title = mesh.slice(0, 1).toUpperCase() + mesh.slice(1);
  writeFileSync(join(cwd, "root.conf"), config(["basicConstraints=critical,CA:true", usage], [`CN=${title} Root CA`]));
  const constraints = [
    "basicConstraints=critical,CA:true,pathlen:0",
    usage,
    "subjectAltName=DNS:istiod.istio-system.svc",
  ];
  writeFileSync(join(cwd, "ca.conf"), config(constraints, [`CN=${title} Intermediate CA`, `L=${mesh}`]));
  for (const name of ["root", "ca"]) {
    openssl(cwd, "genrsa", "-out", `${name}-key.pem`, String(bits));
    openssl(cwd, "req", "-sha256", "-new", "-key", `${name}-key.pem`, "-config", `${name}.conf`, "-out", `${name}.csr`);
    const common = ["x509", "-req", "-sha256", "-days", "3650", "-extensions", "more", "-extfile", `${name}.conf`];
    const by = ["-CA", "root-cert.pem", "-CAkey", "root-key.pem", "-CAcreateserial"];
    const signer = name === "root" ? ["-signkey", "root-key.pem"] : by;
    openssl(cwd, ...common, ...signer, "-in", `${name}.csr`, "-out", `${name}-cert.pem`);
  }
}

/** The fields of a certificate as openssl prints them; key, serial, signature and dates of the clock are reduced to their form. */
export function fieldsOf(cwd: string, file: string): Readonly<Record<string, string>> {
  const print = (...argv: readonly string[]) => openssl(cwd, "x509", "-in", file, "-noout", ...argv).trim();
  const text = print("-text", "-certopt", "no_sigdump,no_pubkey");
  const [from = "", to = ""] = print("-dates")
    .split("\n")
    .map((line) => line.replace(/^.*?=/u, ""));
  const extensions = text
    .slice(text.indexOf("X509v3 extensions:"))
    .replaceAll(/[0-9A-F]{2}(?::[0-9A-F]{2}){19}/gu, "20 bytes");
  return {
    version: /Version: (.*)/u.exec(text)?.[1] ?? "",
    signature: /Signature Algorithm: (.*)/u.exec(text)?.[1] ?? "",
    key: /Public-Key: \((.*)\)/u.exec(print("-text"))?.[1] ?? "",
    subject: print("-subject", "-nameopt", "oneline,show_type"),
    issuer: print("-issuer", "-nameopt", "oneline,show_type"),
    days: String((Date.parse(to) - Date.parse(from)) / 86_400_000),
    serialBytes: String(print("-serial").replace("serial=", "").length / 2),
    extensions: extensions
      .split("\n")
      .map((line) => line.trim())
      .join("\n"),
  };
}
