// Values as JSON text that is safe to print: no character in it can steer a terminal. Parses back to the same value.

/** Characters that a terminal acts on or that are not seen: controls, formats (bidi, zero width), separators, lone surrogates. */
export const unsafeCharacters = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Indented JSON ending in a newline; keys in the order in which the value holds them. */
export function jsonText(value: unknown): string {
  // JSON.stringify escapes what is below U+0020 inside strings; the newlines that remain are its indentation.
  const text = JSON.stringify(value, null, 2).replaceAll(unsafeCharacters, (found) =>
    found === "\n" ? found : escaped(found),
  );
  return `${text}\n`;
}

function escaped(found: string): string {
  return found
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
