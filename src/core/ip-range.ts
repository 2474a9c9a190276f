// Whether an address lies in a range in CIDR notation, of either IP family. Knows no policy.

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** The number behind an IPv4 or IPv6 address; null for anything else, host names among it. */
function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/u.test(part) && Number(part) < 256)) return null;
  return { bits: 32, value: parts.reduce((value, part) => value * 256n + BigInt(part), 0n) };
}

function parseV6(text: string): Address | null {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  const groups = (half: string): string[] => (half === "" ? [] : half.split(":"));
  const left = groups(head);
  const right = groups(tail ?? "");
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...left, ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/iu.test(group))) return null;
  return { bits: 128, value: all.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n) };
}

/** Whether a text is an IP address, and no host name. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

/** The range that holds this one address. */
export function rangeOf(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** Whether the range holds the address; a range or address that cannot be read holds nothing. */
export function rangeHolds(range: string, address: string): boolean {
  const [base = "", length] = range.split("/");
  const from = parseAddress(base);
  const at = parseAddress(address);
  if (!from || !at || from.bits !== at.bits) return false;
  const prefix = length === undefined ? from.bits : Number(length);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > from.bits) return false;
  const rest = BigInt(from.bits - prefix);
  return from.value >> rest === at.value >> rest;
}
