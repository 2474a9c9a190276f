// Values that are made once for what they are made of, and then handed out again.

/**
 * The value of this name and key: made where there is none yet, or where it was made out of something else. A key is a text or an
 * object that is there already: to put one together takes longer than most lookups.
 */
export type Keep = <T>(name: string, key: unknown, of: unknown, make: () => T) => T;

interface Kept {
  readonly of: unknown;
  readonly value: unknown;
}

export function keeper(): Keep {
  const names = new Map<string, Map<unknown, Kept>>();
  return <T>(name: string, key: unknown, of: unknown, make: () => T): T => {
    let values = names.get(name);
    if (!values) names.set(name, (values = new Map()));
    const known = values.get(key);
    // Who makes it under this name asks for it under this name.
    if (known && known.of === of) return known.value as T;
    const value = make();
    values.set(key, { of, value });
    return value;
  };
}
