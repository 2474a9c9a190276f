// How many columns of a terminal a text takes. Expects visible text: control characters have been replaced before.

const marks = /^[\p{Mn}\p{Me}]$/u;
/** East Asian wide and emoji ranges, as most terminals draw them (Unicode 15, EastAsianWidth.txt, W and F, merged). */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x25fd, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x26fd],
  [0x2705, 0x2728],
  [0x274c, 0x2757],
  [0x2795, 0x27bf],
  [0x2b1b, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2ff],
  [0x1f004, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** The columns that a text without control characters takes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/u.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** 0 for combining marks, 2 for wide characters, otherwise 1. */
export function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (marks.test(character)) return 0;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** The longest head (or tail) of a text that fits into so many columns. */
export function fitting(text: string, columns: number, end: "head" | "tail" = "head"): string {
  const characters = end === "head" ? [...text] : [...text].reverse();
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += characterWidth(character);
    if (width > columns) break;
    taken.push(character);
  }
  return end === "head" ? taken.join("") : taken.reverse().join("");
}

/** A text cut in its middle, "orders.shop.svc…imports.local", where it does not fit. */
export function shortened(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 1) return "…".slice(0, columns);
  const head = Math.ceil((columns - 1) / 2);
  return `${fitting(text, head)}…${fitting(text, columns - 1 - head, "tail")}`;
}

/** A text filled up with blanks. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}
