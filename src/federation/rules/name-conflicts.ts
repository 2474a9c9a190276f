// Several services that end up under one name: two exports with one exported host, two imports onto one local host, two generated
// resources called the same.
import { compareText, groupBy, sortedUnique } from "../../core/order.ts";

export interface NameConflict {
  readonly target: string;
  /** Two or more, sorted. */
  readonly sources: readonly string[];
}

/** The targets that more than one source maps to, sorted. */
export function conflictsOf(
  mappings: Iterable<{ readonly source: string; readonly target: string }>,
): readonly NameConflict[] {
  const conflicts: NameConflict[] = [];
  for (const [target, group] of groupBy(mappings, (mapping) => mapping.target)) {
    const sources = sortedUnique(group.map(({ source }) => source));
    if (sources.length > 1) conflicts.push({ target, sources });
  }
  return conflicts.sort((left, right) => compareText(left.target, right.target));
}
