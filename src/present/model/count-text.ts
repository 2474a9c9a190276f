// Numbers and durations in words.

/** "1 step", "2 steps", "2 patches". */
export function countText(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${pluralOf(noun)}`;
}

/** "patch" → "patches", "ServiceEntry" → "ServiceEntries", "Gateway" → "Gateways". */
export function pluralOf(noun: string): string {
  if (/[^aeiou]y$/iu.test(noun)) return `${noun.slice(0, -1)}ies`;
  return `${noun}${/(?:s|ch|sh|x)$/u.test(noun) ? "es" : "s"}`;
}

/** Milliseconds as "45 s", "2 min" or "1 h 30 min". */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}
