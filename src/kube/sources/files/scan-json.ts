// Finds where each value of a JSON stream, and each item of a list in it, begins and ends, which JSON.parse does not tell.
// Checks no syntax; one pass, linear.

export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  /** The line (from 1) of `start`. */
  readonly line: number;
}

export interface JsonValueSpan extends JsonSpan {
  /** The objects and lists in the top-level member "items". */
  readonly items: readonly JsonSpan[];
}

type Place = { start: number; end: number };
type Found = Place & { items: Place[] };

/** The top-level values of a stream of JSON objects or lists; null where something else stands between them. */
export function scanJson(text: string): JsonValueSpan[] | null {
  const values: Found[] = [];
  let value: Found | null = null;
  let item: Place | null = null;
  let depth = 0;
  let inItems = false;
  let key = "";
  let lastText = "";
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      const end = endOfText(text, at);
      if (depth === 0) return null;
      if (depth === 1) lastText = text.slice(at + 1, end);
      at = end;
    } else if (code === 123 || code === 91) {
      if (value === null) {
        value = { start: at, end: text.length, items: [] };
        values.push(value);
        key = "";
      } else if (depth === 1 && key === "items" && code === 91) {
        inItems = true;
        value.items = [];
      } else if (depth === 2 && inItems) {
        item = { start: at, end: text.length };
        value.items.push(item);
      }
      depth += 1;
    } else if (code === 125 || code === 93) {
      depth -= 1;
      if (depth < 0 || value === null) return null;
      if (depth === 2 && item !== null) {
        item.end = at + 1;
        item = null;
      }
      if (depth === 1) inItems = false;
      if (depth === 0) {
        value.end = at + 1;
        value = null;
      }
    } else if (code === 58) {
      if (depth === 1) key = lastText;
    } else if (depth === 0 && code > 32) return null;
  }
  return withLines(text, values);
}

function endOfText(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === 92) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

function withLines(text: string, values: readonly Found[]): JsonValueSpan[] {
  let line = 1;
  let newline = text.indexOf("\n");
  const lineAt = (offset: number) => {
    while (newline !== -1 && newline < offset) {
      line += 1;
      newline = text.indexOf("\n", newline + 1);
    }
    return line;
  };
  return values.map((value) => {
    const first = lineAt(value.start);
    return { ...value, line: first, items: value.items.map((item) => ({ ...item, line: lineAt(item.start) })) };
  });
}
