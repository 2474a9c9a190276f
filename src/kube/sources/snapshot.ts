// A cluster as it was read, as a folder of manifests that reads back equal: beside the objects, what manifests cannot say, namely
// which kinds were (not) seen, when, and what was found on the way.
import type { ClusterInput, Coverage } from "../../core/cluster.ts";
import type { Finding } from "../../core/finding.ts";
import type { ClusterId } from "../../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { type KubeObject, kindKey, type ObjectRef } from "../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import { findCode } from "../../findings/codes/catalogue.ts";

const apiVersion = "meshferry.dev/v1";
const kind = "Snapshot";

/** Files are no longer than this, so that readers with a limit take them. */
const longestFile = 64 * 1024 * 1024;

/** The files of one cluster, by name; each in pieces. */
export function snapshotFiles(input: ClusterInput): ReadonlyMap<string, () => Iterable<string>> {
  const files = new Map<string, () => Iterable<string>>([["snapshot.json", () => [`${snapshotText(input)}\n`]]]);
  for (const [key, objects] of groupBy(input.objects, ({ ref }) => kindKey(ref)))
    for (const [index, part] of partsOf(objects).entries())
      files.set(`${key}${index === 0 ? "" : `-${index + 1}`}.json`, () => listPieces(part));
  return files;
}

function snapshotText({ id, asOf, coverage, findings }: ClusterInput): string {
  const document = {
    apiVersion,
    kind,
    metadata: { name: id },
    asOf: asOf ?? null,
    coverage,
    findings: findings.map(({ code, params, subjects }) => ({
      code,
      params,
      subjects: subjects.map((subject) => ("kind" in subject ? subject : { cluster: id })),
    })),
  };
  return JSON.stringify(document, null, 2);
}

function partsOf(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const parts: KubeObject[][] = [];
  let length = longestFile;
  for (const object of objects) {
    const own = JSON.stringify(object.body).length;
    if (length + own > longestFile) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(object);
    length += own;
  }
  return parts;
}

/** An object a line: two snapshots can be compared with diff. */
function* listPieces(objects: readonly KubeObject[]): Iterable<string> {
  yield '{"apiVersion":"v1","kind":"List","items":[\n';
  for (const [index, { ref, body }] of objects.entries())
    yield `${index === 0 ? "" : ",\n"}${JSON.stringify(ref.kind === "Secret" && ref.group === "" ? nameOnly(body) : body)}`;
  yield "\n]}\n";
}

/** Readers have dropped a Secret's values already; here is the last place where one could get out. */
function nameOnly({ apiVersion: version, kind: secret, type, metadata }: JsonObject): JsonObject {
  return {
    apiVersion: version ?? "v1",
    kind: secret ?? "Secret",
    ...(type === undefined ? {} : { type }),
    metadata: metadata ?? {},
  };
}

export interface Snapshot {
  readonly coverage: Readonly<Record<string, Coverage>>;
  readonly asOf: string | null;
  readonly findings: readonly Finding[];
}

/** What a document says of the cluster that it is read for, perhaps under another name; null: it is no snapshot. */
export function snapshotIn(value: unknown, cluster: ClusterId): Snapshot | null {
  if (!isJsonObject(value) || value["apiVersion"] !== apiVersion || value["kind"] !== kind) return null;
  const { coverage, asOf, findings } = value;
  const entries = Object.entries(isJsonObject(coverage) ? coverage : {});
  return {
    coverage: Object.fromEntries(entries.filter((entry): entry is [string, Coverage] => isCoverage(entry[1]))),
    asOf: typeof asOf === "string" && !Number.isNaN(Date.parse(asOf)) ? asOf : null,
    findings: (Array.isArray(findings) ? (findings as readonly Json[]) : []).flatMap((each) =>
      findingIn(each, cluster),
    ),
  };
}

function isCoverage(value: Json): value is Coverage {
  return value === "listed" || value === "not-installed" || value === "forbidden" || value === "not-supplied";
}

/** A code of this version with its parameters; its texts and its severity are this version's. */
function findingIn(value: Json, cluster: ClusterId): Finding[] {
  if (!isJsonObject(value)) return [];
  const { code, params, subjects } = value;
  const known = typeof code === "string" ? findCode(code) : undefined;
  if (known === undefined || !isJsonObject(params)) return [];
  const list = (Array.isArray(subjects) ? (subjects as readonly Json[]) : []).filter(isJsonObject);
  const own = { ...params, ...(params["cluster"] === undefined ? {} : { cluster }) };
  return [
    {
      code: known.code,
      severity: known.severity,
      subjects: list.map((subject) => refIn(subject, cluster) ?? { cluster }),
      params: own,
    },
  ];
}

function refIn({ group, kind: of, namespace, name }: JsonObject, cluster: ClusterId): ObjectRef | null {
  if (typeof group !== "string" || typeof of !== "string" || typeof name !== "string") return null;
  return { cluster, group, kind: of, namespace: typeof namespace === "string" ? namespace : null, name };
}

/** Several snapshots of one cluster: the later says what the earlier does not. */
export function merged(snapshots: readonly Snapshot[]): Snapshot {
  const times = sortedUnique(snapshots.flatMap(({ asOf }) => (asOf === null ? [] : [asOf])));
  return {
    coverage: Object.assign({}, ...snapshots.map(({ coverage }) => coverage)) as Snapshot["coverage"],
    // Dates are judged as of the oldest part.
    asOf: times[0] ?? null,
    findings: snapshots.flatMap(({ findings }) => findings),
  };
}
