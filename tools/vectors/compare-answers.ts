// Compares an answer of ours with the oracle's, field by field. The order of rows and of keys does not count.
import { canonicalJson, equalJson, isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { type Pointer, valueAt } from "../../src/core/pointer.ts";

export interface Difference {
  /** "importer.services[reviews.bookinfo.svc.east-exports.local].local". */
  readonly field: string;
  readonly ours: Json;
  readonly theirs: Json;
}

export interface FieldKind {
  readonly pointer: Pointer;
  /** What an absent field means. */
  readonly absent: Json;
  /** A list whose order says nothing. */
  readonly unordered?: true;
  /** Chance in the real system where the row is marked with portsAmbiguous. */
  readonly chanceful?: true;
}

export interface RowKind {
  readonly rows: Pointer;
  /** Identify a row. */
  readonly keys: readonly Pointer[];
  readonly fields: readonly FieldKind[];
}

const noList: Json = [];
const listOf = (pointer: Pointer): FieldKind => ({ pointer, absent: noList, unordered: true });
const orNull = (pointer: Pointer): FieldKind => ({ pointer, absent: null });
const orFalse = (pointer: Pointer): FieldKind => ({ pointer, absent: false });

const generated = [orNull("/resourceName"), { pointer: "/gatewayHosts", absent: noList }, orNull("/routeHost")];

/** Fields of the answer that are no rows. */
export const wholeFields: readonly FieldKind[] = [
  orNull("/exporter/peerRejected"),
  listOf("/exporter/statusExportedServices"),
  listOf("/exporter/authorizationPolicyNotHosts"),
  listOf("/exporter/nameConflicts"),
  listOf("/exporter/resourceConflicts"),
  orNull("/importer/peerRejected"),
  listOf("/importer/statusImportedServices"),
  orNull("/importer/locality"),
  orNull("/importer/defaultSuffix"),
  orNull("/importer/localSuffix"),
  listOf("/importer/nameConflicts"),
];

export const rowKinds: readonly RowKind[] = [
  {
    rows: "/exporter/services",
    keys: ["/local/hostname", "/local/namespace"],
    fields: [
      orNull("/kind"),
      orNull("/local/name"),
      orFalse("/exported"),
      orFalse("/exportedOnEvent"),
      orNull("/exportedName"),
      orNull("/ruleName"),
      orFalse("/failed"),
      { pointer: "/ports", absent: noList },
      ...generated,
    ],
  },
  {
    rows: "/importer/services",
    keys: ["/exportedHostname"],
    fields: [
      orFalse("/imported"),
      orNull("/local"),
      orFalse("/importAsLocal"),
      orNull("/ruleName"),
      orFalse("/failed"),
      ...generated,
      orNull("/service/name"),
      orNull("/service/namespace"),
      orNull("/service/hostname"),
      listOf("/service/exportTo"),
      orNull("/service/resolution"),
      listOf("/service/serviceAccounts"),
      { pointer: "/service/ports", absent: noList, chanceful: true },
      { pointer: "/service/endpoints", absent: noList, chanceful: true },
    ],
  },
];

function dotted(pointer: Pointer): string {
  return pointer.slice(1).replaceAll("/", ".");
}

function fieldValue(root: Json, { pointer, absent, unordered }: FieldKind): Json {
  const value = valueAt(root, pointer) ?? absent;
  if (unordered !== true || !Array.isArray(value)) return value;
  return value
    .map((item: Json) => ({ item, text: canonicalJson(item) }))
    .sort(byText)
    .map(({ item }) => item);
}

function byText(left: { readonly text: string }, right: { readonly text: string }): number {
  return left.text < right.text ? -1 : left.text > right.text ? 1 : 0;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : canonicalJson(value ?? null);
}

/** Rows by what identifies them; a second row of the same identity gets a number. */
function rowsByKey(root: JsonObject, { rows, keys }: RowKind): ReadonlyMap<string, JsonObject> {
  const byKey = new Map<string, JsonObject>();
  const list = valueAt(root, rows);
  for (const row of Array.isArray(list) ? list : []) {
    if (!isJsonObject(row)) continue;
    const key = keys.map((pointer) => textOf(valueAt(row, pointer))).join(" in ");
    let unique = key;
    for (let number = 2; byKey.has(unique); number += 1) unique = `${key} #${number}`;
    byKey.set(unique, row);
  }
  return byKey;
}

/** Hosts whose ports are chance: any of the rows that lead to them is marked. */
function chancefulHosts(oracle: JsonObject): ReadonlySet<Json> {
  const rows = valueAt(oracle, "/importer/services");
  const marked = (Array.isArray(rows) ? rows : []).filter((row) => valueAt(row, "/portsAmbiguous") === true);
  return new Set(marked.flatMap((row) => valueAt(row, "/service/hostname") ?? []));
}

function compareRows(ours: JsonObject, oracle: JsonObject, kind: RowKind): readonly Difference[] {
  const chanceful = chancefulHosts(oracle);
  const mine = rowsByKey(ours, kind);
  const theirs = rowsByKey(oracle, kind);
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((key): readonly Difference[] => {
    const our = mine.get(key);
    const their = theirs.get(key);
    const place = `${dotted(kind.rows)}[${key}]`;
    if (our === undefined || their === undefined) {
      return [{ field: place, ours: our === undefined ? "no row" : "a row", theirs: their ? "a row" : "no row" }];
    }
    const byChance = chanceful.has(valueAt(their, "/service/hostname") ?? null);
    return kind.fields
      .filter((field) => !(field.chanceful === true && byChance))
      .flatMap((field) => compareField(our, their, field, `${place}.${dotted(field.pointer)}`));
  });
}

function compareField(ours: Json, theirs: Json, field: FieldKind, name: string): readonly Difference[] {
  const our = fieldValue(ours, field);
  const their = fieldValue(theirs, field);
  return equalJson(our, their) ? [] : [{ field: name, ours: our, theirs: their }];
}

/** Every field in which the two answers differ; ports and endpoints are left out where the oracle calls them ambiguous. */
export function compareAnswers(ours: JsonObject, oracle: JsonObject): readonly Difference[] {
  return [
    ...wholeFields.flatMap((field) => compareField(ours, oracle, field, dotted(field.pointer))),
    ...rowKinds.flatMap((kind) => compareRows(ours, oracle, kind)),
  ];
}
