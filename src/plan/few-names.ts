// Lists of names in titles: a plan for fifty namespaces must stay readable.

/** "a, b, c", "a, b and 15 more", or "nobody". */
export function fewNames(names: readonly string[]): string {
  if (names.length === 0) return "nobody";
  if (names.length <= 3) return names.join(", ");
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}
