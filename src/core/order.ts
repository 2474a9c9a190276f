// The one order of everything that is printed or written: by UTF-16 code unit, never by locale (design: same input, same bytes).

/** Negative, zero or positive as `left` comes before, equals or comes after `right`, by code unit. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A sorted copy, ordered by one or more text keys. */
export function sortedBy<T>(items: Iterable<T>, ...keys: readonly ((item: T) => string)[]): T[] {
  const [only, ...others] = keys;
  if (only && others.length === 0) return sortedByOne(items, only);
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

/** With one key, which is the most frequent; items that stand in order already, as many do, are not sorted again. */
function sortedByOne<T>(items: Iterable<T>, key: (item: T) => string): T[] {
  const all = [...items];
  if (all.length < 2) return all;
  const keyed = all.map((item) => ({ item, by: key(item) }));
  const isInOrder = keyed.every(({ by }, at) => at === 0 || (keyed[at - 1]?.by ?? "") <= by);
  if (!isInOrder) keyed.sort((left, right) => compareText(left.by, right.by));
  return keyed.map(({ item }) => item);
}

/** The distinct values, sorted by code unit. */
export function sortedUnique<T extends string>(values: Iterable<T>): T[] {
  // Most lists hold one value: there are hundreds of thousands of them.
  if (Array.isArray(values) && values.length < 2) return [...(values as readonly T[])];
  // Without a comparison function texts are compared by code unit (ECMAScript, SortCompare), which is much faster.
  return [...new Set(values)].sort();
}

/** Items grouped by a text key; groups and their members keep the order of `items`. */
export function groupBy<T, K extends string>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const its = key(item);
    const group = groups.get(its);
    if (group) group.push(item);
    else groups.set(its, [item]);
  }
  return groups;
}
