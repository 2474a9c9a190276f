// Files, folders and manifests as certificates with their places. Of Secrets cacerts the certificates are read, others are not
// opened; of private keys the place is told, and whether one belongs to the certificate beside it. Knows neither the time nor any
// output.
import { readdirSync, statSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { clusterId } from "../core/ids.ts";
import type { Finding } from "../core/finding.ts";
import { sortedUnique } from "../core/order.ts";
import { errorReason } from "../kube/sources/files/list-files.ts";
import { parseDocuments } from "../kube/sources/files/parse-documents.ts";
import { textReader } from "../kube/sources/files/read-text.ts";
import { unpackDocument } from "../kube/sources/files/unpack-document.ts";
import { fileUnreadable, pathMissing } from "../findings/codes/inputs.ts";
import type { CertificateFacts } from "../core/certificates.ts";
import type { RootsText } from "./compare-roots.ts";
import { findAuthorities, type FoundAuthorities } from "./find-authorities.ts";
import { readPem } from "./read-certificates.ts";
import { secretCertificates, type SecretCertificates } from "./secret-certificates.ts";

/** A certificate, and where it stands: a file, or a file and the member of a ConfigMap in it. */
export interface PlacedCertificate extends CertificateFacts {
  readonly places: readonly string[];
}

export interface FoundCertificates extends FoundAuthorities {
  /** Each once, in the order in which they were met. */
  readonly certificates: readonly PlacedCertificate[];
  /** Places of private keys. */
  readonly privateKeys: readonly string[];
  /** Secrets, of which nothing but certificates was read. */
  readonly secrets: readonly string[];
  /** Blocks that say that they are certificates and are none. */
  readonly broken: readonly string[];
  /** How many files were read. */
  readonly files: number;
  readonly findings: readonly Finding[];
}

const pemFile = /\.(?:pem|crt|cer|cert|key)$/iu;
const manifestFile = /\.(?:ya?ml|json)(?:\.gz)?$/iu;
/** A bundle of all the world's roots has a quarter of a megabyte; a dump with ConfigMaps may be large. */
const mostBytes = 64 * 1024 * 1024;

/** Certificates of PEM files, and of ConfigMaps in manifests; in folders, also in those below. */
export function findCertificates(paths: readonly string[], cwd: string): FoundCertificates {
  const found = { files: 0, findings: [] as Finding[] };
  const texts: Place[] = [];
  const files = new Map<string, string>();
  const sinks: Sinks = { texts, secrets: [], authorities: [], configMaps: [], findings: found.findings };
  const reader = textReader(mostBytes);
  for (const file of paths.flatMap((path) => listed(path, cwd, found.findings))) {
    const text = reader.read({ shown: file, absolute: resolve(cwd, file) });
    if (text === null) continue;
    if (!text.known) {
      found.findings.push(text.why);
      continue;
    }
    found.files += 1;
    if (manifestFile.test(file)) {
      readManifest(file, text.value, sinks);
      continue;
    }
    texts.push({ place: file, text: text.value });
    files.set(file, text.value);
  }
  const { secrets, authorities, configMaps } = sinks;
  return { ...placed(texts), secrets, ...found, ...findAuthorities({ files, secrets: authorities, configMaps }) };
}

interface Place {
  readonly place: string;
  readonly text: string;
}

interface Sinks {
  readonly texts: Place[];
  readonly secrets: string[];
  readonly authorities: (SecretCertificates & { readonly file: string })[];
  readonly configMaps: RootsText[];
  readonly findings: Finding[];
}

/** Each certificate once, with all its places. */
function placed(texts: readonly Place[]): Pick<FoundCertificates, "certificates" | "privateKeys" | "broken"> {
  const byPrint = new Map<string, { readonly facts: CertificateFacts; readonly places: string[] }>();
  const privateKeys: string[] = [];
  const broken: string[] = [];
  for (const { place, text } of texts) {
    const facts = readPem(text);
    if (facts.privateKeys > 0) privateKeys.push(place);
    broken.push(...facts.broken.map((number) => `${place}, certificate ${number}`));
    for (const each of facts.certificates) {
      const known = byPrint.get(each.fingerprint);
      if (known === undefined) byPrint.set(each.fingerprint, { facts: each, places: [place] });
      else if (!known.places.includes(place)) known.places.push(place);
    }
  }
  return {
    certificates: [...byPrint.values()].map(({ facts, places }) => ({ ...facts, places })),
    privateKeys,
    broken,
  };
}

/** The data of ConfigMaps, and the certificates of Secrets cacerts; the reader empties private keys and Secrets, and says so. */
function readManifest(file: string, text: string, sinks: Sinks): void {
  const { texts, secrets, authorities, configMaps, findings } = sinks;
  const documents = parseDocuments(text, file);
  findings.push(...documents.findings);
  for (const document of documents.value) {
    for (const found of secretCertificates(document.value)) {
      authorities.push({ ...found, file });
      for (const [key, pem] of Object.entries(found.texts))
        if (typeof pem === "string" && pem !== "") texts.push({ place: `${file}: ${found.name} ${key}`, text: pem });
    }
    // The cluster is part of every reference; no certificate depends on it.
    const unpacked = unpackDocument(clusterId("certificates"), file, document);
    findings.push(...unpacked.findings);
    for (const { ref, body } of unpacked.objects) {
      const name = `${file}: ${ref.kind} ${ref.namespace === null ? "" : `${ref.namespace}/`}${ref.name}`;
      if (ref.kind === "Secret") secrets.push(name);
      if (ref.kind !== "ConfigMap") continue;
      const { data } = body;
      for (const [key, value] of Object.entries(typeof data === "object" && data !== null ? data : {})) {
        if (typeof value !== "string" || !value.includes("-----BEGIN")) continue;
        const place = `${name} ${key}`;
        texts.push({ place, text: value });
        configMaps.push({ place, name: ref.name, text: value });
      }
    }
  }
}

/** A file itself, or the certificates and manifests below a folder, in order. Links to folders are not followed. */
function listed(path: string, cwd: string, findings: Finding[]): string[] {
  const shown = posix.normalize(path);
  const absolute = resolve(cwd, path);
  try {
    if (!statSync(absolute).isDirectory()) return [shown];
    const entries = readdirSync(absolute, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && (pemFile.test(entry.name) || manifestFile.test(entry.name)))
      .map((entry) => posix.join(shown, join(entry.parentPath, entry.name).slice(absolute.length)));
    return sortedUnique(entries);
  } catch (error) {
    const gone = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    const at = [{ file: shown, line: 0 }];
    findings.push(gone ? pathMissing.at(at, {}) : fileUnreadable.at(at, { reason: errorReason(error) }));
    return [];
  }
}
