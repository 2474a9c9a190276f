// Aligned columns that fit a width: columns that may shrink are cut in the middle, the widest first.
import { displayWidth, padded, shortened } from "./display-width.ts";
import type { Paint } from "./paint.ts";

export interface Column {
  readonly title: string;
  /** The least width to which it may be cut; undefined: never. */
  readonly least?: number;
}

const gap = "  ";

/** The table's lines, each behind `indent`. Cells are visible text; a row may be painted as a whole. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  indent = "  ",
): string[] {
  const widths = fittedWidths(columns, rows, paint.columns - indent.length);
  const line = (cells: readonly string[]) =>
    fullLine(
      widths.map((width, at) => padded(shortened(cells[at] ?? "", width), width)),
      paint.columns - indent.length,
    );
  return [indent + paint.dim(line(columns.map(({ title }) => title))), ...rows.map((cells) => indent + line(cells))];
}

function fullLine(cells: readonly string[], columns: number): string {
  return shortened(cells.join(gap).trimEnd(), columns);
}

function fittedWidths(columns: readonly Column[], rows: readonly (readonly string[])[], available: number): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((most, cells) => Math.max(most, displayWidth(cells[at] ?? "")), displayWidth(title)),
  );
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [at, { least }] of columns.entries()) {
      const width = widths[at] ?? 0;
      if (least !== undefined && width > least && width > (widths[widest] ?? 0)) widest = at;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
