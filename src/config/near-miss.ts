// Which known word a misspelt one was meant to be.
import { compareText } from "../core/order.ts";

/** The known word that is at most two letters, or a third of its own, away from `word`; null if none is. */
export function nearMiss(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const ranked = known
    .map((each) => ({ each, distance: editDistance(lower, each.toLowerCase()) }))
    .filter(({ each, distance }) => distance <= Math.max(2, Math.floor(each.length / 3)))
    .sort((left, right) => left.distance - right.distance || compareText(left.each, right.each));
  return ranked[0]?.each ?? null;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, char] of [...left.slice(0, 64)].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const [diagonal = 0, above = 0] = [row[column], row[column + 1]];
      next.push(Math.min(above + 1, (next[column] ?? 0) + 1, diagonal + (char === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
