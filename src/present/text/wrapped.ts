// Text broken into lines that fit a width. Expects visible text.
import { displayWidth, fitting } from "./display-width.ts";

/** Lines of at most `columns`, broken at blanks; a longer word is broken after ".", "/" or ",", or where it must be. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(8, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = brokenWord(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? "";
  }
  return [...lines, line];
}

/** Wrapped text behind a label: the label before the first line, blanks before the others. */
export function hanging(label: string, text: string, columns: number): string[] {
  const indent = displayWidth(label);
  return wrapped(text, columns - indent).map((line, at) => (at === 0 ? label : " ".repeat(indent)) + line);
}

function brokenWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (displayWidth(rest) > width) {
    const head = fitting(rest, width);
    const stop = Math.max(head.lastIndexOf("."), head.lastIndexOf("/"), head.lastIndexOf(","));
    const piece = stop > head.length / 2 ? head.slice(0, stop + 1) : head;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}
