// The resource behind a kind, as discovery names it, where no server can be asked: Kubernetes' own rule for its plurals.

/** apimachinery pkg/api/meta, UnsafeGuessKindToResource; a test on a cluster compares those in use with its discovery. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (/(?:s|x|ch|sh)$/u.test(word)) return `${word}es`;
  return /[^aeiou]y$/u.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
