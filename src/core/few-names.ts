// Lists of names inside sentences: titles and findings must stay readable with fifty namespaces or a thousand hosts.

/** "a, b, c", or "a, b, c and 15 more". */
export function fewNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
