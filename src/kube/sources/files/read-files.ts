// Files and folders of manifests, dumps and must-gathers as one cluster's input. Knows no meaning of any kind: what is not there is
// "not supplied", what cannot be read is a finding and hides nothing else.
// An origin holds the file as the user would type it. It serves messages only: no byte of a plan may depend on it, since it
// changes with the working directory.
import { setImmediate } from "node:timers/promises";
import type { ClusterInput, Coverage } from "../../../core/cluster.ts";
import type { Finding } from "../../../core/finding.ts";
import type { ClusterId } from "../../../core/ids.ts";
import { canonicalJson } from "../../../core/json.ts";
import { kindKey, refKey } from "../../../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../../../core/order.ts";
import { filesIgnored, nothingRead } from "../../../findings/codes/inputs.ts";
import { readRootCertificates } from "../../certificates/read-root-certificates.ts";
import { merged, type Snapshot, snapshotIn } from "../snapshot.ts";
import { listFiles } from "./list-files.ts";
import { mergeObject, sortedObjects, type ObjectsByKey } from "./merge-objects.ts";
import { mustGatherKind } from "./namespaced-kinds.ts";
import { parseDocuments } from "./parse-documents.ts";
import { textReader } from "./read-text.ts";
import { unpackDocument } from "./unpack-document.ts";

export interface ReadFilesOptions {
  /** Of a file, and of its text after decompression. */
  readonly maxFileSizeBytes: number;
  /** What relative paths are relative to. */
  readonly cwd: string;
}

/** 256 MiB. */
export const DEFAULT_MAX_FILE_SIZE_BYTES = 256 * 1024 * 1024;

/** After so many files other work of the process gets its turn. */
const FILES_PER_TURN = 256;

/**
 * Reads files, and folders recursively: *.yaml, *.yml, *.json (also .gz) with any number of documents, lists and typed lists; must-gather and
 * `oc adm inspect` folders. A path that is a file is read whatever its extension. One file is in memory at a time. The result
 * is the same for any order of `paths` and of the files on disk. Never throws for what it reads.
 */
export async function readFiles(
  cluster: ClusterId,
  paths: readonly string[],
  options: Partial<ReadFilesOptions> = {},
): Promise<ClusterInput> {
  const { maxFileSizeBytes = DEFAULT_MAX_FILE_SIZE_BYTES, cwd = process.cwd() } = options;
  const listing = listFiles(paths, cwd);
  const reader = textReader(maxFileSizeBytes);
  const objects: ObjectsByKey = new Map();
  const listed = new Set<string>();
  const snapshots: Snapshot[] = [];
  const findings: Finding[] = [...listing.findings];
  for (const [index, file] of listing.files.entries()) {
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
    const text = reader.read(file);
    if (text === null) continue;
    if (!text.known) {
      findings.push(text.why);
      continue;
    }
    const documents = parseDocuments(text.value, file.shown);
    findings.push(...documents.findings);
    for (const document of documents.value) {
      const snapshot = snapshotIn(document.value, cluster);
      if (snapshot !== null) {
        snapshots.push(snapshot);
        continue;
      }
      const unpacked = unpackDocument(cluster, file.shown, document);
      findings.push(...unpacked.findings);
      for (const key of unpacked.listed) listed.add(key);
      const gathered = unpacked.emptyList ? mustGatherKind(file.shown) : null;
      if (gathered !== null) listed.add(gathered);
      for (const object of unpacked.objects) {
        listed.add(kindKey(object.ref));
        const finding = mergeObject(objects, object);
        if (finding !== null) findings.push(finding);
      }
    }
  }
  if (objects.size === 0) findings.push(...nothingFindings(cluster, listing.ignored));
  const sorted = sortedObjects(objects);
  const snapshot = merged(snapshots);
  return {
    id: cluster,
    objects: sorted,
    coverage: coverageOf(listed, snapshot),
    findings: sortedFindings([...findings, ...snapshot.findings]),
    certificates: readRootCertificates(sorted),
    ...(snapshot.asOf === null ? {} : { asOf: snapshot.asOf }),
  };
}

function nothingFindings(cluster: ClusterId, ignored: number): Finding[] {
  const subjects = [{ cluster }];
  const nothing = nothingRead.at(subjects, { cluster });
  return ignored === 0 ? [nothing] : [nothing, filesIgnored.at(subjects, { count: ignored })];
}

/** Of the kinds that it names a snapshot knows better: that there are some does not say that all were seen. */
function coverageOf(listed: ReadonlySet<string>, { coverage }: Snapshot): Readonly<Record<string, Coverage>> {
  const known = sortedUnique([...listed, ...Object.keys(coverage)]);
  return Object.fromEntries(known.map((key): [string, Coverage] => [key, coverage[key] ?? "listed"]));
}

// By code, then by place; lines as numbers.
function sortedFindings(findings: readonly Finding[]): Finding[] {
  return sortedBy(
    findings,
    (finding) => finding.code,
    (finding) => finding.subjects.flatMap(placeKey).join("\n"),
    (finding) => finding.subjects.flatMap(objectKey).join("\n"),
    (finding) => canonicalJson(finding.params),
  );
}

type Subject = Finding["subjects"][number];

function placeKey(subject: Subject): string[] {
  return "file" in subject ? [`${subject.file}:${String(subject.line).padStart(9, "0")}`] : [];
}

function objectKey(subject: Subject): string[] {
  return "kind" in subject ? [refKey(subject)] : [];
}
