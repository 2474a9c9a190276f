// The product's federation rules against what the real federation code answered.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { pointer, type Pointer, valueAt, withValueAt } from "../../src/core/pointer.ts";
import { compareAnswers, type FieldKind, rowKinds, wholeFields } from "../../tools/vectors/compare-answers.ts";
import { readVectors } from "../../tools/vectors/read-vectors.ts";
import { jsonAnswer } from "../../tools/vectors/run-vectors.ts";

interface Answered {
  readonly id: string;
  readonly ours: JsonObject;
  readonly oracle: JsonObject;
}

const committed = fileURLToPath(new URL("federation.jsonl.gz", import.meta.url));
const answered: readonly Answered[] = readVectors(committed).flatMap((vector) =>
  vector.oracle === null ? [] : [{ id: vector.id, ours: jsonAnswer(vector), oracle: vector.oracle }],
);

/** Comparisons already made: a case that a test leaves alone is the same object, and need not be compared again. */
const compared = new WeakMap<Answered, readonly string[]>();

function differentFields(one: Answered): readonly string[] {
  const known = compared.get(one);
  if (known !== undefined) return known;
  const fields = compareAnswers(one.ours, one.oracle).map(({ field }) => field);
  compared.set(one, fields);
  return fields;
}

/** The fields that differ, by case. */
function differing(cases: readonly Answered[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    cases.map((one) => [one.id, differentFields(one)] as const).filter(([, fields]) => fields.length > 0),
  );
}

/** Rows of an answer with the pointers to them. */
function rowsAt(oracle: JsonObject, rows: Pointer): readonly { readonly place: Pointer; readonly row: JsonObject }[] {
  const list = valueAt(oracle, rows);
  return (Array.isArray(list) ? list : []).flatMap((row: Json, index) =>
    isJsonObject(row) ? [{ place: `${rows}${pointer(index)}`, row }] : [],
  );
}

/** Another value of the same kind, for a field that has one. */
function changed(value: Json): Json {
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "number") return value + 1;
  if (Array.isArray(value)) return value.slice(1);
  const [key] = isJsonObject(value) ? Object.keys(value) : [];
  return isJsonObject(value) && key !== undefined ? { ...value, [key]: changed(value[key] ?? "") } : "something";
}

/** The first case and place in which a field says something, and its name in a comparison. */
function findField(places: (oracle: JsonObject) => readonly Pointer[], field: FieldKind) {
  for (const one of answered) {
    for (const place of places(one.oracle)) {
      const value = valueAt(one.oracle, `${place}${field.pointer}`);
      const says = value !== undefined && canonicalJson(value) !== canonicalJson(field.absent);
      if (says) return { one, at: `${place}${field.pointer}`, value };
    }
  }
  throw new Error(`no case says anything in ${field.pointer}`);
}

function withOracle(id: string, oracle: JsonObject): readonly Answered[] {
  return answered.map((one) => (one.id === id ? { ...one, oracle } : one));
}

function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new Error("not an object");
  return value;
}

test("all 400 committed cases agree", () => {
  expect(answered).toHaveLength(400);
  expect(differing(answered)).toEqual({});
});

test("our answers have the oracle's form to the byte, but for ports by chance", () => {
  const ambiguous = ({ oracle }: Answered) =>
    rowsAt(oracle, "/importer/services").some(({ row }) => row["portsAmbiguous"] === true);
  const certain = answered.filter((one) => !ambiguous(one));
  expect(certain.length).toBeGreaterThan(370);
  expect(
    certain.filter(({ ours, oracle }) => JSON.stringify(ours) !== JSON.stringify(oracle)).map(({ id }) => id),
  ).toEqual([]);
});

describe("every field of the oracle is compared", () => {
  /** Pointers of the fields below an object, through the objects in it that no listed field covers whole. */
  function fieldsOf(value: Json, listed: ReadonlySet<Pointer>, at: Pointer = ""): readonly Pointer[] {
    if (listed.has(at) || !isJsonObject(value)) return [at];
    return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, listed, `${at}${pointer(key)}`));
  }
  function unlisted(objects: readonly JsonObject[], listed: ReadonlySet<Pointer>): readonly Pointer[] {
    return [...new Set(objects.flatMap((object) => fieldsOf(object, listed)))].filter((field) => !listed.has(field));
  }

  test("as a whole", () => {
    const listed = new Set([...wholeFields.map((field) => field.pointer), ...rowKinds.map(({ rows }) => rows)]);
    const oracles = answered.map(({ oracle }) => oracle);
    expect(unlisted(oracles, listed)).toEqual([]);
  });

  test.each(rowKinds.map((kind) => [kind.rows, kind] as const))("in %s", (rows, { keys, fields }) => {
    const listed = new Set([...keys, ...fields.map((field) => field.pointer), "/portsAmbiguous"]);
    const all = answered.flatMap(({ oracle }) => rowsAt(oracle, rows).map(({ row }) => row));
    expect(unlisted(all, listed)).toEqual([]);
  });
});

describe("a flip in one field of the oracle makes exactly that case differ, in that field", () => {
  test.each(wholeFields.map((field) => [field.pointer, field] as const))("%s", (_pointer, field) => {
    const { one, at, value } = findField(() => [""], field);
    const flipped = asObject(withValueAt(one.oracle, at, changed(value)));
    expect(differing(withOracle(one.id, flipped))).toEqual({ [one.id]: [field.pointer.slice(1).replaceAll("/", ".")] });
  });

  describe.each(rowKinds.map((kind) => [kind.rows, kind] as const))("%s", (rows, kind) => {
    const places = (oracle: JsonObject) =>
      rowsAt(oracle, rows)
        .filter(({ row }) => row["portsAmbiguous"] !== true)
        .map(({ place }) => place);

    test.each(kind.fields.map((field) => [field.pointer, field] as const))("%s", (_pointer, field) => {
      const { one, at, value } = findField(places, field);
      const flipped = asObject(withValueAt(one.oracle, at, changed(value)));
      const found = differing(withOracle(one.id, flipped));
      expect(Object.keys(found)).toEqual([one.id]);
      expect(found[one.id]).toHaveLength(1);
      expect(found[one.id]?.[0]).toMatch(new RegExp(`\\.${field.pointer.slice(1).replaceAll("/", "\\.")}$`));
    });

    test("a row that is missing", () => {
      const one = answered.find(({ oracle }) => rowsAt(oracle, rows).length > 1);
      if (one === undefined) throw new Error("no case with two rows");
      const list = rowsAt(one.oracle, rows).map(({ row }) => row);
      const fewer = asObject(withValueAt(one.oracle, rows, list.slice(1)));
      const more = asObject(withValueAt(one.oracle, rows, [...list, list[0] ?? null]));
      expect(differing(withOracle(one.id, fewer))[one.id]).toHaveLength(1);
      expect(differing(withOracle(one.id, more))[one.id]).toHaveLength(1);
    });

    test("the order of rows says nothing", () => {
      const turned = answered.map((one) => {
        const list = rowsAt(one.oracle, rows).map(({ row }) => row);
        return { ...one, oracle: asObject(withValueAt(one.oracle, rows, list.toReversed())) };
      });
      expect(differing(turned)).toEqual({});
    });
  });
});

test("a flag that is absent is false, and one that is there is true", () => {
  const one = answered.find(({ oracle }) =>
    rowsAt(oracle, "/exporter/services").some(({ row }) => row["failed"] === undefined),
  );
  if (one === undefined) throw new Error("no such case");
  const [row] = rowsAt(one.oracle, "/exporter/services").filter(({ row: each }) => each["failed"] === undefined);
  const flag = (value: boolean) => asObject(withValueAt(one.oracle, `${row?.place ?? ""}/failed`, value));
  expect(differing(withOracle(one.id, flag(false)))).toEqual({});
  expect(Object.keys(differing(withOracle(one.id, flag(true))))).toEqual([one.id]);
});

describe("where the oracle calls ports ambiguous", () => {
  const ambiguousRow = () => {
    for (const one of answered) {
      const found = rowsAt(one.oracle, "/importer/services").find(
        ({ row }) => row["portsAmbiguous"] === true && row["service"] !== undefined,
      );
      if (found !== undefined) return { one, place: found.place };
    }
    throw new Error("no case with ambiguous ports");
  };

  test("other ports and endpoints still agree", () => {
    const { one, place } = ambiguousRow();
    const other = [{ name: "other", port: 1, protocol: "TCP" }];
    const ports = withValueAt(one.oracle, `${place}/service/ports`, other);
    const both = asObject(withValueAt(ports, `${place}/service/endpoints`, []));
    expect(differing(withOracle(one.id, both))).toEqual({});
  });

  test("another host does not", () => {
    const { one, place } = ambiguousRow();
    const flipped = asObject(withValueAt(one.oracle, `${place}/service/name`, "other"));
    expect(Object.keys(differing(withOracle(one.id, flipped)))).toEqual([one.id]);
  });
});
