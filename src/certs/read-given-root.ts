// A root that exists already, as a signer: read, looked at from all sides before anything is made under it, and never written.
import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { certificateBlocks, certificateState, dayMs } from "../core/certificates.ts";
import { keyAnswer, pathLimit, readCertificate } from "../kube/certificates/read-certificate.ts";
import type { GivenRoot } from "./certificate-plan.ts";
import { givenSigner, type Signer } from "./make-authority.ts";
import { rootFile, rootKeyFile } from "./make-mesh-files.ts";

/** The two files as Istio's make target root-ca leaves them. */
export interface ReadRoot extends GivenRoot {
  readonly signer: Signer;
}

/** Why a root cannot sign; `file` is the one that it is about. Nothing of any key is in it. */
export interface RootTrouble {
  readonly file: string;
  readonly why: string;
}

const mostBytes = 1024 * 1024;

/** The root of a folder, to sign at a time in milliseconds since 1970. */
export async function readGivenRoot(folder: string, nowMs: number): Promise<ReadRoot | RootTrouble> {
  const certificate = textIn(folder, rootFile);
  if (typeof certificate !== "string") return certificate;
  const blocks = certificateBlocks(certificate);
  const [block] = blocks;
  const trouble = (why: string, file = rootFile): RootTrouble => ({ file, why });
  if (!block || blocks.length > 1) return trouble(`It holds ${blocks.length} certificates: one root signs.`);
  const facts = readCertificate(block.pem);
  if (facts === null) return trouble("It is no certificate that can be read.");
  if (!facts.selfSigned) return trouble("It is not self-signed: the chain of what it signs would end before any root.");
  if (facts.keyUsage !== null && !facts.keyUsage.includes("certificate signing"))
    return trouble("Its key usage is without certificate signing.");
  if (!facts.ca) return trouble("It is no CA.");
  if (pathLimit(block.pem) === 0) return trouble("Its path length of 0 allows no CA below it.");
  const state = certificateState(facts, nowMs);
  if (state === "expired" || state === "not yet valid") return trouble(`It is ${state}.`);
  const key = textIn(folder, rootKeyFile);
  if (typeof key !== "string") return key;
  const answer = keyAnswer(block.pem, key);
  if (answer === "unreadable")
    return trouble("It is no private key that can be read; an encrypted one cannot.", rootKeyFile);
  if (answer !== "belongs") return trouble(`It is not the key of ${rootFile}.`, rootKeyFile);
  const signer = await givenSigner(block.pem, key).catch(() => null);
  if (signer === null) return trouble("Its key is neither RSA nor EC on P-256, P-384 or P-521.");
  const daysLeft = Math.floor((Date.parse(facts.validTo) - nowMs) / dayMs);
  if (daysLeft < 1) return trouble("It expires within a day.");
  return { signer, name: nameOf(signer), daysLeft };
}

function nameOf({ name }: Signer): string {
  return name.getField("CN").at(-1) ?? "";
}

function textIn(folder: string, file: string): string | RootTrouble {
  try {
    const stats = statSync(join(folder, file));
    if (!stats.isFile()) return { file, why: "It is no file." };
    if (stats.size > mostBytes) return { file, why: "It is larger than any certificate." };
    return readFileSync(join(folder, file), "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return { file, why: code === "ENOENT" || code === "ENOTDIR" ? "It is not there." : "It cannot be read." };
  }
}

/** Whether two folders are one, by whatever way. */
export function isSameFolder(one: string, other: string): boolean {
  try {
    return lstatSync(one).isDirectory() && realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
