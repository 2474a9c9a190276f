// Colours, on or off, and the width that lines must fit: what every text drawing is given. Knows no terminal.
import picocolors from "picocolors";

type Colour = (text: string) => string;

export interface Paint {
  /** Columns that a line may take. */
  readonly columns: number;
  readonly bold: Colour;
  readonly dim: Colour;
  readonly red: Colour;
  readonly yellow: Colour;
  readonly green: Colour;
  readonly cyan: Colour;
}

/** A paint for lines of `columns` (at least 40). */
export function paint(columns: number, colours: boolean): Paint {
  const { bold, dim, red, yellow, green, cyan } = picocolors.createColors(colours);
  return { columns: Math.max(40, columns), bold, dim, red, yellow, green, cyan };
}
