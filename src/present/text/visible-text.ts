// The one function that every text from the user's input passes before it is printed or written for people.
import { unsafeCharacters } from "../model/json-text.ts";

/** The text in one line, with everything shown that a terminal would act on or hide: "\x1b" as "␛", bidi marks as "\u202e". */
export function visibleText(text: string): string {
  return text.replaceAll(unsafeCharacters, (found) => {
    const code = found.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "␡";
    const hex = code.toString(16);
    return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}
