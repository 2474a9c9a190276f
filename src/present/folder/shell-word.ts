// Words of shell commands from names that others chose: quoted, so that no name becomes a command or hides in one.
import { unsafeCharacters } from "../model/json-text.ts";

/** The text as one word for bash: as it is, in single quotes, or, with characters that are not seen, as $'…'. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+][A-Za-z0-9_./:=@%+,-]*$/u.test(text)) return text;
  if (text.search(unsafeCharacters) < 0) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text
    .replaceAll(/['\\]/gu, (found) => `\\${found}`)
    .replaceAll(unsafeCharacters, (found) => `\\U${(found.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`);
  return `$'${escaped}'`;
}
