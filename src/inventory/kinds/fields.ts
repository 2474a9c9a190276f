// Building blocks for the kinds' views: which fields are taken out of an object, and of which type they have to be. Kubernetes
// manifests write null, "" and nothing for the same thing: absent. By hand, not with zod: of a large plan's objects a million
// values are read, and zod makes two objects for each of them, which took a twentieth of `meshferry plan`.
import { isJsonObject } from "../../core/json.ts";

/** A value that cannot be taken over. */
export interface Misfit {
  /** Within the object. */
  readonly path: string[];
  readonly problem: string;
}

export interface Field<T> {
  /** The value taken over. Where something does not fit, that is added to `misfits`, and the result counts for nothing. */
  readonly read: (value: unknown, misfits: Misfit[]) => T;
  /** The value taken over; null where something does not fit. */
  readonly fit: (value: unknown) => T | null;
  /** The value taken over. Throws where something does not fit. */
  readonly parse: (value: unknown) => T;
}

/** What a field reads as. */
export type Out<F> = F extends Field<infer T> ? T : never;

export type Shape = Readonly<Record<string, Field<unknown>>>;
export type OutOf<S extends Shape> = { [K in keyof S]: Out<S[K]> };

function field<T>(read: Field<T>["read"]): Field<T> {
  return {
    read,
    fit: (value) => {
      const misfits: Misfit[] = [];
      const view = read(value, misfits);
      return misfits.length === 0 ? view : null;
    },
    parse: (value) => {
      const misfits: Misfit[] = [];
      const view = read(value, misfits);
      const [first] = misfits;
      if (first) throw new Error(`${first.path.join(".")}: ${first.problem}`);
      return view;
    },
  };
}

function wrongType(expected: string, value: unknown): Misfit {
  const received = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return { path: [], problem: `Invalid input: expected ${expected}, received ${received}` };
}

/** The misfits from `first` on lie below `key`. */
function below(key: string, misfits: readonly Misfit[], first: number): void {
  for (let at = first; at < misfits.length; at += 1) misfits[at]?.path.unshift(key);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A string that must be there. */
export const string = field<string>((value, misfits) => {
  if (typeof value === "string") return value;
  misfits.push(wrongType("string", value));
  return "";
});

/** A number that must be there. */
export const number = field<number>((value, misfits) => {
  if (isNumber(value)) return value;
  misfits.push(wrongType("number", value));
  return 0;
});

/** A string; absent is "". */
export const text = field<string>((value, misfits) => {
  if (typeof value === "string") return value;
  return isAbsent(value) ? "" : string.read(value, misfits);
});

/** A number; absent is null. */
export const maybeNumber = field<number | null>((value, misfits) =>
  isAbsent(value) ? null : number.read(value, misfits),
);

/** A number or a string; absent is null. */
export const maybeNumberOrText = field<number | string | null>((value, misfits) => {
  if (isNumber(value) || typeof value === "string") return value;
  if (!isAbsent(value)) misfits.push({ path: [], problem: "Invalid input" });
  return null;
});

/** A boolean whose absence means something of its own. */
export const maybeFlag = field<boolean | null>((value, misfits) => {
  if (typeof value === "boolean") return value;
  if (!isAbsent(value)) misfits.push(wrongType("boolean", value));
  return null;
});

/** A boolean; absent is false. */
export const flag = field<boolean>((value, misfits) => maybeFlag.read(value, misfits) ?? false);

/** A list; absent is empty. Views are never changed, so that all empty ones are one: most fields of most objects are absent. */
export function list<T>(item: Field<T>): Field<T[]> {
  const none: T[] = [];
  return field((value, misfits) => {
    if (isAbsent(value)) return none;
    if (!Array.isArray(value)) {
      misfits.push(wrongType("array", value));
      return none;
    }
    if (value.length === 0) return none;
    return value.map((each: unknown, at) => {
      const before = misfits.length;
      const view = item.read(each, misfits);
      if (misfits.length > before) below(String(at), misfits, before);
      return view;
    });
  });
}

/** A list that has an item at least; absent or empty is null. */
export function maybeList<T>(item: Field<T>): Field<T[] | null> {
  const { read } = list(item);
  return field((value, misfits) => {
    const items = read(value, misfits);
    return items.length > 0 ? items : null;
  });
}

/** A map; absent is empty. */
export function mapOf<T>(item: Field<T>): Field<Record<string, T>> {
  const none: Record<string, T> = {};
  return field((value, misfits) => {
    if (isAbsent(value)) return none;
    if (!isJsonObject(value)) {
      misfits.push(wrongType("record", value));
      return none;
    }
    const views: Record<string, T> = {};
    for (const key of Object.keys(value)) {
      // Assigned, this one key would set the prototype.
      if (key === "__proto__") continue;
      const before = misfits.length;
      views[key] = item.read(value[key], misfits);
      if (misfits.length > before) below(key, misfits, before);
    }
    return views;
  });
}

const copiedTexts = mapOf(string);

/** A map of strings; absent is empty. Objects are never changed, so that it need not be copied. */
export const textMap = field<Readonly<Record<string, string>>>((value, misfits) =>
  isTextMap(value) ? value : copiedTexts.read(value, misfits),
);

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return false;
  for (const key of Object.keys(value)) if (typeof value[key] !== "string" || key === "__proto__") return false;
  return true;
}

/** An object that must be there. */
export function object<S extends Shape>(shape: S): Field<OutOf<S>> {
  const fields = Object.entries(shape).map(([key, { read }]) => ({ key, read }));
  return field((value, misfits) => {
    const view: Record<string, unknown> = {};
    if (isJsonObject(value)) {
      for (const { key, read } of fields) {
        const before = misfits.length;
        view[key] = read(value[key], misfits);
        if (misfits.length > before) below(key, misfits, before);
      }
    } else misfits.push(wrongType("object", value));
    // Each key was read by its own field; where one was not, there is a misfit.
    return view as OutOf<S>;
  });
}

/** An object; absent reads like `{}`. */
export function part<S extends Shape>(shape: S): Field<OutOf<S>> {
  const { read } = object(shape);
  let none: OutOf<S> | null = null;
  return field((value, misfits) => {
    if (!isAbsent(value)) return read(value, misfits);
    if (none !== null) return none;
    const before = misfits.length;
    const view = read({}, misfits);
    // Where a field must be there, each object says so of its own.
    if (misfits.length === before) none = view;
    return view;
  });
}

/** An object; absent is null. */
export function maybePart<S extends Shape>(shape: S): Field<OutOf<S> | null> {
  const { read } = object(shape);
  return field((value, misfits) => (isAbsent(value) ? null : read(value, misfits)));
}

/** What is read of every kind's metadata. */
export const metadataFields = {
  name: text,
  namespace: text,
  labels: textMap,
  annotations: textMap,
  generation: maybeNumber,
  ownerReferences: list(part({ apiVersion: text, kind: text, name: text, controller: flag })),
};

/** Metadata that every kind is read for. */
export const metadata = part(metadataFields);
