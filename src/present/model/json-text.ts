// Values as JSON text that is safe to print: no character in it can steer a terminal. Parses back to the same value.

/** Characters that a terminal acts on or that are not seen: controls, formats (bidi, zero width), separators, lone surrogates. */
export const unsafeCharacters = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Indented JSON ending in a newline; keys in the order in which the value holds them. */
export function jsonText(value: unknown): string {
  // JSON.stringify escapes what is below U+0020 inside strings; the newlines that remain are its indentation.
  return `${printable(JSON.stringify(value, null, 2))}\n`;
}

const plain = /^[\x20-\x7e\n]*$/u;

/** JSON text with everything escaped that is not safe to print; newlines between values stay. */
export function printable(json: string): string {
  if (plain.test(json)) return json;
  return json.replaceAll(unsafeCharacters, (found) => (found === "\n" ? found : escaped(found)));
}

function escaped(found: string): string {
  return found
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
