// The one order of everything that is printed or written: by UTF-16 code unit, never by locale (design: same input, same bytes).

/** Negative, zero or positive as `left` comes before, equals or comes after `right`, by code unit. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A sorted copy, ordered by one or more text keys. */
export function sortedBy<T>(items: Iterable<T>, ...keys: readonly ((item: T) => string)[]): T[] {
  // Keys are made once per item: a comparison must not build texts.
  const keyed = Array.from(items, (item) => ({ item, by: keys.map((key) => key(item)) }));
  keyed.sort((left, right) => {
    for (let at = 0; at < left.by.length; at += 1) {
      const order = compareText(left.by[at] ?? "", right.by[at] ?? "");
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

/** The distinct values, sorted by code unit. */
export function sortedUnique<T extends string>(values: Iterable<T>): T[] {
  // Without a comparison function texts are compared by code unit (ECMAScript, SortCompare), which is much faster.
  return [...new Set(values)].sort();
}

/** Items grouped by a text key; groups and their members keep the order of `items`. */
export function groupBy<T, K extends string>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
