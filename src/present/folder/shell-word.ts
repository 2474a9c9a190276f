// Words of shell commands from names that others chose: quoted, so that no name becomes a command.

/** The text as one word for bash: as it is, in single quotes, or, with control characters, as $'…'. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+][A-Za-z0-9_./:=@%+,-]*$/u.test(text)) return text;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text
    .replaceAll(/['\\]/gu, (found) => `\\${found}`)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) => String.raw`\U` + (found.codePointAt(0) ?? 0).toString(16).padStart(8, "0"));
  return `$'${escaped}'`;
}
