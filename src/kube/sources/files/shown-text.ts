// Text from files goes into findings only through here: short, and without anything that a terminal or a log would act on.

// C1 controls, zero-width and direction marks, line separators: JSON.stringify leaves these alone.
const unsafe = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** At most `maxLength` characters of `text`, with every control character escaped as in JSON; without quotes. */
export function shownText(text: string, maxLength = 80): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return JSON.stringify(cut)
    .slice(1, -1)
    .replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same in quotes; of a value that is no text, its JSON form or its type. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return `"${shownText(value)}"`;
  if (typeof value === "number" || typeof value === "boolean") return `${String(value)} (a ${typeof value})`;
  return Array.isArray(value) ? "a list" : "an object";
}

/** Whether a text holds anything that does not print. */
export function hasUnsafeCharacters(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
